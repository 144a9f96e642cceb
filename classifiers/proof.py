"""Remembers which packs were read, checked and agreed with their examples, so that a start need not do it again.

A proof is named by what it depends on: the code of this package and the bytes of the pack and of all packs before it.
A changed byte in any of them is another name, so a stale proof is never used; it only costs the check. Proofs are JSON:
reading one runs no code. The proof of the shipped packs comes with the product.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path

HERE = Path(__file__).parent
SHIPPED = HERE / "packs" / "proved.json"


def code_digest() -> str:
    """Over the sources of this package and the tables beside the packs."""
    digest = hashlib.sha256()
    for path in sorted([*HERE.glob("*.py"), *(HERE / "packs").glob("*.txt")]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def names(packs: list[bytes]) -> list[str]:
    """The name of each pack's proof, after those before it."""
    name, found = code_digest(), []
    for raw in packs:
        name = hashlib.sha256(name.encode() + raw).hexdigest()
        found.append(name)
    return found


class Proofs:
    """The shipped proofs and those in an agent-owned folder."""

    def __init__(self, folder: Path | None, shipped: bool = True) -> None:
        self._folder = folder
        self._known: dict[str, object] = {}
        if not shipped:
            return
        # A missing or broken proof is none: the packs are then read and checked as if new.
        with contextlib.suppress(OSError, ValueError):
            self._known = json.loads(SHIPPED.read_bytes())

    def tree(self, name: str) -> object | None:
        """The parsed pack of this proof; None where there is no proof."""
        if name in self._known:
            return self._known[name]
        if self._folder is not None:
            with contextlib.suppress(OSError, ValueError):
                found: object = json.loads((self._folder / f"{name}.pack.json").read_bytes())
                return found
        return None

    def has(self, name: str) -> bool:
        """Whether there is this proof."""
        return name in self._known or (self._folder is not None and (self._folder / f"{name}.pack.json").is_file())

    def keep(self, name: str, tree: object) -> None:
        """Write a proof down where there is a folder for it; one that cannot be written is made again next time."""
        if self._folder is None or name in self._known:
            return
        with contextlib.suppress(OSError, TypeError, ValueError):
            text = json.dumps(tree, ensure_ascii=False, separators=(",", ":"))
            import tempfile

            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self._folder, prefix=".proof-")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(temporary).replace(self._folder / f"{name}.pack.json")
