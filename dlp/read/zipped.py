"""Small members of a zip in one step: zipfile's own stream costs ten times as much as unpacking what is in it."""

from __future__ import annotations

import copy
import struct
import zipfile
import zlib
from typing import IO

_SMALL = 1 << 20
_HEADER = struct.Struct("<4s22xHH")
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
    found = _plain(archive, entry) if entry.file_size < _SMALL and not entry.flag_bits & 1 else None
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
    whole = copy.copy(entry)
    whole.file_size = _ANY_SIZE
    return archive.open(whole)


def is_empty(entry: zipfile.ZipInfo) -> bool:
    """Whether a member holds nothing, by what is stored and not by what the directory says alone."""
    return not entry.file_size and entry.compress_size <= _PACKED_NOTHING


def hides_members(archive: zipfile.ZipFile) -> bool:
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


def _holds_behind_end(archive: zipfile.ZipFile, file: IO[bytes]) -> bool:
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


def start(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, length: int) -> bytes:
    """At most the first bytes of a member; fewer, or none, where it cannot be unpacked."""
    packed = _packed(archive, entry, 2 * length)
    if entry.flag_bits & 1 or packed is None or entry.compress_type not in {_STORED, _DEFLATED}:
        return b""
    if entry.compress_type == _STORED:
        return packed[:length]
    try:
        return zlib.decompressobj(-15).decompress(packed, length)
    except zlib.error:
        return b""


def _packed(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes | None:
    """The bytes of a member as they are stored; None where its own header is not there."""
    file = archive.fp
    if file is None:
        return None
    file.seek(entry.header_offset)
    head = file.read(_HEADER.size)
    if len(head) < _HEADER.size:
        return None
    magic, name, extra = _HEADER.unpack(head)
    if magic != b"PK\x03\x04":
        return None
    file.seek(entry.header_offset + _HEADER.size + name + extra)
    return file.read(min(entry.compress_size, most))


def _plain(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes | None:
    if entry.compress_type not in {_STORED, _DEFLATED}:
        return None
    packed = _packed(archive, entry, _SMALL * 2)
    if packed is None:
        return None
    try:
        # One byte more than it should be is one too many; nothing expands beyond that.
        if entry.compress_type == _DEFLATED:
            packed = zlib.decompressobj(-15).decompress(packed, entry.file_size + 1)
    except zlib.error:
        return None
    return packed if len(packed) == entry.file_size and zlib.crc32(packed) == entry.CRC else None
