"""Giving names: a file or folder appears under a name that was free, in one step, or not at all.

``rename`` of POSIX silently replaces what has the name already, which would lose a file of the person; here nothing is
ever replaced, whatever happens between looking and renaming.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import stat
import sys
from pathlib import Path

AT_FDCWD = -100
RENAME_NOREPLACE = 1
LONGEST_NAME = 255
"""Bytes of one name on the file systems in use (POSIX NAME_MAX; NTFS counts 255 UTF-16 units, which is never less)."""
MOST_ALIKE = 10_000
LONGEST_ENDING = 16
"""Characters after the last dot that are an ending and no part of the name."""
SEALED = ".age"
"""Ending of a sealed copy, around the ending of what is in it."""
UNSUPPORTED = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP})


def rename_new(source: Path, target: Path) -> None:
    """Rename unless the target exists. Raises FileExistsError when it does, OSError otherwise; then nothing changed."""
    if sys.platform == "win32":
        source.rename(target)  # Windows refuses an existing target by itself
        return
    if sys.platform.startswith("linux"):
        failure = _renameat2(source, target)
        if failure not in UNSUPPORTED:
            if failure:
                raise OSError(failure, os.strerror(failure), str(source), None, str(target))
            return
    _rename_plainly(source, target)


def _renameat2(source: Path, target: Path) -> int:
    """0, or the error number (renameat2(2), Linux 3.15, glibc 2.28)."""
    library = _library()
    if not hasattr(library, "renameat2"):
        return errno.ENOSYS
    done = library.renameat2(AT_FDCWD, os.fsencode(source), AT_FDCWD, os.fsencode(target), RENAME_NOREPLACE)
    return ctypes.get_errno() if done else 0


@functools.cache
def _library() -> ctypes.CDLL:
    """The C library; once, because opening it again costs more than the call."""
    return ctypes.CDLL(None, use_errno=True)


def _rename_plainly(source: Path, target: Path) -> None:
    """Where the file system knows no exclusive rename: a hard link for files, looking first for the rest."""
    if stat.S_ISREG(source.lstat().st_mode):
        try:
            os.link(source, target, follow_symlinks=False)
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS):
                raise
        else:
            source.unlink()
            return
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    source.rename(target)


def as_text(name: object) -> str:
    """A name or path as JSON and a terminal may hold it: bytes that are no UTF-8 become U+FFFD."""
    return os.fsencode(str(name)).decode("utf-8", "replace")


def free_name(folder: Path, name: str, number: int = 1) -> Path:
    """The first of "name", "name (2).ext", "name (3).ext", … from ``number`` on that nobody has now.

    Raises FileExistsError when ten thousand are taken.
    """
    for count in range(number, MOST_ALIKE):
        if not os.path.lexists(target := folder / numbered(name, count)):
            return target
    raise FileExistsError(errno.EEXIST, "ten thousand files of this name are there", name)


def numbered(name: str, number: int) -> str:
    """The name itself, then "name (2).ext" and so on, cut so that a file system takes it and its ending stays.

    Of a sealed copy the number stands before both endings, so that what is in it opens by its name.
    """
    outer = SEALED if name.endswith(SEALED) and name != SEALED else ""
    stem, dot, ending = name[: len(name) - len(outer)].rpartition(".")
    if not (dot and stem) or len(ending) > LONGEST_ENDING:
        stem, dot, ending = name[: len(name) - len(outer)], "", ""
    return fitting(stem, f"{f' ({number})' if number > 1 else ''}{dot}{ending}{outer}")


def fitting(stem: str, ending: str) -> str:
    """Stem and ending, the stem cut at a whole character where both together are too long for a file system."""
    room = LONGEST_NAME - len(os.fsencode(ending))
    while len(os.fsencode(stem)) > room:
        stem = stem[:-1]
    return stem + ending
