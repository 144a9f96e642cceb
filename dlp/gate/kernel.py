"""fanotify of the Linux kernel: queues, marks, events and answers. Two calls of the C library, no compiler.

Source: fanotify(7), fanotify_init(2), fanotify_mark(2); constants from include/uapi/linux/fanotify.h.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Iterator
from enum import IntFlag


class Init(IntFlag):
    """How a queue is made."""

    CLOEXEC = 0x1
    NONBLOCK = 0x2
    CONTENT = 0x4
    PRE_CONTENT = 0x8
    UNLIMITED_QUEUE = 0x10
    """An overflow would let opens through unseen."""
    UNLIMITED_MARKS = 0x20
    PIDFD = 0x80
    FD_ERROR = 0x2000
    """A file that cannot be opened for us is told as such; the kernel refuses it in any case."""
    MNT = 0x4000


class Mark(IntFlag):
    """What a mark stands on."""

    ADD = 0x1
    REMOVE = 0x2
    MOUNT = 0x10
    FLUSH = 0x80
    FILESYSTEM = 0x100
    MNTNS = 0x110


class Event(IntFlag):
    """What is told or asked."""

    CLOSE_WRITE = 0x8
    Q_OVERFLOW = 0x4000
    OPEN_PERM = 0x10000
    OPEN_EXEC_PERM = 0x40000
    PRE_ACCESS = 0x100000
    MNT_ATTACH = 0x01000000
    MNT_DETACH = 0x02000000
    ON_CHILD = 0x08000000


Feature = Init | Mark | Event
VERSION = 3
"""Of the event records; another one means a kernel whose records we cannot read."""
BATCH = 8192
"""Bytes read at once; each record brings an open descriptor, so a larger batch would only hold more of them."""
ALLOW, DENY = 1, 2
ANSWER = struct.Struct("=iI")
_RECORD = struct.Struct("=IBBHQii")
_AT_FDCWD = -100
# O_NONBLOCK: the kernel opens the file for us while we read the queue; a FIFO without a writer would never return.
_OPEN = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | getattr(os, "O_LARGEFILE", 0) | getattr(os, "O_NOATIME", 0)


class Kernel:
    """The two calls. ``lacks`` takes features away, so that tests and people see what an older kernel does."""

    def __init__(self, lacks: frozenset[Feature] = frozenset()) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._libc.fanotify_mark.argtypes = [
            *(ctypes.c_int, ctypes.c_uint, ctypes.c_uint64),
            *(ctypes.c_int, ctypes.c_char_p),
        ]
        self._lacks = lacks

    def queue(self, flags: int, optional: int = 0) -> int:
        """A new queue's descriptor, with the optional features where the kernel has all of them.

        Raises OSError: EPERM without the right, ENOSYS or EINVAL for a feature that is not there, EMFILE.
        """
        try:
            return self._queue(flags | optional)
        except OSError as error:
            if error.errno != errno.EINVAL or not optional:
                raise
            return self._queue(flags)

    def _queue(self, flags: int) -> int:
        self._refuse(Init, flags, "fanotify_init")
        fd = int(self._libc.fanotify_init(ctypes.c_uint(flags), ctypes.c_uint(_OPEN)))
        if fd < 0:
            raise _error("fanotify_init")
        return fd

    def mark(self, queue: int, flags: int, mask: int, path: str | None, folder: int = _AT_FDCWD) -> None:
        """Put a mark on a path, or on what ``folder`` is open on where path is None. Raises OSError."""
        self._refuse(Mark, flags, "fanotify_mark")
        self._refuse(Event, mask, "fanotify_mark")
        name = None if path is None else os.fsencode(path)
        if self._libc.fanotify_mark(queue, flags, mask, folder, name):
            raise _error("fanotify_mark")

    def _refuse(self, kind: type[Feature], flags: int, call: str) -> None:
        for feature in self._lacks:
            if isinstance(feature, kind) and flags & feature == feature:
                raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), call)


def read(queue: int) -> bytes:
    """Records that wait now; empty where none does. Raises OSError for a file that could not be opened for us."""
    try:
        return os.read(queue, BATCH)
    except BlockingIOError:
        return b""


def events(records: bytes) -> Iterator[tuple[int, int, int]]:
    """Mask, descriptor and process of each event in what was read.

    The descriptor is ours, to answer and then to close; it is negative where the file could not be opened for us (the
    kernel then refused it). Raises ValueError for records of another version.
    """
    offset = 0
    while offset < len(records):
        length, version, _, _, mask, fd, pid = _RECORD.unpack_from(records, offset)
        if version != VERSION:
            raise ValueError(f"fanotify records of version {version}, expected {VERSION}")
        yield mask, fd, pid
        offset += length


def answer(queue: int, fd: int, word: int) -> bool:
    """Answer one event with ALLOW or DENY; false where it was answered before, or nobody waits any more."""
    try:
        os.write(queue, ANSWER.pack(fd, word))
    except OSError:
        return False
    return True


def _error(call: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number), call)
