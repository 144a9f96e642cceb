"""A mount namespace of one's own, inside a user namespace of one's own, for the process that becomes WeChat.

In a user namespace an account may do this without root; and no program in it can reach through /proc what a program
outside has open, because it has no rights over that one.
Source: user_namespaces(7), mount_namespaces(7), mount(2), capabilities(7).
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import stat
from collections.abc import Iterable
from pathlib import Path

_NEW_USER, _NEW_MOUNTS = 0x10000000, 0x20000
_RECURSIVE, _SLAVE, _READ_ONLY, _NOSUID, _NODEV, _NOEXEC = 0x4000, 0x80000, 1, 2, 4, 8
_SET_DEATH_SIGNAL, _DROP_BOUND, _SET_SECUREBITS = 1, 24, 28
_NO_NEW_PRIVILEGES, _AMBIENT, _CLEAR_ALL = 38, 47, 4
LAST_CAPABILITY = 63
LIMIT = "/proc/sys/user/max_mnt_namespaces"


def enter() -> bool:
    """Give this process namespaces of its own; whether with a user namespace.

    Raises OSError where neither an account nor root may do that here.
    """
    uid, gid = os.getuid(), os.getgid()
    nested = True
    try:
        _unshare(_NEW_USER | _NEW_MOUNTS)
    except OSError:
        if uid != 0:
            raise
        _unshare(_NEW_MOUNTS)
        nested = False
    if nested:
        # An account that is alone in its namespace cannot take on another group's rights there.
        Path("/proc/self/setgroups").write_text("deny", "ascii")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1", "ascii")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1", "ascii")
    # What is mounted outside later comes in (a USB stick), and nothing that is mounted in here goes out.
    _mount(None, "/", None, _RECURSIVE | _SLAVE)
    return nested


def hide(points: Iterable[str]) -> None:
    """Put an empty folder over mounts that nobody can watch; no path leads to them any more. Raises OSError."""
    for point in points:
        _mount("none", point, "tmpfs", _READ_ONLY | _NOSUID | _NODEV | _NOEXEC)


def no_more_namespaces() -> bool:
    """Let nobody in this user namespace make a further mount namespace; whether the kernel can keep that."""
    try:
        Path(LIMIT).write_text("0", "ascii")
    except OSError:
        return False
    return True


def give_up_rights() -> None:
    """Give up every right that the namespace gave, also for programs started later."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in range(LAST_CAPABILITY + 1):
        libc.prctl(_DROP_BOUND, capability, 0, 0, 0)
    libc.prctl(_AMBIENT, _CLEAR_ALL, 0, 0, 0)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    _drop_all(libc)


def _drop_all(libc: ctypes.CDLL) -> None:
    """No capability now, whatever the account: version 3 of capset(2), for this thread."""
    head = (ctypes.c_uint32 * 2)(0x20080522, 0)
    none = (ctypes.c_uint32 * 6)()
    libc.capset(head, none)


def shut_readable_files() -> None:
    """Put the empty device in place of a file that standard input, output or error can be read from."""
    for number in range(3):
        try:
            readable = fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE != os.O_WRONLY
            if readable and stat.S_ISREG(os.fstat(number).st_mode):
                nothing = os.open("/dev/null", os.O_RDWR)
                os.dup2(nothing, number)
                os.close(nothing)
        except OSError:
            continue  # it is closed, and nothing can be read from it


def die_with_parent(signal: int) -> None:
    """Have this process, and what it becomes, ended when its parent ends."""
    ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal, 0, 0, 0)


def close_all_but(kept: int) -> None:
    """Close every open descriptor but 0 to 2 and one: a file that is open already is never asked about."""
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2 and int(name) != kept:
            with contextlib.suppress(OSError):
                os.close(int(name))


def _unshare(flags: int) -> None:
    if ctypes.CDLL(None, use_errno=True).unshare(flags):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), "unshare")


def _mount(source: str | None, target: str, kind: str | None, flags: int) -> None:
    words = [None if word is None else os.fsencode(word) for word in (source, target, kind)]
    if ctypes.CDLL(None, use_errno=True).mount(*words, ctypes.c_ulong(flags), None):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), target)
