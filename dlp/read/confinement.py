"""What a reading process gives up before it meets a file, and what of that this machine can do at all."""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass

from dlp.read import landlock, seccomp

_SET_DUMPABLE, _GET_SECCOMP, _SET_NO_NEW_PRIVILEGES = 4, 21, 38
_OPEN_FILES = 64
_LIBRARIES = ("/proc/meminfo", "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache")
_FONTS = ("/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/X11/fonts")
"""pdfium takes the widths of fonts that a file does not carry from these."""


@dataclass(frozen=True, slots=True)
class State:
    """What confines the reading processes of this machine."""

    files: bool
    """Landlock: nothing of the file system can be read but the interpreter and fonts, nothing written."""
    calls: bool
    """seccomp: no sockets, no processes, no signals, no writes."""
    memory: bool
    """The kernel enforces a limit on memory."""

    @property
    def full(self) -> bool:
        """Whether all of it is there; time limits and separate processes always are."""
        return self.files and self.calls and self.memory

    def names(self) -> list[str]:
        """What is there, by the names above."""
        return [name for name in ("files", "calls", "memory") if getattr(self, name)]


def state() -> State:
    """What this machine can do, asked without giving anything up."""
    linux = sys.platform == "linux"
    return State(
        files=linux and landlock.version() > 0,
        calls=linux and platform.machine() in seccomp.MACHINES and _has_seccomp(),
        memory=linux,
    )


def confine(memory: int, folders: tuple[str, ...], load: Callable[[], None] | None = None) -> State:
    """Give up all that reading does not need, for good; ``memory`` in bytes that the process may still grow by.

    ``load`` may start threads. It is called when files are given up already, which only threads that start later
    inherit, and before calls are, which holds for all threads. What it takes does not count as growth.
    Returns what took hold. A refusal by the kernel is no error here: the caller is told, and ``dlp doctor`` says it.
    """
    if sys.platform != "linux":
        if load:
            load()
        return State(files=False, calls=False, memory=_limit(memory))
    statm = os.open("/proc/self/statm", os.O_RDONLY)
    files = _without_files(folders)
    if load:
        load()
    limited, calls = _limit(memory, statm), False
    with contextlib.suppress(OSError, KeyError):
        seccomp.install(platform.machine(), threads=load is not None)
        calls = True
    return State(files, calls, limited)


def _without_files(folders: tuple[str, ...]) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    # Not dumpable: no core file holds content, and no other process of this account reads our memory.
    libc.prctl(_SET_DUMPABLE, 0, 0, 0, 0)
    if libc.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return False
    with contextlib.suppress(OSError):
        landlock.restrict((*folders, *_LIBRARIES, *_FONTS))
        return True
    return False


def _limit(memory: int, statm: int = -1) -> bool:
    try:
        import resource
    except ImportError:
        return False
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    if statm < 0:
        return False
    ceiling = _address_space(statm) + memory
    resource.setrlimit(resource.RLIMIT_AS, (ceiling, ceiling))
    return True


def _address_space(statm: int) -> int:
    """Bytes; through a descriptor from before the file system was given up, which is closed."""
    try:
        return int(os.read(statm, 100).split()[0]) * os.sysconf("SC_PAGE_SIZE")
    finally:
        os.close(statm)


def _has_seccomp() -> bool:
    return int(ctypes.CDLL(None, use_errno=True).prctl(_GET_SECCOMP, 0, 0, 0, 0)) >= 0
