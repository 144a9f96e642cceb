"""One mount namespace that WeChat runs in, and the marks on its mounts.

A mark on a mount of that namespace asks about files opened through it, and about nothing that any other program does,
not even with the same file. Marks are put through the namespace's own root, which stays open here.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dlp.gate import looks, mounts
from dlp.gate.kernel import Event, Init, Kernel, Mark
from dlp.gate.mounts import Mount

QUEUE = Init.CLOEXEC | Init.NONBLOCK | Init.UNLIMITED_QUEUE | Init.UNLIMITED_MARKS
MASK = Event.OPEN_PERM | Event.CLOSE_WRITE
ROUNDS = 5
"""How often the table is read again while mounts come faster than they are marked; the next notice goes on with it."""


def id_of(pid: int) -> int:
    """The mount namespace of a process. Raises OSError: the process is gone, or hidden from us."""
    return os.stat(f"/proc/{pid}/ns/mnt").st_ino


def somebody(id: int) -> int:
    """A process that lives in a namespace. Raises ProcessLookupError where none does."""
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError):
                if id_of(int(name)) == id:
                    return int(name)
    raise ProcessLookupError(errno.ESRCH, "nobody lives in the namespace")


def strangers(known: set[int]) -> Iterator[tuple[int, int]]:
    """Processes in other namespaces than these, and their parents, from the oldest."""
    for name in sorted((name for name in os.listdir("/proc") if name.isdigit()), key=int):
        with contextlib.suppress(OSError):
            if id_of(int(name)) not in known:
                yield int(name), parent_of(int(name))


def parent_of(pid: int) -> int:
    """The parent of a process (proc_pid_stat(5)). Raises OSError."""
    with open(f"/proc/{pid}/stat", "rb") as file:
        return int(file.read(1024).rpartition(b")")[2].split()[1])


def host() -> int:
    """The namespace that everything else on this machine runs in: that of process 1, else our own.

    As a service we may have one of our own (ProtectSystem=), so process 1 is asked first.
    """
    try:
        return id_of(1)
    except OSError:
        return id_of(os.getpid())


def _open_files(pid: int) -> int:
    """How many files a process has open, besides standard input, output and error."""
    count = 0
    for name in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(OSError):
            count += int(name) > 2 and stat.S_ISREG(os.stat(f"/proc/{pid}/fd/{name}").st_mode)
    return count


@dataclass(slots=True)
class Space:
    """One namespace. Its descriptors are ours to close."""

    id: int
    uid: int
    """The account that WeChat runs as there."""
    queue: int
    """The kernel's queue of questions."""
    root: int
    table: int
    """Its mountinfo; readable as an exception whenever a mount comes or goes."""
    uncovered: tuple[Mount, ...] = ()
    """Mounts that could not be marked."""
    reads: bool = False
    """Reads are asked about too, on mounts where the kernel can."""
    unread: tuple[Mount, ...] = ()
    """Mounts where it cannot; only opens are asked about there."""
    nests: bool = False
    """Its programs make namespaces of their own, which must be looked for."""
    inherited: int = 0
    """Files that were open already when the namespace was guarded; about those nobody is asked."""

    @classmethod
    def held(cls, id: int, uid: int, descriptors: Sequence[int]) -> Space:
        """A namespace from its kept descriptors: queue, root, table."""
        queue, root, table = descriptors
        return cls(id, uid, queue, root, table)

    @classmethod
    def of(cls, pid: int, uid: int, kernel: Kernel, *, reads: bool = False) -> Space:
        """The namespace of a process, not marked yet. Raises OSError: also where reads cannot be asked about at all."""
        opened: list[int] = []
        try:
            opened.append(kernel.queue(QUEUE | (Init.PRE_CONTENT if reads else Init.CONTENT), Init.FD_ERROR))
            opened.append(os.open(f"/proc/{pid}/root", os.O_PATH | os.O_DIRECTORY))
            opened.append(os.open(f"/proc/{pid}/mountinfo", os.O_RDONLY))
            space = cls.held(id_of(pid), uid, opened)
            space.inherited, space.reads = _open_files(pid), reads
            return space
        except BaseException:
            for descriptor in opened:
                os.close(descriptor)
            raise

    def mark_all(self, kernel: Kernel) -> None:
        """Mark every mount, again where it is marked already, until none came meanwhile. Raises OSError.

        All of them each time: the kernel gives the number of a mount that went to the next one that comes.
        """
        before = b""
        for _ in range(ROUNDS):
            table = mounts.read_table(self.table)
            if table == before:
                break
            before = table
            there = [mount for mount in mounts.parse(table) if not mount.own]
            self.unread = ()
            self.uncovered = tuple(mount for mount in there if not self._mark(mount, kernel))

    def _mark(self, mount: Mount, kernel: Kernel) -> bool:
        """False where it stays uncovered."""
        try:
            point = os.open(mount.point.lstrip("/") or ".", os.O_PATH | os.O_NOFOLLOW, dir_fd=self.root)
        except OSError:
            return False
        try:
            # Another mount may stand over this one: no path leads to it then, for WeChat no more than for us.
            if looks.mount_id(point) in (0, mount.id):
                kernel.mark(self.queue, Mark.ADD | Mark.MOUNT, MASK, f"/proc/self/fd/{point}")
                if self.reads:
                    self._mark_reads(mount, point, kernel)
        except OSError:
            return False
        finally:
            os.close(point)
        return True

    def _mark_reads(self, mount: Mount, point: int, kernel: Kernel) -> None:
        try:
            kernel.mark(self.queue, Mark.ADD | Mark.MOUNT, Event.PRE_ACCESS, f"/proc/self/fd/{point}")
        except OSError:
            self.unread += (mount,)

    def inhabited(self) -> bool:
        """Whether any process is in it still."""
        try:
            return bool(somebody(self.id))
        except ProcessLookupError:
            return False

    def close(self) -> None:
        """Let go of it: whoever waits is let through by the kernel, and nothing is asked any more."""
        for descriptor in (self.queue, self.root, self.table):
            with contextlib.suppress(OSError):
                os.close(descriptor)
