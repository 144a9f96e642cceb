"""How a reading process keeps memory: a document is thousands of small things that are made and dropped together.

Without this, a twentieth of the time goes into giving memory back to the system and taking it again, and as much into
looking for cycles among objects that have none.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc

_THRESHOLDS = (10_000, 20, 20)
"""Objects made between two looks for cycles, and how many of those for a look at older ones."""
_FAST_BINS, _TRIM, _PAD, _MAPPED = 1, -1, -2, -3
"""Parameters of mallopt(3): freed pieces kept apart, which must be joined again; when and how much memory is given back
and taken; from what size a piece is taken from the system by itself."""
_GLIBC = ((_FAST_BINS, 0), (_TRIM, 1 << 24), (_PAD, 1 << 20), (_MAPPED, 1 << 23))
"""Bytes."""


def settle() -> None:
    """Set this process up for reading; what it has loaded so far stays."""
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    # Another system's library has no such parameters.
    with contextlib.suppress(OSError, AttributeError, TypeError):
        library = ctypes.CDLL(None)
        for parameter, value in _GLIBC:
            library.mallopt(parameter, value)
