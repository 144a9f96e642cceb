"""Whether a file is finished: nobody is writing it, and it is what it was a moment ago.

A read lease (fcntl(2) F_SETLEASE, Linux) is refused while anybody has the file open for writing, so that a finished
file is taken at once. Where there are no leases, a file counts as finished when it did not change for a while.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

QUIET_SECONDS = 2.0
"""Without leases: how long a file must be unchanged."""
EMPTY_SECONDS = 1.0
"""An empty file is often the first half of one that is being made."""
FOLDER_SECONDS = 1.0
"""A folder grows file by file; it counts as whole when nothing in it changed for so long."""


class Readiness(StrEnum):
    """How far a file is."""

    SETTLED = "settled"
    WRITTEN = "written"
    """Somebody has it open for writing."""
    QUIET = "quiet"
    """No lease can tell; it may count after it was unchanged for a while."""
    GONE = "gone"
    DENIED = "denied"
    """This account may not read it."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What changes when a file does."""

    device: int
    inode: int
    size: int
    modified: int
    """Nanoseconds."""

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        """From stat(2)."""
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def readiness(path: Path) -> Readiness:
    """How far a regular file is. Raises OSError for what is none of the answers."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except FileNotFoundError:
        return Readiness.GONE
    except PermissionError:
        return Readiness.DENIED
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return Readiness.QUIET
        return _lease(descriptor)
    finally:
        os.close(descriptor)


def _lease(descriptor: int) -> Readiness:
    if not sys.platform.startswith("linux"):
        return Readiness.QUIET
    import fcntl

    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        # EAGAIN: a writer. EACCES: not our file and no CAP_LEASE. EINVAL: a file system without leases.
        return Readiness.WRITTEN if error.errno == errno.EAGAIN else Readiness.QUIET
    fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return Readiness.SETTLED
