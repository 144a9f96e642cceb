"""Small members of a zip in one step: zipfile's own stream costs ten times as much as unpacking what is in it."""

from __future__ import annotations

import copy
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from typing import IO

from dlp.read import directory
from dlp.read.directory import Directory

_SMALL = 1 << 20
_HEADER, _MEMBER = struct.Struct("<4s22xHH"), b"PK\x03\x04"
_STORED, _DEFLATED = 0, 8
_ANY_SIZE = 1 << 62
_PACKED_NOTHING = 2
_MOST_BETWEEN = 1 << 20
"""Bytes between two members that are looked at; more are no padding."""
_SIZES_BEHIND = 0x8
_END_BYTES, _LONGEST_COMMENT = 22, 1 << 16
_MOST_EXPANDED = 1032
"""Times that deflate can expand."""


def content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The bytes of a member, checked against its size and check sum; what is not plain goes to zipfile.

    Raises what zipfile raises for a broken, encrypted or unknown one.
    """
    found = plain(directory.of(archive), entry) if archive.fp is not None else None
    if found is not None:
        return found
    with opened(archive, entry) as stream:
        whole = stream.read(entry.file_size + 1)
    if len(whole) > entry.file_size:
        raise zipfile.BadZipFile("more than its size")
    return whole


def opened(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> IO[bytes]:
    """A member as a stream of all that is in it, whatever size the directory tells: the caller counts.

    zipfile would stop at that size, and its check sum may be of the beginning alone; other programs unpack all of it.
    """
    if isinstance(entry, directory.Member):
        told = _told(entry)
        entry = next((own for own in archive.infolist() if _told(own) == told), entry)
    whole = copy.copy(entry)
    whole.file_size = _ANY_SIZE
    return archive.open(whole)


def _told(entry: zipfile.ZipInfo) -> tuple[str, int, int, int]:
    return entry.filename, entry.header_offset, entry.CRC, entry.compress_size


def is_empty(entry: zipfile.ZipInfo) -> bool:
    """Whether a member holds nothing, by what is stored and not by what the directory says alone."""
    return not entry.file_size and entry.compress_size <= _PACKED_NOTHING


def hides_members(archive: zipfile.ZipFile | Directory) -> bool:
    """Whether the file holds bytes that its directory does not name, between its members or behind its end.

    Programs that read a zip from its start unpack members there, also those that the directory calls empty.
    """
    file = archive.fp
    if file is None:
        return False
    entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    starts = [*(entry.header_offset for entry in entries), archive.start_dir]
    if _holds(file, 0, starts[0]):
        return True
    for entry, start in zip(entries, starts[1:], strict=True):
        # Most writers leave nothing between: no need to look.
        exact = entry.header_offset + 30 + len(entry.orig_filename) + entry.compress_size == start
        if not exact and _holds(file, _end(file, entry), start, sizes=bool(entry.flag_bits & _SIZES_BEHIND)):
            return True
    return _holds_behind_end(archive, file)


def _end(file: IO[bytes], entry: zipfile.ZipInfo) -> int:
    """Where a member ends by its own header."""
    file.seek(entry.header_offset)
    head = file.read(_HEADER.size)
    _, name, extra = _HEADER.unpack(head) if len(head) == _HEADER.size else (b"", 0, 0)
    return entry.header_offset + _HEADER.size + int(name) + int(extra) + entry.compress_size


def _holds(file: IO[bytes], at: int, end: int, *, sizes: bool = False) -> bool:
    """Whether there is anything but zeros in these bytes; ``sizes`` of a member may come first (a data descriptor)."""
    if not 0 < end - at <= _MOST_BETWEEN:
        return end > at
    file.seek(at)
    found = file.read(end - at)
    if sizes and (found.startswith(b"PK\x07\x08") or len(found) in {12, 20}):
        found = found[24:]
    return bool(found.strip(b"\0"))


def _holds_behind_end(archive: zipfile.ZipFile | Directory, file: IO[bytes]) -> bool:
    """Whether anything but line ends and zeros stands behind the directory's end and its comment."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_BYTES - len(archive.comment)))
    if file.read(4) == b"PK\x05\x06":
        return False
    file.seek(max(0, size - _END_BYTES - _LONGEST_COMMENT))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    return bool(tail[at + _END_BYTES + len(archive.comment) :].strip(b"\0\r\n "))


