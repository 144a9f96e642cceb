"""Drops that could not be taken over: they lie where they were dropped, and are tried again ever more rarely.

Without this a folder that nobody may rename would be offered again at each look, hundreds of times a second.
"""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Set
from dataclasses import dataclass, field

from dlp.failures import Failure

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 600.0
"""Until a drop is tried again; doubled each time. One whose rights were changed meanwhile is tried at the next look."""
FIXED = frozenset({errno.EACCES, errno.EPERM, errno.EXDEV, errno.EBUSY, errno.EROFS, errno.ENOTEMPTY})
"""Error numbers of a rename that say: not from here."""


@dataclass(frozen=True, slots=True)
class _Left:
    due: float
    pause: float
    failure: Failure
    changed: int
    """When the rights, name or content of the drop itself changed last, in nanoseconds (st_ctime_ns)."""


@dataclass(slots=True)
class Left:
    """What is left for now, by path, and why."""

    _drops: dict[str, _Left] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, path: str, failure: Failure) -> bool:
        """It could not be taken just now; whether that is news."""
        with self._lock:
            before = self._drops.get(path)
            pause = FIRST_SECONDS if before is None else min(2 * before.pause, LONGEST_SECONDS)
            self._drops[path] = _Left(time.monotonic() + pause, pause, failure, _changed(path))
            return before is None or before.failure is not failure

    def taken(self, path: str) -> None:
        """It is left no more."""
        with self._lock:
            self._drops.pop(path, None)

    def waiting(self) -> Set[str]:
        """Paths that need not be tried now; those that went away are forgotten."""
        with self._lock:
            now = time.monotonic()
            for path in [path for path in self._drops if not os.path.lexists(path)]:
                del self._drops[path]
            return {path for path, one in self._drops.items() if one.due > now and one.changed == _changed(path)}

    def soonest(self) -> float | None:
        """Seconds until one of them is to be tried again; None where nothing is left."""
        with self._lock:
            dues = [one.due for one in self._drops.values()]
        return max(0.0, min(dues) - time.monotonic()) if dues else None

    def problems(self) -> dict[str, Failure]:
        """Each path, and why it is left."""
        with self._lock:
            return {path: one.failure for path, one in self._drops.items()}


def _changed(path: str) -> int:
    try:
        return os.lstat(path).st_ctime_ns
    except OSError:
        return 0
