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
_SMALLEST_MEMBER, _MOST_BETWEEN = 31, 1 << 20


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
    """Whether members lie between those that the directory names: programs that read from the start unpack them."""
    file = archive.fp
    if file is None:
        return False
    entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    ends = [0, *(e.header_offset + 30 + len(e.orig_filename.encode()) + e.compress_size for e in entries)]
    starts = [*(entry.header_offset for entry in entries), archive.start_dir]
    for end, start in zip(ends, starts, strict=True):
        if start - end > _SMALLEST_MEMBER:
            file.seek(end)
            if b"PK\x03\x04" in file.read(min(start - end, _MOST_BETWEEN)):
                return True
    return False


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
