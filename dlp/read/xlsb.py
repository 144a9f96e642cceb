"""Binary Excel workbooks (MS-XLSB): cells with sheet and address, comments, headers, names, validations, links.

By records of our own: python-calamine panics on those of Excel 2007's betas, and makes room for the whole rectangle
between two far cells, which ends the process; around the cells it reads nothing.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Callable, Iterator

from classifiers.model import Block, Region
from classifiers.unplaced import Cell, Sheet, letters
from dlp.read import biff12, salvage, zipped
from dlp.read.cells import shown
from dlp.read.office import Known
from dlp.read.opc import Package
from dlp.read.visit import Parts, Visit
from dlp.read.xlsb_dates import Dates

_ROW, _ITEM, _NAME, _DVAL, _SHEET, _DATE_BASE = 0, 19, 39, 64, 156, 153
_HEADERS, _LINK, _AUTHOR, _COMMENT, _COMMENT_TEXT = 479, 494, 632, 635, 637
_RK, _BOOL, _REAL, _TEXT, _SHARED, _RICH = 2, 4, 5, 6, 7, 62
_SHORT = {13: _RK, 15: _BOOL, 16: _REAL, 17: _TEXT, 18: _SHARED}
"""Cells that leave their column out: it is the next one."""
_FORMULA = {8: _TEXT, 9: _REAL, 10: _BOOL}
_BLANK = frozenset({1, 3, 11, 12, 14})
_CELLS = frozenset({_RK, _BOOL, _REAL, _TEXT, _SHARED, _RICH, *_SHORT, *_FORMULA, *_BLANK})
_SIZES = {_RK: 4, _BOOL: 1, _REAL: 8}
"""Bytes of a value before the formula behind it."""
_SHEETS = frozenset({"worksheet", "chartsheet", "dialogsheet", "macrosheet", "intlmacrosheet"})
_INDEXES = frozenset({"binIndexWs", "binIndexMs", "calcChain", "styles"})
_RELATION = re.compile(r"rId\d+")
_EXCEL = "application/vnd.ms-excel."


def is_one(visit: Visit) -> bool:
    """Whether the workbook's main part is binary."""
    return any(name.lower().endswith("workbook.bin") for name in visit.source.directory().names)


def order(kind: str) -> int:
    """The workbook first, which names the sheets; shared strings last, when it is known which of them cells show."""
    word = kind.rpartition(".")[2]
    return 0 if word == "main" else 9 if word == "sharedStrings" else 2 if word == "comments" else 1


