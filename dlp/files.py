"""Bytes on disk: small files that are there whole or not at all, and durable copies in inodes that nobody else held."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

CHUNK = 1 << 20
"""Bytes copied at a time."""
READING = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""How a file of somebody else is opened: no link is followed, and a pipe that took its place is not waited for."""


class ChangedError(OSError):
    """The bytes are not those that were judged."""


def write_whole(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a file so that a kill or a power cut leaves the old content or the new one, never a part.

    Raises OSError; the old file is then untouched.
    """
    draft = draft_of(path)
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def draft_of(path: Path) -> Path:
    """Where ``write_whole`` prepares a file: the same place each time, so that a kill leaves one draft at most.

    Named by a digest, because the name itself may fill all 255 bytes already.
    """
    return path.with_name(f".{hashlib.sha256(os.fsencode(path.name)).hexdigest()[:16]}.new")


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable, where the platform can."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folders(folders: Iterable[Path]) -> None:
    """Each folder once; one that is gone has no names to keep."""
    for folder in dict.fromkeys(folders):
        with contextlib.suppress(FileNotFoundError):
            sync_folder(folder)


@contextlib.contextmanager
def opened_inside(top: Path, name: str) -> Iterator[int]:
    """A descriptor for reading the file ``name`` (with "/" between folders; empty: ``top`` itself) below ``top``.

    No link is followed on the way: whoever can still change a folder that was claimed could otherwise have us read,
    with our rights, a file that they may not read. Raises OSError (ELOOP, ENOTDIR) where a link is met.
    """
    inner = PurePosixPath(name).parts
    if os.open not in os.supports_dir_fd:  # Windows: no descriptors of folders, and links need a privilege there
        descriptor = os.open(top.joinpath(*inner), READING)
        try:
            yield descriptor
        finally:
            os.close(descriptor)
        return
    folder = os.open(top.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in (top.name, *inner)[:-1]:
            deeper = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = deeper
        descriptor = os.open((top.name, *inner)[-1], READING, dir_fd=folder)
    finally:
        os.close(folder)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def copy_judged(source: Path | int, target: Path, sha256: str) -> None:
    """Copy into a new inode that nobody else ever held, durable, and compared with what was judged.

    The source is given by path or by a descriptor, which is read from its start. An empty ``sha256`` compares nothing.
    Raises ChangedError when the bytes differ, OSError; then no target is left.
    """
    digest = hashlib.sha256()
    reader = os.dup(source) if isinstance(source, int) else os.open(source, READING)
    os.lseek(reader, 0, os.SEEK_SET)
    try:
        writer = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    except BaseException:
        os.close(reader)
        raise
    try:
        while chunk := os.read(reader, CHUNK):
            digest.update(chunk)
            _write_all(writer, chunk)
        os.fsync(writer)
        if sha256 and digest.hexdigest() != sha256:
            raise ChangedError(errno.ESTALE, "the file changed after it was judged")
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    finally:
        os.close(writer)
        os.close(reader)


def _write_all(writer: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[os.write(writer, view) :]


def remove_tree(path: Path) -> None:
    """Remove a file or a whole folder of ours; nothing happens where it is gone. Raises OSError."""
    try:
        path.unlink(missing_ok=True)
    except OSError:  # EISDIR, EPERM or EACCES, by platform, where it is a folder
        if not path.is_dir() or path.is_symlink():
            raise
        shutil.rmtree(path)
