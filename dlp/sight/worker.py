"""The process that looks at pictures: an ordinary reading process, with the two networks loaded and its own limits.

What it gives up is the same. The networks' threads start between the two halves of that, so that each half holds for
them too.
"""

from __future__ import annotations

from collections.abc import Callable

from dlp.read import worker

_ARENA_MAX = -8
"""M_ARENA_MAX of mallopt(3)."""


def main(channel_number: int, lifeline: int) -> None:
    """As ``dlp.read.worker.main``."""
    worker.main(channel_number, lifeline, _open)


def _open(rules: object, key: bytes) -> worker.Opened:
    """Load everything that looking needs, and what makes the eyes for one file."""
    breathe = _breathing()
    import cv2
    import numpy  # noqa: F401 - no thread may start later, and no library be read

    from classifiers.engine import classify
    from classifiers.model import Block, Certainty, Level
    from dlp.sight.decode import decoders
    from dlp.sight.looking import Looking
    from dlp.sight.networks import Networks

    cv2.setNumThreads(1)
    decoders()
    networks = Networks()

    def settled(blocks: list[Block]) -> bool:
        found = classify(iter(blocks), rules, key).findings  # type: ignore[arg-type]
        # A mark beside other words may be one of a question or an example: only the whole picture tells.
        return any(
            one.level >= Level.SECRET and one.certainty is Certainty.HIGH and "isolated_line" in one.supports
            for one in found
        )

    return lambda patience: Looking(networks, settled, patience, breathe)


def _breathing() -> Callable[[], None]:
    """One pool of memory for all threads, and the call that gives back what is free of it.

    Each further pool would reserve 64 MB of the address space that is limited.
    """
    import ctypes

    libc = ctypes.CDLL(None)
    if not hasattr(libc, "malloc_trim"):  # not glibc
        return lambda: None
    libc.mallopt(_ARENA_MAX, 1)

    def breathe() -> None:
        libc.malloc_trim(0)

    return breathe
