"""No dump of the memory of a program that holds keys."""

from __future__ import annotations

import sys

_PR_SET_DUMPABLE = 4


def forbid_dumps() -> bool:
    """Keep this process's memory out of core dumps and from other programs of the same account.

    Returns whether the platform took it; where it cannot, nothing else changes. A limit of zero does not stop dumps
    that go to a pipe (core(5)), so Linux is also told that the process is not dumpable (prctl(2)).
    """
    if sys.platform == "win32":
        return False
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not sys.platform.startswith("linux"):
        return True
    import ctypes

    return bool(ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)
