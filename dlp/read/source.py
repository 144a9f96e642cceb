"""Bytes to read from: the inspected file by position, or a part of it that was unpacked into memory."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    import zipfile

    from dlp.read.directory import Directory
    from dlp.read.streams import Streams

HEAD = 4096
"""Bytes looked at to tell the type."""
_BUFFER = 1 << 16
_HELD = 4 * 1024 * 1024
"""Bytes of a file that is read at once."""


class PositionedFile(io.RawIOBase):
    """A descriptor read by position: the offset that it shares with its owner is never moved."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._at, self._size = descriptor, 0, os.fstat(descriptor).st_size

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move this reader's own position; bytes from the start, the position or the end."""
        base = 0 if whence == io.SEEK_SET else self._at if whence == io.SEEK_CUR else self._size
        if base + offset < 0:
            raise ValueError("negative position")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        """This reader's own position."""
        return self._at

    def readinto(self, buffer: object) -> int:
        """Fill the buffer from here; the number of bytes, 0 at the end."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        count = _into(self._descriptor, view, self._at)
        self._at += count
        return count


def _into(descriptor: int, view: memoryview, at: int) -> int:
    if hasattr(os, "preadv"):
        return os.preadv(descriptor, [view], at)
    found = os.pread(descriptor, len(view), at)
    view[: len(found)] = found
    return len(found)


@dataclass(frozen=True, slots=True)
class Source:
    """A file or a part of one: its bytes, its own name, and the container path that leads to it."""

    file: BinaryIO
    """Seekable."""
    size: int
    """Bytes."""
    name: str
    path: tuple[str, ...] = ()
    depth: int = 0
    """Containers around it."""
    declared: str = ""
    """Media type that the container gives; asked only where the bytes could be either, as HTML without a head can."""
    coverage: float | None = None
    """Share of its page that it takes, 0..1, where the document around it tells; None: it is a file of its own."""

    descriptor: int | None = None
    """Of the inspected file itself, where it is read at all; it belongs to the caller."""

    opened_zip: list[zipfile.ZipFile] = field(default_factory=list, compare=False, repr=False)
    """The zip that the bytes are, kept from telling the type for reading it: its directory may be long."""

    opened_directory: list[Directory] = field(default_factory=list, compare=False, repr=False)
    """The same for its directory alone, which is all that most documents need."""

    opened_compound: list[Streams] = field(default_factory=list, compare=False, repr=False)
    """The same for a compound file."""

    def compound(self) -> Streams:
        """The bytes as a compound file. Raises what olefile raises where they are none."""
        if not self.opened_compound:
            from dlp.read import streams

            self.opened_compound.append(streams.opened(self.file))
        return self.opened_compound[0]

    def zipped(self) -> zipfile.ZipFile:
        """The bytes as a zip. Raises what zipfile raises where they are none."""
        # A third of what a cold look at a text would import, and no text needs it.
        import zipfile

        if not self.opened_zip:
            self.opened_zip.append(zipfile.ZipFile(self.file))
        return self.opened_zip[0]

    def directory(self) -> Directory:
        """The directory of the zip that the bytes are. Raises what zipfile raises where they are none."""
        if not self.opened_directory:
            from dlp.read import directory

            found = None if self.opened_zip else directory.read(self.file, self.size)
            self.opened_directory.append(found or directory.of(self.zipped()))
        return self.opened_directory[0]

    def head(self, length: int = HEAD) -> bytes:
        """The first bytes; the position is at the start again afterwards."""
        self.file.seek(0)
        found = self.file.read(length)
        self.file.seek(0)
        return found

    def tail(self, length: int = HEAD) -> bytes:
        """The last bytes; none where they have not come yet."""
        try:
            self.file.seek(max(0, self.size - length))
            return self.file.read(length)
        except (OSError, ValueError):
            return b""
        finally:
            self.file.seek(0)

    def all(self) -> bytes:
        """Every byte, for readers that need them in memory; their size is limited where they were unpacked."""
        self.file.seek(0)
        return self.file.read()


def opened(descriptor: int, name: str) -> Source:
    """The Source for a descriptor, which stays open and belongs to the caller."""
    size = os.fstat(descriptor).st_size
    if size <= _HELD:
        # A package is read at a hundred positions, each of which costs more than all of a small file at once.
        held = os.pread(descriptor, size, 0) if hasattr(os, "pread") else PositionedFile(descriptor).read(size)
        if held is not None and len(held) == size:
            return Source(io.BytesIO(held), size, name, descriptor=descriptor)
    return Source(io.BufferedReader(PositionedFile(descriptor), _BUFFER), size, name, descriptor=descriptor)
