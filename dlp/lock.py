"""One program of a kind per home: a lock that the kernel drops when its holder dies, however it dies."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from dlp.errors import DlpError
from dlp.language import Say


class AlreadyRunningError(DlpError):
    """Another process holds this home."""


@contextlib.contextmanager
def only_one(path: Path, what: Say) -> Iterator[None]:
    """Hold the lock file while the block runs; ``what`` names the holder for people.

    Raises AlreadyRunningError, which names the other process, when it is taken.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _take(descriptor):
            other = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip() if hasattr(os, "pread") else "?"
            raise AlreadyRunningError(
                Say(
                    "{what} is already running on this home (process {pid})", "{what}已在此文件夹上运行（进程 {pid}）"
                ).format(what=what, pid=other or "?"),
                Say("stop it first, or name another home with --home", "请先停止它，或用 --home 指定其他文件夹"),
            )
        os.truncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode("ascii"))
        yield
    finally:
        os.close(descriptor)


def is_taken(path: Path) -> bool:
    """Whether some process holds the lock now."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        return not _take(descriptor)
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
