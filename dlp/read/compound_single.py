"""A compound file around one stream (MS-CFB), so that a workbook inside another document can be read as a file."""

from __future__ import annotations

import struct

_SECTOR = 512
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_SMALLEST = 4096
"""Bytes below which a stream would stand among small sectors."""
_IN_HEADER = 109
"""Sectors of the allocation table that the header itself names."""


def around(stream: bytes, name: str) -> bytes | None:
    """The file's bytes; None for a stream of more than 7 MB, which takes a longer allocation table."""
    padded = stream.ljust(max(_SMALLEST, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    count = len(padded) // _SECTOR
    tables = 1
    while tables * (_SECTOR // 4) < count + tables + 1:
        tables += 1
    if tables > _IN_HEADER:
        return None
    # Sectors in order: allocation table, directory, stream.
    chain = [_FAT] * tables + [_END] + [tables + 1 + at for at in range(1, count)] + [_END]
    chain += [_FREE] * (tables * (_SECTOR // 4) - len(chain))
    head = struct.pack("<8s16s5H6x", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, tables, tables, 0, _SMALLEST, _END, 0, _END, 0)
    head += struct.pack("<109I", *range(tables), *[_FREE] * (_IN_HEADER - tables))
    directory = _entry("Root Entry", 5, 1, _END, 0) + _entry(name, 2, _FREE, tables + 1, len(padded))
    return head + struct.pack(f"<{len(chain)}I", *chain) + directory.ljust(_SECTOR, b"\0") + padded


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    return struct.pack("<64sHBBIII16sI16sIQ", raw, len(raw), kind, 1, _FREE, _FREE, child, b"", 0, b"", start, size)
