"""What is known of files, by device and inode, as long as size and times are what they were."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from dlp.gate.kernel import ALLOW, DENY

MOST = 200_000
"""Files remembered; the oldest is forgotten first. About 60 MB when full."""
MOST_BEGUN = 10_000
FRESH = 1_000_000_000
"""Nanoseconds within which an empty file counts as created by the open that we are asked about."""
SETTLED = 20_000_000
"""Nanoseconds since the last change before a verdict is kept: two writes within one tick of the kernel's clock (10 ms
at most) leave the same times."""

Key = tuple[int, int]
Stamp = tuple[int, int, int]
Known = tuple[int, int, int, int, int]
"""Size, mtime, ctime, ALLOW or DENY, and the ticket of the question that was answered so, or OWN."""
OWN = -1


def key_of(status: os.stat_result) -> Key:
    """Device and inode."""
    return status.st_dev, status.st_ino


def stamp_of(status: os.stat_result) -> Stamp:
    """Size in bytes, and the times that change with every write, in nanoseconds."""
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


@dataclass(slots=True)
class Memory:
    """Verdicts, and which files WeChat itself made."""

    files: dict[Key, Known] = field(default_factory=dict)
    made: dict[Key, None] = field(default_factory=dict)
    """Files that WeChat created, and nobody else wrote since; what is in them it had already."""
    begun: dict[Key, int] = field(default_factory=dict)
    """Files that WeChat created and has not closed yet; since when, nanoseconds."""

    def keep(self, key: Key, stamp: Stamp, word: int, ticket: int = 0) -> None:
        """Remember a verdict."""
        if word == DENY:
            self.made.pop(key, None)
        _room(self.files, MOST)
        self.files[key] = (*stamp, word, ticket)

    def begin(self, key: Key, status: os.stat_result, now: int) -> None:
        """An empty file is opened; where it was created this moment, WeChat did."""
        if status.st_ctime_ns == status.st_mtime_ns and 0 <= now - status.st_ctime_ns < FRESH:
            _room(self.begun, MOST_BEGUN)
            self.begun[key] = now

    def finish(self, key: Key, stamp: Stamp) -> bool:
        """WeChat closed a file that it wrote; whether it is one that it made, whose stamp then counts as its own."""
        if key not in self.begun and key not in self.made:
            return False
        self.begun.pop(key, None)
        self.own(key, stamp)
        return True

    def own(self, key: Key, stamp: Stamp) -> None:
        """WeChat made this file, and it is as WeChat left it."""
        _room(self.made, MOST)
        self.made[key] = None
        self.keep(key, stamp, ALLOW, OWN)

    def forget(self) -> None:
        """Verdicts are out of date; what is as WeChat left it stays known."""
        kept = {key: known for key, known in self.files.items() if known[4] == OWN}
        self.files.clear()
        self.files.update(kept)


def _room(table: dict[Key, object] | dict[Key, Known] | dict[Key, None] | dict[Key, int], most: int) -> None:
    if len(table) >= most:
        table.pop(next(iter(table)))
