"""Landlock: from here on this process may read a few folders and nothing else of the file system (Linux 5.13 on).

Three raw system calls, since no maintained package wraps them.
Source: Linux Documentation/userspace-api/landlock.rst; the numbers are the same on every machine.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
from collections.abc import Iterable

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_ASK_VERSION, _PATH_BENEATH = 1, 1
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""Interface version to how many file rights it knows; all of them are taken away. 5 stands for later ones too."""
_NET, _NET_FROM = 0b11, 4
_SCOPES, _SCOPES_FROM = 0b11, 6
"""No TCP bind and connect; no signals and abstract sockets to processes outside."""


def version() -> int:
    """Interface version of this kernel; 0 where it has none, or where it is switched off."""
    return max(0, _call(_CREATE, None, 0, _ASK_VERSION))


def restrict(folders: Iterable[str]) -> None:
    """Allow reading below these folders and files only. Needs no-new-privileges to be set. Raises OSError."""
    abi = version()
    if not abi:
        raise OSError("landlock is not available")
    rights = (1 << _RIGHTS[min(abi, 5)]) - 1
    rules = struct.pack("=QQQ", rights, _NET if abi >= _NET_FROM else 0, _SCOPES if abi >= _SCOPES_FROM else 0)
    known = 8 if abi < _NET_FROM else 16 if abi < _SCOPES_FROM else 24
    ruleset = _call(_CREATE, rules[:known], known, 0)
    if ruleset < 0:
        raise OSError(ctypes.get_errno(), "landlock ruleset refused")
    try:
        for folder in folders:
            _allow(ruleset, folder)
        if _call(_RESTRICT, ruleset, 0):
            raise OSError(ctypes.get_errno(), "landlock restriction refused")
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str) -> None:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            rights = _READ_FILE | (_READ_FOLDER if os.path.isdir(path) else 0)  # noqa: PTH112 - pathlib costs start time
            if _call(_ADD, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, opened), 0):
                raise OSError(ctypes.get_errno(), "landlock rule refused")
        finally:
            os.close(opened)


def _call(number: int, *arguments: int | bytes | None) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    passed = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return int(libc.syscall(ctypes.c_long(number), *passed))
