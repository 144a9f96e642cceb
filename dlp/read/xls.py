"""Excel 97 to 2003 (MS-XLS), and WPS's .et: cells by python-calamine, what stands around them by its records."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from classifiers.model import Block, GapReason, Region
from dlp.read import cells, compound, compound_single, salvage
from dlp.read.budget import Exceeded
from dlp.read.compound import Compound
from dlp.read.visit import Parts, Visit
from dlp.read.workbook import sections

_FILEPASS, _HEADER, _FOOTER, _NAME, _TXO, _CONTINUE = 0x2F, 0x14, 0x15, 0x18, 0x1B6, 0x3C
_DV, _HLINK, _FORMAT, _BOF, _BOUNDSHEET, _NOTE = 0x1BE, 0x1B8, 0x41E, 0x809, 0x85, 0x1C
_SALVAGED = {_NAME: "defined name", _DV: "data validation", _HLINK: "hyperlink", _FORMAT: "number format"}
_CELLS = frozenset({0x06, 0xBD, 0xBE, 0xD6, 0xFD, 0x201, 0x203, 0x204, 0x205, 0x27E})
"""Records of cells; row and column come first."""
_WIDE = 1


def read(document: Compound) -> Parts:
    """Cells, then headers, footers, text boxes and comments, names, validations and links."""
    visit = document.visit
    stream = document.content("Workbook") or document.content("Book")
    records = list(_records(stream))
    if any(kind == _FILEPASS for kind, _ in records):
        yield visit.unread(GapReason.ENCRYPTED, "FILEPASS")
        return
    # A workbook embedded in another document is a file of its own once it has a directory around it, and no hostile
    # directory can make calamine follow its sectors in circles.
    alone = compound_single.around(stream, "Workbook" if document.content("Workbook") else "Book")
    if document.prefix and alone is None:
        yield Block("\n".join(salvage.strings(stream)), visit.place(part="salvage: Workbook"))
        yield visit.unread(GapReason.TOO_BIG, "embedded workbook")
    elif any(kind in _CELLS and content[3:4] > b"\0" for kind, content in records):
        # No column has a number over 255; calamine would make room for all columns up to it, and end the process.
        yield Block("\n".join(salvage.strings(stream)), visit.place(part="salvage: Workbook"))
        yield visit.unread(GapReason.BROKEN, "column")
    else:
        try:
            yield from cells.read(visit, None, alone)
        except (Exceeded, KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
            raise
        except BaseException as error:  # noqa: BLE001 - calamine's errors and panics have no common base
            yield Block("\n".join(salvage.strings(stream)), visit.place(part="salvage: Workbook"))
            yield visit.unread(GapReason.BROKEN, type(error).__name__)
    yield from _around(visit, records)
    yield from compound.pictures(visit, "Workbook", stream)


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _around(visit: Visit, records: list[tuple[int, bytes]]) -> Parts:
    for number, (kind, content) in enumerate(records):
        if kind in {_HEADER, _FOOTER} and len(content) > 3:
            region = Region.HEADER if kind == _HEADER else Region.FOOTER
            for place, text in sections(_string(content)):
                yield Block(text, visit.place(region, part=place))
        elif kind == _TXO:
            if text := _text_object(records[number + 1 : number + 40], content):
                yield Block(text, visit.place(Region.COMMENT, part="text object"))
        elif kind in _SALVAGED:
            texts = list(salvage.strings(content))
            if texts and (kind != _FORMAT or not all(text.isascii() for text in texts)):
                yield Block("\n".join(texts), visit.place(part=_SALVAGED[kind]))


def _text_object(following: list[tuple[int, bytes]], content: bytes) -> str:
    """Text of a shape or comment: it stands in the records that continue this one (MS-XLS 2.4.329)."""
    (wanted,) = struct.unpack_from("<H", content, 10) if len(content) >= 12 else (0,)
    text = ""
    for kind, more in following:
        if kind != _CONTINUE or len(text) >= wanted or not more:
            break
        text += more[1:].decode("utf-16-le", "replace") if more[0] & _WIDE else more[1:].decode("cp1252", "replace")
    return text[:wanted].strip()


def _string(content: bytes) -> str:
    count, wide = struct.unpack_from("<HB", content)
    raw = content[3:]
    return raw[: 2 * count].decode("utf-16-le", "replace") if wide & _WIDE else raw[:count].decode("cp1252", "replace")
