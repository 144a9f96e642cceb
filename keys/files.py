"""Seal and open whole files: the target is there complete and durable, or it is as it was before.

The draft lies beside its target, private (0600), so that the last step is one link or rename. Where drafts must have a
name (not on Linux), a kill leaves at most one, which `leftovers` finds.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from keys import age, armor
from keys.digests import Digest
from keys.durable import BUFFER, DRAFT, draft
from keys.pipes import Content, Writes, write_all

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class SealedHeader(age.SealedHeader):
    """What is known of a sealed file on disk, without its key."""

    sha256: str
    """Of the plaintext, in hex."""
    sealed_sha256: str
    size: int
    """Of the plaintext."""
    sealed_size: int


@dataclass(frozen=True, slots=True)
class Opened:
    """What came out of a sealed file."""

    header: age.Header
    sha256: str
    size: int


def seal_file(
    source: Path | int, target: Path, recipients: Sequence[str], *, file_id: bytes | None = None
) -> SealedHeader:
    """Seal a file, given by path or by a seekable descriptor, which is read from its start and left where it stands.

    Raises age.BadKey and OSError; the target is then as it was before.
    """
    with reading(source) as plain, draft(target) as file, _Measured(plain) as taken, _Measured(file) as given:
        sealed = age.seal(taken, given, recipients, file_id)
    return SealedHeader(
        sealed.header, sealed.digest, sealed.file_id, taken.sha256, given.sha256, taken.size, given.size
    )


def open_file(source: Path | int, target: Path, identities: Sequence[age.Unwraps]) -> Opened:
    """Open a sealed file, armored or not. Raises age.AgeError and OSError; the target is then as it was before."""
    return _open(source, target, lambda sealed, plain: age.open_sealed(sealed, plain, identities))


def open_file_with_key(
    source: Path | int,
    target: Path,
    file_key: bytes,
    *,
    sha256: str = "",
    fresh: bool = False,
    progress: Progress | None = None,
) -> Opened:
    """The same with the file key that the office released.

    ``sha256`` is what the office registered: whoever once held the file key could make another payload under the same
    header. ``fresh``: the target must not exist. ``progress`` is told how many bytes came out so far. Raises as
    `open_file` does, PayloadFailure for another content, FileExistsError.
    """
    return _open(
        source,
        target,
        lambda sealed, plain: age.open_with_file_key(sealed, plain, file_key),
        sha256=sha256,
        fresh=fresh,
        progress=progress,
    )


def read_header_of(path: Path) -> age.Header:
    """The header of a sealed file, armored or not. Raises age.HeaderFailure, age.ArmorFailure, OSError."""
    with reading(path) as sealed:
        return age.read_header(_bare(sealed))


def leftovers(folder: Path) -> list[Path]:
    """Drafts that a kill left in a folder; none may be in use when the caller removes them. Raises OSError."""
    return sorted(path for path in folder.iterdir() if path.name.startswith(DRAFT))


def _open(
    source: Path | int,
    target: Path,
    opener: Callable[[BinaryIO, Writes], age.Header],
    *,
    sha256: str = "",
    fresh: bool = False,
    progress: Progress | None = None,
) -> Opened:
    with reading(source) as sealed, draft(target, fresh=fresh) as file:
        with _Measured(file, progress) as plain:
            header = opener(_bare(sealed), plain)
        if sha256 and plain.sha256 != sha256:
            raise age.PayloadFailure("the content is not the one that was registered")
    return Opened(header, plain.sha256, plain.size)


def _bare(sealed: BinaryIO) -> BinaryIO:
    beginning = sealed.read(2_048)
    sealed.seek(0)
    return armor.reader(sealed) if armor.looks_armored(beginning) else sealed


class _Measured:
    """A stream that counts and digests what passes, so that a file is read once only."""

    def __init__(self, stream: BinaryIO, progress: Progress | None = None) -> None:
        self._stream = stream
        self._progress = progress
        self._digest = Digest()

    def __enter__(self) -> _Measured:
        return self

    def __exit__(self, *_: object) -> None:
        self._digest.end()

    def read(self, size: int = -1, /) -> bytes:
        content = self._stream.read(size)
        self._count(content)
        return content

    def write(self, content: Content, /) -> int:
        write_all(self._stream, content)
        self._count(content)
        return len(content)

    def _count(self, content: Content) -> None:
        self._digest.update(content)
        if self._progress:
            self._progress(self.size)

    @property
    def size(self) -> int:
        return self._digest.size

    @property
    def sha256(self) -> str:
        """Only once the block has ended."""
        return self._digest.hex


class _Positioned(io.RawIOBase):
    """A descriptor read by position: its own offset, which the owner may use meanwhile, is neither used nor moved."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        if whence == os.SEEK_END:
            offset += os.fstat(self._descriptor).st_size
        elif whence == os.SEEK_CUR:
            offset += self._position
        self._position = offset
        return offset

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        content = _read_at(self._descriptor, len(buffer), self._position)
        buffer[: len(content)] = content
        self._position += len(content)
        return len(content)


def _read_at(descriptor: int, size: int, position: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(descriptor, size, position)
    os.lseek(descriptor, position, os.SEEK_SET)
    return os.read(descriptor, size)


@contextlib.contextmanager
def reading(source: Path | int) -> Iterator[BinaryIO]:
    """A path, or a descriptor by position, open for reading from its start. Raises OSError."""
    if isinstance(source, int):
        yield io.BufferedReader(_Positioned(source), BUFFER)
        return
    with source.open("rb", BUFFER) as file:
        yield file
