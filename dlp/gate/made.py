"""Files that WeChat itself made on this machine, kept from the moment it closed them.

What is in such a file came from WeChat, so WeChat may open it again. The memory is bound to the inode and to its times:
a copy, a link to something else, or a change by another program is a file like any other.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dlp.clock import now
from dlp.journal import Journal

MOST = 500_000
"""Files remembered; the oldest are forgotten first. A forgotten one is judged like any other."""
FORGET_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Made:
    """The table."""

    journal: Journal

    def note(self, told: Iterable[Sequence[int]]) -> None:
        """WeChat closed files that it made: device, inode, size, mtime and ctime in nanoseconds of each."""
        with self.journal.database.transaction():
            for device, inode, size, modified, changed in told:
                row = (device, inode, size, modified, changed, now())
                self.journal.database.run("INSERT OR REPLACE INTO made VALUES (?, ?, ?, ?, ?, '', ?)", *row)

    def digest(self, status: os.stat_result, sha256: str) -> None:
        """What is in it, for when only its rights or its name change later."""
        self.journal.database.run(
            "UPDATE made SET sha256 = ? WHERE device = ? AND inode = ? AND size = ? AND modified = ? AND changed = ?",
            *(sha256, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns),
        )

    def unchanged(self, status: os.stat_result) -> bool:
        """Whether this is a file that WeChat made, as WeChat left it."""
        asked = "SELECT 1 FROM made WHERE device = ? AND inode = ? AND size = ? AND modified = ? AND changed = ?"
        stamp = (status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        return self.journal.database.one(asked, status.st_dev, status.st_ino, *stamp) is not None

    def same_content(self, status: os.stat_result, sha256: str) -> bool:
        """Whether WeChat made this inode with this content; its rights, times or links changed since."""
        asked = "SELECT 1 FROM made WHERE device = ? AND inode = ? AND sha256 = ? AND sha256 <> ''"
        return self.journal.database.one(asked, status.st_dev, status.st_ino, sha256) is not None

    def prune(self) -> None:
        """Forget the oldest where there are too many."""
        if int(self.journal.database.one("SELECT count(*) FROM made")) > MOST:
            oldest = "SELECT rowid FROM made ORDER BY at LIMIT ?"
            with self.journal.database.transaction():
                self.journal.database.run(f"DELETE FROM made WHERE rowid IN ({oldest})", FORGET_AT_ONCE)  # noqa: S608 - no values