def size(entry: zipfile.ZipInfo) -> int:
    """Bytes of a member, no more than its packed bytes can come to, whatever the directory tells."""
    most = {_STORED: entry.compress_size, _DEFLATED: entry.compress_size * _MOST_EXPANDED}
    return min(entry.file_size, most.get(entry.compress_type, entry.file_size))


def start(members: Directory, entry: zipfile.ZipInfo, length: int) -> bytes:
    """At most the first bytes of a member; fewer, or none, where it cannot be unpacked."""
    packed = stored(members, entry, 2 * length)
    if entry.flag_bits & 1 or packed is None or entry.compress_type not in {_STORED, _DEFLATED}:
        return b""
    if entry.compress_type == _STORED:
        return packed[:length]
    try:
        return zlib.decompressobj(-15).decompress(packed, length)
    except zlib.error:
        return b""


def stored(members: Directory, entry: zipfile.ZipInfo, most: int = 2 * _SMALL) -> bytes | None:
    """The bytes of a member as they are stored; None where its own header is not there."""
    at, held, size = entry.header_offset, members.held, min(entry.compress_size, most)
    if held:
        # Of all that is asked of a part this is asked most often.
        if at + _HEADER.size > len(held):
            return None
        magic, name, extra = _HEADER.unpack_from(held, at)
        at += _HEADER.size + name + extra
        return held[at : at + size] if magic == _MEMBER else None
    members.fp.seek(at)
    head = members.fp.read(_HEADER.size)
    if len(head) < _HEADER.size or not head.startswith(_MEMBER):
        return None
    _, name, extra = _HEADER.unpack(head)
    members.fp.seek(at + _HEADER.size + name + extra)
    return members.fp.read(size)


def is_plain(entry: zipfile.ZipInfo, most: int = _SMALL) -> bool:
    """Whether a member is small, and neither encrypted nor packed in an unusual way."""
    return entry.file_size < most and not entry.flag_bits & 1 and entry.compress_type in {_DEFLATED, _STORED}


def plain(members: Directory, entry: zipfile.ZipInfo) -> bytes | None:
    """The bytes of a small member, checked against its size and check sum; None for what is not plain."""
    packed = stored(members, entry) if is_plain(entry) else None
    return None if packed is None else unpacked(packed, entry)


def unpacked(packed: bytes, entry: zipfile.ZipInfo) -> bytes | None:
    """The bytes of a plain small member by what is stored of it; None where they are not what the directory says."""
    found = uncopied(packed, entry)
    return bytes(found) if isinstance(found, bytearray) else found


def uncopied(packed: bytes, entry: zipfile.ZipInfo) -> bytes | bytearray | None:
    """The same as they come, for those who need no ``bytes``: to copy a large sheet takes as long as to unpack it."""
    inflate, checked = _library()
    found: bytes | bytearray | None = packed
    if entry.compress_type == _DEFLATED:
        found = inflate(packed, entry.file_size)
    return found if found is not None and len(found) == entry.file_size and checked(found) == entry.CRC else None


@cache
def _library() -> tuple[Callable[[bytes, int], bytes | bytearray | None], Callable[[bytes | bytearray], int]]:
    """What unpacks so many bytes at most, and what takes the check sum: libdeflate, or zlib where that is missing."""
    try:
        import deflate
    except ImportError:
        return _inflated, zlib.crc32
    whole, failed = deflate.deflate_decompress, deflate.DeflateError

    def inflated(packed: bytes, size: int) -> bytearray | None:
        try:
            # One byte more than it should be is one too many; and room for none would be taken for nothing in it.
            return whole(packed, size + 1)
        except failed:
            return None

    return inflated, deflate.crc32


def _inflated(packed: bytes, size: int) -> bytes | None:
    try:
        # One byte more than it should be is one too many; nothing expands beyond that.
        return zlib.decompressobj(-15).decompress(packed, size + 1)
    except zlib.error:
        return None
