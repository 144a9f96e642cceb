"""Records of binary workbooks (MS-XLSB 2.1.4): a number, a length, and bytes, one after the other."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

_LONGEST_RECORD = 1 << 24
"""Bytes; a cell of 32,767 characters with a run of formatting for each takes a hundredth."""
_LONGEST_STRING = 32_767
_NONE = 0xFFFFFFFF
_PTG_STR = 0x17


class BrokenError(ValueError):
    """The bytes are no records, or end inside one."""


def records(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Number and content of every record, as the bytes come. Raises BrokenError at what is none."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        content, at = bytes(held), 0
        while (head := _head(content, at)) is not None:
            kind, start, length = head
            end = start + length
            if end > len(content):
                break
            yield kind, content[start:end]
            at = end
        del held[:at]
    if held:
        raise BrokenError("ends inside a record")


def _head(held: bytes, at: int) -> tuple[int, int, int] | None:
    """Number, first byte and length of the record here; None where its head has not come whole."""
    try:
        if held[at] < 0x80 and held[at + 1] < 0x80:
            return held[at], at + 2, held[at + 1]
        kind, at = held[at], at + 1
        if kind & 0x80:
            kind, at = (kind & 0x7F) | (held[at] & 0x7F) << 7, at + 1
        length = shift = 0
        while shift < 28:
            byte, at = held[at], at + 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
    except IndexError:
        return None
    if length > _LONGEST_RECORD:
        raise BrokenError("length of a record")
    return kind, at, length


def wide(content: bytes, at: int) -> tuple[str, int]:
    """The string here and the byte after it (XLWideString, 2.5.169; XLNullableWideString: none is empty)."""
    (count,) = struct.unpack_from("<I", content, at)
    if count == _NONE:
        return "", at + 4
    end = at + 4 + 2 * count
    if end > len(content):
        raise BrokenError("length of a string")
    return content[at + 4 : end].decode("utf-16-le", "replace"), end


def rich(content: bytes, at: int) -> tuple[str, str]:
    """The text here, and the guide to how it is spoken, mostly none (RichStr, 2.5.122)."""
    flags = content[at]
    text, at = wide(content, at + 1)
    if not flags & 2:
        return text, ""
    if flags & 1:
        (runs,) = struct.unpack_from("<I", content, at)
        at += 4 + 4 * runs
    return text, wide(content, at)[0]


def number(content: bytes, at: int) -> float:
    """A number in four bytes (RkNumber, 2.5.123)."""
    (raw,) = struct.unpack_from("<i", content, at)
    found = float(raw >> 2) if raw & 2 else struct.unpack("<d", bytes(4) + struct.pack("<i", raw & ~3))[0]
    return found / 100 if raw & 1 else found


def strings(content: bytes) -> Iterator[str]:
    """All that can be a string in a record of a kind that is not taken apart, or in a formula."""
    at = 0
    while at + 4 < len(content):
        text, end = _string(content, at, 4, struct.unpack_from("<I", content, at)[0])
        if not text and content[at] == _PTG_STR:
            text, end = _string(content, at, 3, struct.unpack_from("<H", content, at + 1)[0])
        if text:
            yield text
        at = end


def _string(content: bytes, at: int, head: int, count: int) -> tuple[str, int]:
    end = at + head + 2 * count
    if 2 <= count <= _LONGEST_STRING and end <= len(content):
        try:
            text = content[at + head : end].decode("utf-16-le")
        except UnicodeDecodeError:
            return "", at + 1
        if text.translate(_BREAKS).isprintable():
            return text, end
    return "", at + 1


_BREAKS = str.maketrans("\r\n\t", "   ")
