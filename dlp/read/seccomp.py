"""The system calls that a reading process keeps, as a filter program for the Linux kernel (seccomp mode 2).

A list of what is allowed, not of what is forbidden: a call that a future kernel adds is then refused by itself. There
is no socket, no process, no signal to others and no write in it; answers leave by ``sendto`` on a descriptor that is
there already. Refused calls fail with EPERM, so that a library which probes for one goes on.

Source: Linux Documentation/userspace-api/seccomp_filter.rst; numbers from arch/x86/entry/syscalls/syscall_64.tbl and
include/uapi/asm-generic/unistd.h.
"""

from __future__ import annotations

import ctypes
import struct

# Name to the numbers on x86-64 and on arm64 (None: that machine has no such call).
CALLS: dict[str, tuple[int | None, int | None]] = {
    "pread64": (17, 67),
    "preadv": (295, 69),
    "preadv2": (327, 286),
    "read": (0, 63),
    "mmap": (9, 222),
    "munmap": (11, 215),
    "brk": (12, 214),
    "mprotect": (10, 226),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "futex": (202, 98),
    "fstat": (5, 80),
    "newfstatat": (262, 79),
    "stat": (4, None),
    "lstat": (6, None),
    "statx": (332, 291),
    "lseek": (8, 62),
    "open": (2, None),
    "openat": (257, 56),
    "close": (3, 57),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "getdents64": (217, 61),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "getcwd": (79, 17),
    "fcntl": (72, 25),
    "dup": (32, 23),
    "recvfrom": (45, 207),
    "recvmsg": (47, 212),
    "sendto": (44, 206),
    "poll": (7, None),
    "ppoll": (271, 73),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "restart_syscall": (219, 128),
    "setitimer": (38, 103),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "getrandom": (318, 278),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "getrusage": (98, 165),
    "sysinfo": (99, 179),
    "uname": (63, 160),
    "rseq": (334, 293),
    "membarrier": (324, 283),
    "exit": (60, 93),
    "exit_group": (231, 94),
}
OWN_LIMITS = (302, 261)
"""prlimit64, kept for process 0 (itself): py7zr asks how much memory it may use. For others it would change limits."""
MACHINES = {"x86_64": (0, 0xC000003E), "AMD64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7), "arm64": (1, 0xC00000B7)}
"""Machine, as ``platform.machine`` says it, to its column above and its audit number (linux/audit.h)."""

CLONE, CLONE3 = (56, 220), (435, 435)
"""Kept for threads alone, and only where asked for: the decoder of HEIC starts some. The newer call hides its flags
from a filter, and is told to be missing, so that the C library takes the older one. What starts inherits the filter."""
_THREAD = 0x00010000
"""CLONE_THREAD; a process is started without it."""

_LOAD, _EQUAL, _RETURN, _HAS = 0x20, 0x15, 0x06, 0x45
_ALLOW, _REFUSE, _KILL, _MISSING = 0x7FFF0000, 0x00050001, 0x80000000, 0x00050026
_NUMBER_AT, _MACHINE_AT, _FIRST_LOW, _FIRST_HIGH = 0, 4, 16, 20
_FILTER, _ALL_THREADS = 1, 1
"""SECCOMP_SET_MODE_FILTER with SECCOMP_FILTER_FLAG_TSYNC: a thread left out could do all that the filter refuses."""
_SECCOMP = (317, 277)


def program(machine: str, *, threads: bool = False) -> bytes:
    """The filter as BPF instructions for a machine; KeyError where the machine is not in the table.

    ``threads``: more of them may be started.
    """
    column, audit = MACHINES[machine]
    steps = [(_LOAD, 0, 0, _MACHINE_AT), (_EQUAL, 1, 0, audit), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, _NUMBER_AT)]
    for numbers in CALLS.values():
        number = numbers[column]
        if number is not None:
            steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    if threads:
        steps += [(_EQUAL, 0, 1, CLONE3[column]), (_RETURN, 0, 0, _MISSING), (_EQUAL, 0, 4, CLONE[column])]
        steps += [(_LOAD, 0, 0, _FIRST_LOW), (_HAS, 0, 1, _THREAD), (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    # Both halves of the first argument must be 0; a jump skips to the refusal, which stands last.
    steps += [(_EQUAL, 0, 5, OWN_LIMITS[column]), (_LOAD, 0, 0, _FIRST_LOW), (_EQUAL, 0, 3, 0)]
    steps += [(_LOAD, 0, 0, _FIRST_HIGH), (_EQUAL, 0, 1, 0), (_RETURN, 0, 0, _ALLOW)]
    # Numbers of the x32 ABI have bit 30 set, equal none of the above, and are refused here with all the rest.
    steps.append((_RETURN, 0, 0, _REFUSE))
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def install(machine: str, *, threads: bool = False) -> None:
    """Keep only the calls above, for good. Needs no-new-privileges to be set. Raises OSError, KeyError."""

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_char_p)]

    steps = program(machine, threads=threads)
    chosen = Program(len(steps) // 8, steps)
    libc = ctypes.CDLL(None, use_errno=True)
    number = _SECCOMP[MACHINES[machine][0]]
    if libc.syscall(ctypes.c_long(number), _FILTER, _ALL_THREADS, ctypes.byref(chosen)):
        raise OSError(ctypes.get_errno(), "seccomp filter refused")
