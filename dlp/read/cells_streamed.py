"""Cells of xlsx straight from the parts: slower than calamine, in memory that does not grow with what the file claims.

Used where calamine fails, and where shared strings times cells could become more text than anybody may read (a 40 kB
workbook can show one long string in hundreds of thousands of cells), and where two cells lie very far apart.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from classifiers.model import Block, Place, Region
from dlp.read import markup, zipped
from dlp.read.opc import Package
from dlp.read.visit import Parts, Visit

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_LONGEST = 32_767
"""Characters of a cell at most (Excel's limit)."""
_CELL_BYTES = 18
"""XML of one cell with a shared string at least."""
_MOST_CELLS = 8_000_000
"""Of the smallest rectangle around a sheet's cells; calamine takes 24 bytes for each, also for the empty ones."""
_HEAD = 2048
"""Bytes of a sheet before its first row, about."""
_DIMENSION = re.compile(rb"""<(?:\w+:)?dimension\b[^>]*\bref=["']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})["']""")
_ADDRESS = re.compile(r"([A-Z]{1,3})(\d{1,7})$")


def may_explode(visit: Visit) -> bool:
    """Whether the workbook's cells could come to more characters than the limit, by the sizes of its parts."""
    try:
        entries = visit.source.directory().entries
    except zipfile.BadZipFile:
        return False
    if any(_far(visit, entry) for entry in entries if "worksheets/" in entry.filename.lower()):
        return True
    shared = sum(entry.file_size for entry in entries if "sharedstrings" in entry.filename.lower())
    sheets = sum(entry.file_size for entry in entries if "worksheets/" in entry.filename.lower())
    packed = sum(entry.compress_size for entry in entries if "worksheets/" in entry.filename.lower())
    # Ordinary sheets pack to a tenth; what packs far better repeats itself.
    dense = sheets > 100 * max(1, packed) and sheets > 1 << 20
    return dense and min(shared, _LONGEST) * (sheets // _CELL_BYTES) > visit.budget.limits.expanded_characters


def _far(visit: Visit, entry: zipfile.ZipInfo) -> bool:
    """Whether a sheet says that its cells lie so far apart that calamine, which holds the rectangle, could not."""
    found = _DIMENSION.search(zipped.start(visit.source.directory(), entry, _HEAD))
    if found is None:
        return False
    across = _column(found[3].decode()) - _column(found[1].decode()) + 1
    return across * (int(found[4]) - int(found[2]) + 1) > _MOST_CELLS


def read(package: Package, entry: zipfile.ZipInfo, sheet: str, shared: list[str]) -> Parts:
    """Every cell of one sheet as it streams by."""
    from lxml import etree

    path = package.visit.source.path
    with zipped.opened(package.zip, entry) as stream:
        counted = _Counted(package.visit, stream, entry.compress_size)
        cells = etree.iterparse(
            counted, events=("end",), tag="{*}c", resolve_entities=False, no_network=True, huge_tree=False
        )
        for _, cell in cells:
            if text := _text(cell, shared):
                found = _ADDRESS.match(str(cell.get("r", "")))
                row, column = (int(found[2]) - 1, _column(found[1])) if found else (None, None)
                where = str(cell.get("r", ""))
                yield Block(text, Place(Region.CELL, path, "", None, None, sheet, where, None, row, column))
            cell.clear()
            _forget_before(cell)


class _Counted:
    """A stream for the parser, counted against the limits."""

    def __init__(self, visit: Visit, stream: object, packed: int) -> None:
        self._chunks: Iterator[bytes] = visit.counted(stream, packed)  # type: ignore[arg-type]

    def read(self, size: int = -1) -> bytes:
        """The next chunk, whatever its size; none at the end."""
        del size
        return next(self._chunks, b"")


def _forget_before(cell: Element) -> None:
    row = cell.getparent()
    while row is not None and cell.getprevious() is not None:
        del row[0]
    table = row.getparent() if row is not None else None
    while row is not None and table is not None and row.getprevious() is not None:
        del table[0]


def _text(cell: Element, shared: list[str]) -> str:
    text = "".join(v.text or "" for v in cell.iter("{*}v", "{*}t"))
    if cell.get("t") == "s" and text.isdecimal() and len(text) < 10:
        return shared[int(text)] if int(text) < len(shared) else ""
    return text


def shared_strings(package: Package) -> list[str]:
    """The workbook's shared strings in their order."""
    for entry in package.entries():
        if "sharedstrings" in entry.filename.lower():
            root = markup.parsed(package.content(entry)).root
            return (
                ["".join(t.text or "" for t in si.iter("{*}t")) for si in root.iter("{*}si")]
                if root is not None
                else []
            )
    return []


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
