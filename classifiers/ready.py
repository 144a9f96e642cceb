"""Whether packs were prepared, asked without loading them."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

from classifiers.database import name
from classifiers.pack import PackError, stamps
from classifiers.proof import Proofs


def is_ready(cache: Path, packs: Sequence[Path]) -> bool:
    """True where a process that loads the packs would build and prove nothing; for bad packs, false."""
    with contextlib.suppress(PackError, OSError):
        found = stamps(packs)
        proofs = Proofs(cache)
        database = name(found[-1])
        return all(proofs.has(one) for one in found) and (not database or (cache / database).is_file())
    return False
