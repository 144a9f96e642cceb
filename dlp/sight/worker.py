"""The process that looks at pictures: an ordinary reading process, with the two networks loaded and its own limits.

What it gives up is the same. The networks' threads start between the two halves of that, so that each half holds for
them too.
"""

from __future__ import annotations

import os

from dlp.read import worker


def main(channel_number: int, lifeline: int) -> None:
    """As ``dlp.read.worker.main``."""
    worker.main(channel_number, lifeline, _open)


def _open(rules: object, key: bytes) -> worker.Opened:
    """Load everything that looking needs, and what makes the eyes for one file."""
    _one_arena()
    import cv2
    import numpy  # noqa: F401 - no thread may start later, and no library be read
    from PIL import Image, ImageOps  # noqa: F401

    from classifiers.engine import classify
    from classifiers.model import Block, Certainty, Level
    from dlp.sight.looking import Looking
    from dlp.sight.networks import Networks

    cv2.setNumThreads(1)
    networks = Networks()

    def settled(blocks: list[Block]) -> bool:
        found = classify(iter(blocks), rules, key).findings  # type: ignore[arg-type]
        return any(one.level >= Level.SECRET and one.certainty is Certainty.HIGH for one in found)

    return lambda patience: Looking(networks, settled, patience)


def _one_arena() -> None:
    """One pool of memory for all threads: each further one would reserve 64 MB of the address space that is limited."""
    import ctypes

    arena_max = -8
    if hasattr(os, "sched_getaffinity"):  # Linux
        ctypes.CDLL(None).mallopt(arena_max, 1)
