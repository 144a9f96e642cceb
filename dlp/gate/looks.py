"""What the kernel says of an open file without reading it, beyond what Python's own ``os`` asks for.

Source: statx(2), statfs(2), fcntl(2) F_SETLEASE; offsets from include/uapi/linux/stat.h.
"""

from __future__ import annotations

import ctypes
import fcntl
import functools

SOUND = {0xEF53: "ext", 0x58465342: "xfs", 0x9123683E: "btrfs", 0xF2F52010: "f2fs"}
"""Magic numbers of file systems that renew a file's times when somebody begins to write through a memory map.

On others (tmpfs, network, FUSE) a file can change while size and times stay; a verdict about one is never kept.
"""
_EMPTY_PATH = 0x1000
_MOUNT_ID, _MOUNT_ID_AT = 0x1000, 144
_STATX_BYTES = 256
_STATFS_BYTES = 256


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def file_system(fd: int) -> int:
    """Magic number of the file system that an open file lies on; 0 where the kernel does not say."""
    room = ctypes.create_string_buffer(_STATFS_BYTES)
    if _libc().fstatfs(fd, room):
        return 0
    return int(ctypes.c_long.from_buffer(room).value)


def sound(fd: int) -> bool:
    """Whether a verdict about this file may be kept by its size and times."""
    return file_system(fd) in SOUND


def mount_id(fd: int) -> int:
    """Id of the mount that a descriptor was opened through, as in mountinfo; 0 before Linux 5.8."""
    libc, room = _libc(), ctypes.create_string_buffer(_STATX_BYTES)
    if not hasattr(libc, "statx") or libc.statx(fd, b"", _EMPTY_PATH, _MOUNT_ID, room):
        return 0
    given = int.from_bytes(room.raw[0:4], "little")
    return int.from_bytes(room.raw[_MOUNT_ID_AT : _MOUNT_ID_AT + 8], "little") if given & _MOUNT_ID else 0


def has_writer(fd: int) -> bool:
    """Whether anybody holds the file open for writing, or mapped so, now; true where that cannot be told.

    A read lease is granted only where nobody does. It is given back at once; nobody waits for it.
    """
    try:
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError:
        return True
    fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False