class Book:
    """The binary parts of a workbook; what is XML in it, such as threaded comments, stays with the reader of xlsx."""

    def __init__(self, others: Known, names: dict[str, str], threads: set[str]) -> None:
        self._others, self._names, self._threads = others, names, threads
        """``names``: part to the name of its sheet; ``threads``: texts of threaded comments."""
        self._shared: list[tuple[str, str]] | None = None
        self._used: set[int] = set()
        self._dates: Dates | None = None
        self._sheets: list[str] = []
        self._from_1904 = False

    def known(self, package: Package, entry: zipfile.ZipInfo, kind: str) -> Parts | None:
        """The Parts of a binary part, or of one that the others know."""
        word = kind.removeprefix(_EXCEL) if kind.startswith(_EXCEL) else ""
        name = entry.filename.lower()
        if name.endswith("workbook.bin"):
            return _whole(self._workbook(package, entry))
        if not name.endswith(".bin") or not word or word.endswith("main"):
            return self._others(package, entry, kind)
        if word in _SHEETS:
            return _whole(self._sheet(package, entry))
        own = {"comments": self._comments, "sharedStrings": self._strings, **dict.fromkeys(_INDEXES, self._index)}
        return _whole(own.get(word, self._other)(package, entry))

    def _workbook(self, package: Package, entry: zipfile.ZipInfo) -> Parts:
        targets = {relation.id: relation.target for relation in package.relations(entry.filename)}
        for kind, content in _records(package, entry):
            if kind == _SHEET:
                id, name = _named(content)
                part = targets.get(id, "")
                self._sheets.append(part)
                self._names[part] = name
                yield Block(name, package.visit.place(Region.TITLE, part="sheet name", sheet=name))
                for relation in package.relations(part):
                    self._names.setdefault(relation.target, name)
            elif kind == _DATE_BASE:
                self._from_1904 = bool(content[0] & 1)
            elif kind == _NAME and (found := list(biff12.strings(content[9:]))):
                yield Block(" ".join(found), package.visit.place(part="defined name"))
            elif kind != _NAME:
                yield from _told(package.visit, entry.filename, biff12.strings(content))

    def _sheet(self, package: Package, entry: zipfile.ZipInfo) -> Parts:
        visit, name, part = package.visit, self._names.get(entry.filename, ""), entry.filename
        at = self._sheets.index(part) if part in self._sheets else len(self._sheets)
        if self._shared is None:
            self._shared = list(_shared(package))
            self._dates = Dates(_part(package, "styles"), from_1904=self._from_1904)
        sheet = Sheet(visit.source.path, name, at)
        row, last, formulas = 0, -1, dict[str, None]()
        for kind, content in _records(package, entry):
            if kind == _ROW:
                (row,), last = struct.unpack_from("<I", content), -1
            elif kind in _CELLS:
                last = last + 1 if kind in _SHORT or kind in {12, 14} else struct.unpack_from("<I", content)[0]
                text, rest = self._value(kind, content)
                formulas.update(dict.fromkeys(biff12.strings(rest) if rest else ()))
                if text:
                    self._used.add(hash(text))
                    yield Cell(text, (sheet, row, last))
            else:
                yield from _around(visit, part, name, kind, content)
        if formulas:
            yield Block("\n".join(formulas), visit.place(part="formula", sheet=name))

    def _value(self, kind: int, content: bytes) -> tuple[str, bytes]:
        """What a cell shows, and its formula."""
        at = 4 if kind in _SHORT else 8
        plain = _SHORT.get(kind) or _FORMULA.get(kind) or kind
        if plain in {_TEXT, _RICH}:
            text, end = biff12.wide(content, at) if plain == _TEXT else (" ".join(biff12.rich(content, at)).strip(), 0)
            return text, content[end:] if kind in _FORMULA else b""
        if plain == _SHARED:
            (index,) = struct.unpack_from("<I", content, at)
            return self._shared[index][0] if self._shared and index < len(self._shared) else "", b""
        rest = content[at + _SIZES.get(plain, 1) :] if kind in _FORMULA or kind == 11 else b""
        if plain == _BOOL:
            return str(bool(content[at])), rest
        if plain not in {_RK, _REAL}:
            return "", rest
        value = biff12.number(content, at) if plain == _RK else struct.unpack_from("<d", content, at)[0]
        (style,) = struct.unpack_from("<I", content, at - 4)
        return shown(self._dates.meant(value, style & 0xFFFFFF) if self._dates else value), rest

    def _comments(self, package: Package, entry: zipfile.ZipInfo) -> Parts:
        sheet, address = self._names.get(entry.filename, ""), ""
        for kind, content in _records(package, entry):
            if kind == _AUTHOR and not (author := biff12.wide(content, 0)[0]).startswith("tc="):
                yield from package.visit.property("author", author)
            elif kind == _COMMENT:
                address = _address(content, 4)
            elif kind == _COMMENT_TEXT:
                text = biff12.rich(content, 0)[0]
                # As in xlsx: a copy of each threaded comment for older programs, after a notice.
                if text.strip() and not any(thread and text.rstrip().endswith(thread) for thread in self._threads):
                    yield Block(text, package.visit.place(Region.COMMENT, sheet=sheet, cell=address))

    def _strings(self, package: Package, entry: zipfile.ZipInfo) -> Parts:
        """Shared strings that no cell shows, and phonetic guides."""
        del entry
        shared = self._shared if self._shared is not None else list(_shared(package))
        yield from _told(
            package.visit,
            "shared strings",
            (text for pair in shared for text in (*(() if hash(pair[0]) in self._used else pair[:1]), pair[1])),
        )

    def _index(self, package: Package, entry: zipfile.ZipInfo) -> Parts:
        """Where rows begin, what depends on what, and formats, of which only the words beside numbers are text."""
        if entry.filename.lower().endswith("styles.bin") and (words := Dates(_records(package, entry)).words):
            yield Block("\n".join(words), package.visit.place(part="number format"))

    def _other(self, package: Package, entry: zipfile.ZipInfo) -> Parts:
        """Tables, caches of pivot tables, external links, connections: every string in them."""
        content = package.content(entry)
        if content.startswith(b"\xd0\xcf\x11\xe0"):
            yield from package.visit.inner(entry.filename, content)
            return
        try:
            found = [text for _, record in biff12.records((content,)) for text in biff12.strings(record)]
        except biff12.BrokenError:
            found = list(salvage.strings(content))
        yield from _told(package.visit, entry.filename, iter(found))


