"""How fast files are sealed and opened, beside another implementation of the same format in the same run.

Both write real files. Ratios travel between machines, megabytes per second do not. Ours also takes both digests and
makes the file durable, which theirs does not; the first figure leaves that out, the last shows it.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyrage

from keys import age, files

MEGABYTES = 64
ROUNDS = 3


def run() -> list[str]:
    """One line for each figure."""
    identity = age.generate()
    theirs = pyrage.x25519.Identity.from_str(str(identity))
    to = str(identity.recipient)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain, ours, other, out = (folder / one for one in ("plain", "ours.age", "other.age", "out"))
        with plain.open("wb") as file:
            for _ in range(MEGABYTES):
                file.write(os.urandom(1_000_000))

        def seal() -> None:
            with plain.open("rb") as source, ours.open("wb") as target:
                age.seal(source, target, [to])

        def unseal() -> None:
            with ours.open("rb") as source, out.open("wb") as target:
                age.open_sealed(source, target, [identity])

        steps: dict[str, Callable[[], object]] = {
            "seal": seal,
            "pyrage seal": lambda: pyrage.encrypt_file(str(plain), str(other), [theirs.to_public()]),
            "open": unseal,
            "pyrage open": lambda: pyrage.decrypt_file(str(other), str(out), [theirs]),
            "seal_file": lambda: files.seal_file(plain, ours, [to]),
            "open_file": lambda: files.open_file(ours, out, [identity]),
        }
        best = _best(steps)
    return [_line(word, best[word], best[f"pyrage {word.split('_')[0]}"]) for word in steps if " " not in word]


def _best(steps: dict[str, Callable[[], object]]) -> dict[str, float]:
    """The shortest time of each step; they take turns, so that a busy moment does not fall on one alone."""
    best = dict.fromkeys(steps, float("inf"))
    for _ in range(ROUNDS):
        for word, step in steps.items():
            begun = time.perf_counter()
            step()
            best[word] = min(best[word], time.perf_counter() - begun)
    return best


def _line(word: str, ours: float, theirs: float) -> str:
    return (
        f"{word:<9} {MEGABYTES / ours:7.0f} MB/s, pyrage {MEGABYTES / theirs:7.0f} MB/s, ratio {theirs / ours:.2f} "
        f"({MEGABYTES} MB, best of {ROUNDS})"
    )


if __name__ == "__main__":
    print("\n".join(run()))
