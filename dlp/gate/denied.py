"""Calls that WeChat does not get: all that makes, moves or enters mounts, or takes open files from other programs.

A mount that comes later has no mark until the gate sees it, and a namespace nested in WeChat's own is a copy of all
mounts without marks. Each call is refused with EPERM, so that a program which tries one goes on; ``clone3`` with
ENOSYS, because the C library then uses ``clone``, whose flags a filter can see.

Source: Linux Documentation/userspace-api/seccomp_filter.rst; numbers from the kernel's syscall tables.
"""

from __future__ import annotations

import ctypes
import platform
import struct
from dataclasses import dataclass

CALLS: dict[str, tuple[int, int, int]] = {
    "mount": (165, 40, 21),
    "umount2": (166, 39, 52),
    "pivot_root": (155, 41, 217),
    "setns": (308, 268, 346),
    "open_by_handle_at": (304, 265, 342),
    "open_tree": (428, 428, 428),
    "move_mount": (429, 429, 429),
    "fsopen": (430, 430, 430),
    "fsconfig": (431, 431, 431),
    "fsmount": (432, 432, 432),
    "fspick": (433, 433, 433),
    "pidfd_getfd": (438, 438, 438),
    "mount_setattr": (442, 442, 442),
    "open_tree_attr": (467, 467, 467),
}
"""Name to its numbers on x86-64, arm64 and i386 (32-bit programs on x86-64, as under wine)."""
UNSHARE, CLONE, CLONE3 = (272, 97, 310), (56, 220, 120), (435, 435, 435)
OLD_UMOUNT = 22
"""i386 alone has an umount without flags."""
NEW_MOUNT_NAMESPACE = 0x20000
X86_64, ARM64, I386 = 0xC000003E, 0xC00000B7, 0x40000003
"""Audit numbers (linux/audit.h)."""
X32_BIT = 0x40000000
_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_ALLOW, _REFUSE, _UNKNOWN = 0x7FFF0000, 0x00050001, 0x00050026
_NUMBER_AT, _MACHINE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2
Step = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class _Table:
    """One machine's numbers, by the column of the tuples above."""

    audit: int
    column: int


_OF = {
    "x86_64": (_Table(X86_64, 0), _Table(I386, 2)),
    "AMD64": (_Table(X86_64, 0), _Table(I386, 2)),
    "aarch64": (_Table(ARM64, 1),),
    "arm64": (_Table(ARM64, 1),),
}


def program(machine: str) -> bytes:
    """The filter as BPF instructions; KeyError where the machine is not known."""
    steps: list[Step] = [(_LOAD, 0, 0, _MACHINE_AT)]
    for table in _OF[machine]:
        body = _body(table)
        steps.append((_EQUAL, 0, len(body), table.audit))
        steps += body
    # Programs of another machine run nowhere here; what claims to be one gets nothing.
    steps.append((_RETURN, 0, 0, _REFUSE))
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def _body(table: _Table) -> list[Step]:
    steps: list[Step] = [(_LOAD, 0, 0, _NUMBER_AT)]
    if table.audit == X86_64:
        steps += [(_ANY_BIT, 0, 1, X32_BIT), (_RETURN, 0, 0, _REFUSE)]
    numbers = [columns[table.column] for columns in CALLS.values()] + [OLD_UMOUNT] * (table.audit == I386)
    for number in numbers:
        steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    steps += [(_EQUAL, 0, 1, CLONE3[table.column]), (_RETURN, 0, 0, _UNKNOWN)]
    for call in (UNSHARE, CLONE):
        # The argument takes the number's place; the last one needs the number no more.
        inner: list[Step] = [
            (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
            (_ANY_BIT, 0, 1, NEW_MOUNT_NAMESPACE),
            (_RETURN, 0, 0, _REFUSE),
            (_RETURN, 0, 0, _ALLOW),
        ]
        steps += [(_EQUAL, 0, len(inner), call[table.column]), *inner]
    steps.append((_RETURN, 0, 0, _ALLOW))
    return steps


def install() -> None:
    """Deny the calls to this process and all it starts, for good. Raises OSError, KeyError for an unknown machine."""

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_char_p)]

    steps = program(platform.machine())
    chosen = Program(len(steps) // 8, steps)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or libc.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(chosen), 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp filter refused")
