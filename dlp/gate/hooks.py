"""Notices each start of a WeChat program, before it runs: the kernel asks before it executes one of these files.

The mark stands on the programs and, for a newer version put beside them, on their folders; starts of other programs
are not asked about.
"""

from __future__ import annotations

import contextlib
import glob
import os
import pwd
from dataclasses import dataclass, field

from dlp.gate.kernel import Event, Init, Kernel, Mark
from dlp.gate.space import QUEUE

MASK = Event.OPEN_EXEC_PERM


@dataclass(slots=True)
class Hooks:
    """The queue that starts are asked about in."""

    queue: int
    programs: tuple[str, ...]
    kernel: Kernel
    inodes: set[tuple[int, int]] = field(default_factory=set)
    """Device and inode of every program that was found; others in their folders are let through."""

    @classmethod
    def make(cls, programs: tuple[str, ...], kernel: Kernel) -> Hooks:
        """A queue without marks. Raises OSError."""
        return cls(kernel.queue(QUEUE | Init.CONTENT, Init.FD_ERROR), programs, kernel)

    def find(self) -> None:
        """Mark the programs that are there now. Raises OSError (EINVAL: before Linux 5.0, which cannot ask about it).

        Asked again and again: an update puts new files in their place.
        """
        for path in self.found():
            with contextlib.suppress(FileNotFoundError):
                status = os.stat(path)
                self.kernel.mark(self.queue, Mark.ADD, MASK, path)
                self.kernel.mark(self.queue, Mark.ADD, MASK | Event.ON_CHILD, os.path.dirname(path))
                self.inodes.add((status.st_dev, status.st_ino))

    def found(self) -> list[str]:
        """The programs that are there now, links followed."""
        paths = {
            os.path.realpath(path)
            for pattern in self.programs
            for home in self._homes(pattern)
            for path in glob.glob(home)
        }
        return sorted(path for path in paths if os.path.isfile(path))

    @staticmethod
    def _homes(pattern: str) -> list[str]:
        """A pattern below a person's home, for each person."""
        if not pattern.startswith("~/"):
            return [pattern]
        return [entry.pw_dir + pattern[1:] for entry in pwd.getpwall() if entry.pw_dir not in ("", "/")]

    def is_program(self, fd: int) -> bool:
        """Whether what is about to run is one of the programs."""
        status = os.fstat(fd)
        if (status.st_dev, status.st_ino) in self.inodes:
            return True
        # One that came since the last look, in a folder of theirs.
        name = os.readlink(f"/proc/self/fd/{fd}")
        if any(os.path.realpath(name) == path for path in self.found()):
            self.inodes.add((status.st_dev, status.st_ino))
            return True
        return False
