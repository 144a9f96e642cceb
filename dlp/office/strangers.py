"""Wrong tries on names that no account has: they lock like an account, so that a lock tells nobody which names exist.

Kept in memory, as a digest of each name, because a stranger's typing must not fill the database. A restart of the
office forgets them, and a name is forgotten once very many others were tried since.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from dlp.office.tokens import fold

FREE_TRIES = 5
"""Wrong passwords in a row, of an account or a name that is none, until it is locked."""
FIRST_LOCK, LONGEST_LOCK = timedelta(seconds=30), timedelta(minutes=15)
"""Doubled with each further wrong one, up to the longest."""
MOST_NAMES = 10_000
"""Names that are remembered: about two megabytes."""


def lock_after(failed: int) -> timedelta:
    """For how long so many wrong passwords in a row lock; nothing for the first few."""
    if failed < FREE_TRIES:
        return timedelta()
    doubled: int = 2 ** min(failed - FREE_TRIES, 10)
    return min(LONGEST_LOCK, FIRST_LOCK * doubled)


@dataclass(slots=True)
class Strangers:
    """The names that were tried; may be used from many threads."""

    _tried: OrderedDict[bytes, tuple[int, str]] = field(default_factory=OrderedDict)
    """How often, and locked until when."""
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def locked(self, name: str, now: str) -> bool:
        """Whether this name is locked now."""
        with self._turn:
            return self._tried.get(_digest(name), (0, ""))[1] > now

    def count(self, name: str, now: Callable[[timedelta], str]) -> bool:
        """One more wrong try; False where others locked the name in the meantime, and then it does not count."""
        key = _digest(name)
        with self._turn:
            failed, until = self._tried.get(key, (0, ""))
            if until > now(timedelta()):
                return False
            span = lock_after(failed + 1)
            self._tried[key] = (failed + 1, now(span) if span else "")
            self._tried.move_to_end(key)
            while len(self._tried) > MOST_NAMES:
                self._tried.popitem(last=False)
            return True


def _digest(name: str) -> bytes:
    return hashlib.sha256(fold(name).encode("utf-8", "replace")).digest()