def _whole(parts: Parts) -> Parts:
    """The same; a record shorter than its kind ends this part alone, as other broken parts do."""
    try:
        yield from parts
    except (struct.error, IndexError) as error:
        raise biff12.BrokenError(type(error).__name__) from None


def _records(package: Package, entry: zipfile.ZipInfo) -> Iterator[tuple[int, bytes]]:
    with zipped.opened(package.zip, entry) as stream:
        yield from biff12.records(package.visit.counted(stream, entry.compress_size))


def _part(package: Package, word: str) -> Iterator[tuple[int, bytes]]:
    """The records of the part of this kind; none where there is none."""
    for entry in package.entries():
        if package.type_of(entry) == _EXCEL + word and entry.filename.lower().endswith(".bin"):
            yield from _records(package, entry)


def _shared(package: Package) -> Iterator[tuple[str, str]]:
    return (biff12.rich(content, 0) for kind, content in _part(package, "sharedStrings") if kind == _ITEM)


def _named(content: bytes) -> tuple[str, str]:
    """Relationship and name of a sheet (BrtBundleSh, 2.4.304); the betas of Excel 2007 wrote four bytes before."""
    for start in (8, 12):
        try:
            id, at = biff12.wide(content, start)
            name, end = biff12.wide(content, at)
        except (biff12.BrokenError, struct.error):
            continue
        if end == len(content):
            return id, name
    raise biff12.BrokenError("name of a sheet")


def _told(visit: Visit, part: str, found: Iterator[str]) -> Parts:
    if texts := [text for text in found if text.strip() and not _RELATION.fullmatch(text)]:
        yield Block("\n".join(texts), visit.place(part=part))


def _address(content: bytes, at: int) -> str:
    """The first cell of a range (UncheckedRfX, 2.5.164): rows, then columns."""
    first, _, left, _ = struct.unpack_from("<4I", content, at)
    return f"{letters(left)}{first + 1}"


def _around(visit: Visit, part: str, sheet: str, kind: int, content: bytes) -> Parts:
    """What stands around the cells of a sheet."""
    readers: dict[int, Callable[[Visit, str, bytes], Parts]] = {
        _HEADERS: _headers,
        _LINK: _link,
        _DVAL: _validation,
    }
    if own := readers.get(kind):
        yield from own(visit, sheet, content)
    else:
        yield from _told(visit, part, biff12.strings(content))


def _headers(visit: Visit, sheet: str, content: bytes) -> Parts:
    from dlp.read.workbook import sections

    at = 2
    for number in range(6):
        text, at = biff12.wide(content, at)
        for place, told in sections(text):
            yield Block(told, visit.place(Region.FOOTER if number % 2 else Region.HEADER, part=place, sheet=sheet))


def _link(visit: Visit, sheet: str, content: bytes) -> Parts:
    _, at = biff12.wide(content, 16)
    for part in ("location", "tooltip", "display"):
        text, at = biff12.wide(content, at)
        if text.strip():
            yield Block(text, visit.place(part=part, sheet=sheet, cell=_address(content, 0)))


def _validation(visit: Visit, sheet: str, content: bytes) -> Parts:
    (ranges,) = struct.unpack_from("<I", content, 4)
    if found := list(biff12.strings(content[8 + 16 * ranges :])):
        cell = _address(content, 8) if ranges else ""
        yield Block("\n".join(found), visit.place(part="data validation", sheet=sheet, cell=cell))
