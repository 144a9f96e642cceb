"""The directory of an ordinary zip, read in one pass: zipfile takes several times as long for the parts of a document.

Whatever is not ordinary (ZIP64, several disks, bytes before the zip, a comment, damage) is left to zipfile, which reads
it or says what is wrong.
"""

from __future__ import annotations

import io
import struct
import zipfile
from dataclasses import dataclass
from typing import BinaryIO

_END = struct.Struct("<4s4H2IH")
_MEMBER = struct.Struct("<4s2xBx2H4x3I3H8xI")
_LOCATOR, _LOCATOR_SIZE = b"PK\x06\x07", 20
"""Before the end record, where a ZIP64 directory may say otherwise than it."""
_UTF8 = 0x800
_TOO_LARGE = 0xFFFFFFFF
_NEWEST = 63
"""Version of the zip specification that zipfile reads, in tenths."""


class Member(zipfile.ZipInfo):
    """An entry with what reading it takes; zipfile's own constructor takes as long as all the rest."""

    __slots__ = ()

    def __init__(self, name: str, numbers: tuple[int, int, int, int, int, int]) -> None:
        self.filename = self.orig_filename = name
        self.flag_bits, self.compress_type, self.CRC, self.compress_size, self.file_size, self.header_offset = numbers


@dataclass(frozen=True, slots=True)
class Directory:
    """The members of a zip in their order, and by name (the last of a name); zipfile's names where it has them too."""

    fp: BinaryIO
    entries: list[zipfile.ZipInfo]
    names: dict[str, zipfile.ZipInfo]
    start_dir: int
    """Where the directory itself begins."""
    comment: bytes = b""
    held: bytes = b""
    """All bytes of the zip, where they are in memory anyway."""

    def infolist(self) -> list[zipfile.ZipInfo]:
        """Every member."""
        return self.entries


def read(file: BinaryIO, size: int) -> Directory | None:
    """The directory of a zip of so many bytes; None where zipfile must look."""
    held = file.getvalue() if isinstance(file, io.BytesIO) else b""
    file.seek(max(0, size - _END.size - _LOCATOR_SIZE))
    tail = file.read(_END.size + _LOCATOR_SIZE)
    if len(tail) < _END.size or tail.startswith(_LOCATOR):
        return None
    magic, disk, first, here, count, length, start, comment = _END.unpack_from(tail, len(tail) - _END.size)
    ordinary = magic == b"PK\x05\x06" and not disk and not first and not comment and here == count
    if not ordinary or start + length + _END.size != size:
        return None
    file.seek(start)
    entries = _members(file.read(length))
    return Directory(file, entries, {one.filename: one for one in entries}, start, held=held) if entries else None


def of(archive: zipfile.ZipFile) -> Directory:
    """The same as zipfile has read it."""
    file = archive.fp
    assert file is not None
    return Directory(file, archive.infolist(), archive.NameToInfo, archive.start_dir, archive.comment)  # type: ignore[arg-type]


def _members(raw: bytes) -> list[zipfile.ZipInfo]:
    """Every entry; none where one is not ordinary."""
    found: list[zipfile.ZipInfo] = []
    at, end = 0, len(raw)
    while at < end:
        name_at = at + _MEMBER.size
        if name_at > end:
            return []
        magic, needs, flags, method, crc, packed, size, name, extra, comment, where = _MEMBER.unpack_from(raw, at)
        extra_at = name_at + name
        at = extra_at + extra + comment
        if magic != b"PK\x01\x02" or needs > _NEWEST or at > end or max(size, packed, where) == _TOO_LARGE:
            return []
        written = raw[name_at:extra_at]
        if b"\0" in written or (extra and not _is_whole(raw[extra_at : extra_at + extra])):
            return []
        try:
            called = written.decode("ascii" if written.isascii() else "utf-8" if flags & _UTF8 else "cp437")
        except UnicodeDecodeError:
            return []
        found.append(Member(called, (flags, method, crc, packed, size, where)))
    return found


def _is_whole(fields: bytes) -> bool:
    """Whether the extra fields end where they say."""
    at = 0
    while at + 4 <= len(fields):
        at += 4 + int.from_bytes(fields[at + 2 : at + 4], "little")
    return at <= len(fields)
