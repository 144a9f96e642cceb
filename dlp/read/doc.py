"""Word 97 to 2003 (MS-DOC), and WPS's .wps: text by the piece table, so that it comes clean and in order."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from classifiers.model import GapReason, Region
from dlp.read import charset, compound, salvage
from dlp.read.compound import Compound
from dlp.read.placing import block
from dlp.read.visit import Parts

_WORD_97, _WORD_6 = 0xA5EC, 0xA5DC
_ENCRYPTED, _TABLE_1 = 0x0100, 0x0200
_LENGTHS_AT, _PIECES_AT = 0x4C, 0x1A2
"""FibRgLw97.ccpText and FibRgFcLcb97.fcClx."""
_STORIES = (
    Region.BODY,
    Region.NOTE,
    Region.HEADER,
    Region.BODY,
    Region.COMMENT,
    Region.NOTE,
    Region.TEXT_BOX,
    Region.TEXT_BOX,
)
"""Main, footnotes, headers and footers, macros, comments, endnotes, text boxes, text boxes in headers."""
_COMPRESSED = 1 << 30
_DROPPED = {ord(c): None for c in "\x01\x02\x03\x04\x05\x08\x13\x14\x15\x1f\u0003\u0004"} | {0x1E: "-", 0x0B: "\n"}
_ENDS = re.compile("[\r\x07\x0c\x0e]")


def read(document: Compound) -> Parts:
    """Every story of the document, paragraph by paragraph."""
    visit, stream = document.visit, document.content("WordDocument")
    if len(stream) < _PIECES_AT + 8:
        yield visit.unread(GapReason.BROKEN, "WordDocument")
        return
    ident, flags = struct.unpack_from("<H", stream, 0)[0], struct.unpack_from("<H", stream, 0x0A)[0]
    if flags & _ENCRYPTED:
        yield visit.unread(GapReason.ENCRYPTED, "WordDocument")
        return
    text = None
    if ident == _WORD_97:
        text = _pieced(stream, document.content("1Table" if flags & _TABLE_1 else "0Table"))
    elif ident == _WORD_6:
        text = _early(stream)
    if text is None:
        yield block("\n".join(salvage.strings(stream)), visit.place(part="salvage: WordDocument"))
        yield visit.unread(GapReason.BROKEN, "piece table")
    else:
        lengths = struct.unpack_from("<8i", stream, _LENGTHS_AT) if ident == _WORD_97 else (len(text),)
        yield from _stories(document, text, lengths)
    yield from compound.pictures(visit, "Data", document.content("Data"))
    yield from compound.pictures(visit, "WordDocument", stream)


def _stories(document: Compound, text: str, lengths: tuple[int, ...]) -> Parts:
    at = 0
    for region, length in zip(_STORIES, lengths, strict=False):
        if length > 0:
            yield from _paragraphs(document, text[at : at + length], region)
            at += length
    # What stands behind the last story is left from earlier versions of the document.
    yield from _paragraphs(document, text[at:], Region.BODY)


def _paragraphs(document: Compound, text: str, region: Region) -> Parts:
    at = 0
    place, cell = document.visit.place(region), document.visit.place(Region.CELL if region is Region.BODY else region)
    for end in _ENDS.finditer(text + "\r"):
        paragraph = text[at : end.start()].translate(_DROPPED).strip("\0 \t\n")
        at = end.end()
        if paragraph:
            yield block(paragraph, cell if end[0] == "\x07" else place)


def _pieced(stream: bytes, table: bytes) -> str | None:
    """The document's characters in order (MS-DOC 2.4.1); None where the piece table cannot be followed."""
    at, length = struct.unpack_from("<II", stream, _PIECES_AT)
    clx = table[at : at + length]
    try:
        at = 0
        while clx[at] == 1:
            at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
        if clx[at] != 2:
            return None
        (size,) = struct.unpack_from("<I", clx, at + 1)
        plain = clx[at + 5 : at + 5 + size]
        return "".join(_pieces(stream, plain, (len(plain) - 4) // 12))
    except (IndexError, struct.error):
        return None


def _pieces(stream: bytes, plain: bytes, count: int) -> Iterator[str]:
    ends = struct.unpack_from(f"<{count + 1}I", plain)
    for number in range(count):
        (place,) = struct.unpack_from("<I", plain, 4 * (count + 1) + 8 * number + 2)
        length = min(max(0, ends[number + 1] - ends[number]), len(stream))
        if place & _COMPRESSED:
            start = (place & (_COMPRESSED - 1)) // 2
            yield stream[start : start + length].decode("cp1252", "replace")
        else:
            yield stream[place : place + 2 * length].decode("utf-16-le", "replace")


def _early(stream: bytes) -> str:
    """Word 6 and 95 that were not saved in pieces: one run of eight-bit text."""
    start, end = struct.unpack_from("<II", stream, 0x18)
    raw = stream[start:end]
    return raw.decode(charset.of(raw.translate(None, bytes(range(32)))) or "gb18030", "replace")
