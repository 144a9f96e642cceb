"""Files that are there whole and durable, or as they were before; and a lock that dies with its holder."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

DRAFT = ".sealing-"
"""How the names of drafts begin."""
SMALL_DRAFT = ".writing-"
"""The same for `write_whole`."""
BUFFER = 256 * 1024


@contextlib.contextmanager
def draft(target: Path, prefix: str = DRAFT, *, fresh: bool = False) -> Iterator[BinaryIO]:
    """A private file (0600) beside the target that takes its name when the block ends well, and vanishes otherwise.

    Where the platform can, the file has no name until it is whole, so that a kill leaves nothing of it. A ``fresh``
    target must not exist yet, nor come to exist meanwhile. Raises OSError (FileExistsError for that); the target is
    then as it was before.
    """
    path = target.with_name(f"{prefix}{secrets.token_hex(8)}")
    descriptor = _nameless(target.parent)
    named = descriptor is None
    if descriptor is None:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(descriptor, "wb", BUFFER) as file:
            yield file
            file.flush()
            # Named before it is on disk, a power cut would leave a file of the right name and no content.
            os.fsync(file.fileno())
            if not named:
                _name(file.fileno(), target if fresh else path)
        if fresh and named:
            _take_free_name(path, target)
        elif not fresh:
            path.replace(target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        raise
    sync_folder(target.parent)


def _nameless(folder: Path) -> int | None:
    """A file in the folder that has no name; None where there is no such thing (O_TMPFILE, open(2))."""
    flag = getattr(os, "O_TMPFILE", None)
    if flag is None or not Path("/proc/self/fd").is_dir():
        return None
    try:
        return os.open(folder, flag | os.O_RDWR, 0o600)
    except FileNotFoundError:
        raise
    except OSError as fault:
        if fault.errno in (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL):
            return None
        raise


def _name(descriptor: int, path: Path) -> None:
    """Give a nameless file its name; FileExistsError where that is taken."""
    # With a folder's descriptor the call is linkat(2), which follows the link in /proc; link(2) would not.
    here = os.open("/", os.O_RDONLY)
    try:
        os.link(f"/proc/self/fd/{descriptor}", path, src_dir_fd=here, follow_symlinks=True)
    finally:
        os.close(here)


def _take_free_name(path: Path, target: Path) -> None:
    """Rename without ever replacing; looking first and renaming then would replace what came in between."""
    if os.name == "nt":
        path.rename(target)  # refuses by itself where the target exists
        return
    try:
        os.link(path, target)
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links (FAT, some network drives): take the name first, then rename over it.
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        path.replace(target)
        return
    path.unlink()


def write_whole(target: Path, content: bytes) -> None:
    """Write a small private file. Raises OSError; the target is then as it was before."""
    with draft(target, SMALL_DRAFT) as file:
        file.write(content)


def sweep(folder: Path) -> None:
    """Remove the drafts that a kill left of `write_whole`, which may hold a key. The caller keeps others from writing.

    Raises OSError.
    """
    for path in list(folder.iterdir()):
        if path.name.startswith(SMALL_DRAFT):
            path.unlink()


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the platform can. Raises OSError."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Wait for the lock file and hold it while the block runs. The system drops it when the holder dies, however."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
