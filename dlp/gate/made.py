"""Files that WeChat itself made on this machine, kept from the moment it closed them.

What is in such a file came from WeChat, so WeChat may open it again. The memory is bound to the inode and to what is in
it: a copy, another file under the same name, or a change by another program is a file like any other.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from dlp.clock import now
from dlp.inspect import sha256_of
from dlp.journal import Journal

MOST = 500_000
"""Files remembered; the oldest are forgotten first. A forgotten one is judged like any other."""
FORGET_AT_ONCE = 10_000
WAIT_SECONDS = 10.0
"""How long a question waits for the digest of a file that WeChat closed a moment ago."""
Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Row:
    """One file as WeChat left it; times in nanoseconds."""

    device: int
    inode: int
    size: int
    modified: int
    changed: int
    sha256: str


@dataclass(slots=True)
class Made:
    """The table, and what is on its way into it. Used by several threads."""

    journal: Journal
    _recent: dict[Key, Row] = field(default_factory=dict)
    _digesting: dict[Key, threading.Event] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def expect(self, told: Sequence[int]) -> None:
        """WeChat closed a file that it made; its digest follows. Questions about it wait for that."""
        with self._lock:
            self._digesting[told[0], told[1]] = threading.Event()

    def note(self, told: Sequence[int], descriptor: int) -> None:
        """Digest such a file, and remember it as it was when it was closed: device, inode, size, mtime, ctime."""
        key = (told[0], told[1])
        try:
            sha256, read = sha256_of(descriptor)
            status = os.fstat(descriptor)
            # Another program that writes into it this moment must not have its words taken for WeChat's.
            if (read, status.st_mtime_ns) == (told[2], told[3]):
                with self._lock:
                    device, inode, size, modified, changed = told
                    self._recent[key] = Row(device, inode, size, modified, changed, sha256)
        finally:
            with self._lock:
                done = self._digesting.pop(key, None)
            if done:
                done.set()

    def flush(self) -> None:
        """Write down what is new, all in one."""
        with self._lock:
            rows = list(self._recent.values())
        if not rows:
            return
        with self.journal.database.transaction():
            for row in rows:
                values = (row.device, row.inode, row.size, row.modified, row.changed, row.sha256, now())
                self.journal.database.run("INSERT OR REPLACE INTO made VALUES (?, ?, ?, ?, ?, ?, ?)", *values)
        with self._lock:
            for row in rows:
                if self._recent.get((row.device, row.inode)) is row:
                    del self._recent[row.device, row.inode]

    @property
    def waiting(self) -> bool:
        """Whether something is not written down yet."""
        return bool(self._recent)

    def _find(self, status: os.stat_result) -> Row | None:
        key = (status.st_dev, status.st_ino)
        with self._lock:
            digesting, recent = self._digesting.get(key), self._recent.get(key)
        if digesting and digesting.wait(WAIT_SECONDS):
            with self._lock:
                recent = self._recent.get(key, recent)
        if recent:
            return recent
        asked = "SELECT device, inode, size, modified, changed, sha256 FROM made WHERE device = ? AND inode = ?"
        rows = self.journal.database.rows(asked, *key)
        return Row(*rows[0]) if rows else None

    def unchanged(self, status: os.stat_result) -> bool:
        """Whether this is a file that WeChat made, as WeChat left it."""
        row = self._find(status)
        now_there = (status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        return row is not None and now_there == (row.size, row.modified, row.changed)

    def same_content(self, status: os.stat_result, sha256: str) -> bool:
        """Whether WeChat made this inode with this content; its name, rights or times changed since."""
        row = self._find(status)
        return row is not None and row.sha256 == sha256

    def prune(self) -> None:
        """Forget the oldest where there are too many."""
        if int(self.journal.database.one("SELECT count(*) FROM made")) > MOST:
            oldest = "SELECT rowid FROM made ORDER BY at LIMIT ?"
            with self.journal.database.transaction():
                self.journal.database.run(f"DELETE FROM made WHERE rowid IN ({oldest})", FORGET_AT_ONCE)  # noqa: S608
