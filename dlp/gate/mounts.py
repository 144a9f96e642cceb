"""The mounts of a namespace, as /proc/<pid>/mountinfo lists them (proc_pid_mountinfo(5))."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

OWN = frozenset(
    {
        *("proc", "sysfs", "devtmpfs", "devpts", "cgroup", "cgroup2", "securityfs", "debugfs", "tracefs", "bpf"),
        *("mqueue", "hugetlbfs", "pstore", "efivarfs", "configfs", "fusectl", "binfmt_misc", "nsfs", "rpc_pipefs"),
        *("selinuxfs", "autofs"),
    }
)
"""File systems of the kernel itself, which hold no file of a person. A look at autofs would mount what is behind it."""
_ESCAPE = re.compile(rb"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Mount:
    """One line of the table."""

    id: int
    point: str
    """Where it stands, below the root of that namespace."""
    kind: str
    """Type of file system, such as ext4 or fuse.sshfs."""

    @property
    def own(self) -> bool:
        """Whether it holds only what the kernel itself makes."""
        return self.kind in OWN


def parse(table: bytes) -> list[Mount]:
    """The mounts in a table; a line that is cut off is left out, because the table is read again when it changed."""
    found = []
    for line in table.split(b"\n"):
        before, mark, after = line.partition(b" - ")
        words = before.split(b" ")
        if mark and len(words) >= 6:
            point = _ESCAPE.sub(lambda match: bytes([int(match[1], 8)]), words[4])
            found.append(Mount(int(words[0]), os.fsdecode(point), os.fsdecode(after.split(b" ")[0])))
    return found


def read_table(fd: int) -> bytes:
    """The whole table behind an open mountinfo. Raises OSError."""
    os.lseek(fd, 0, os.SEEK_SET)
    parts = []
    while part := os.read(fd, 65536):
        parts.append(part)
    return b"".join(parts)
