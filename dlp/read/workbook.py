"""Excel workbooks (ISO/IEC 29500-1 part 18): cells by python-calamine, all around them from the parts themselves."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING

from classifiers.model import Block, GapReason, Region
from dlp.read import cells, cells_streamed, markup, office, opc, workbook_strings, xlsb, zipped
from dlp.read.budget import Exceeded
from dlp.read.opc import Package
from dlp.read.visit import Parts, Visit

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*>([^<]*(?:&quot;|\")[^<]*)<")
_FORMULA_END = b"f>"
"""How the end tag of a formula ends; asked first, since looking for all of one takes long in a large sheet."""
_DATA, _DATA_END = re.compile(rb"<(?:\w+:)?sheetData\b[^>]*>"), re.compile(rb"</(?:\w+:)?sheetData>")
_CLOSED = re.compile(rb"</(?:\w+:)?\w+sheet>\s*\Z")
_TELLING = re.compile(rb"headerFooter\b[^>]*(?<!/)>|dataValidation\b|hyperlink\b|<!")
"""What of a sheet but its cells holds words, or keeps them from being seen in its bytes."""
_CODES = re.compile(r'&(?:"[^"]*"|K(?:[0-9A-Fa-f]{6}|\d\d[+-]\d{3})|\d+|[PNDTZFAGSXYBIUEOH])')
_LITERAL = re.compile(r'"([^"]*[^\x00-\x7f年月日时分秒上下午星期第季度元万亿￥¥][^"]*)"')
_FORMAT = re.compile(rb"""formatCode=["']([^"']*)["']""")
_END = 64
"""Bytes that the end tag of a sheet takes at most."""
_PLACES = {"L": "left", "C": "centre", "R": "right"}


def read(visit: Visit) -> Parts:
    """Cells sheet by sheet, then headers and footers, comments, names, validations, drawings, and every other part."""
    if xlsb.is_one(visit):
        sheets = _Sheets(set(), whole=True)
        yield from office.read(visit, xlsb.Book(sheets.known, sheets._names, sheets._threads).known, xlsb.order)
        return
    # Nobody asks for the texts where they are not shared.
    seen = set[int]() if any("sharedstrings" in name.lower() for name in visit.source.directory().names) else None
    whole = not cells_streamed.may_explode(visit)
    if whole:
        try:
            yield from cells.read(visit, seen)
        except (Exceeded, KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
            raise
        except BaseException as error:  # noqa: BLE001 - calamine's errors and panics have no common base
            whole = False
            if not _streams(visit):
                yield visit.unread(GapReason.BROKEN, f"cells: {type(error).__name__}")
    yield from office.read(visit, _Sheets(seen or set(), whole=whole).known, _order)


def _streams(visit: Visit) -> bool:
    """Whether the sheets are XML, so that they can be read without calamine; those of xlsb are not."""
    names = list(visit.source.directory().names)
    return any(name.lower().endswith(".xml") for name in names if "worksheets/" in name.lower())


@lru_cache(maxsize=256)
def _order(kind: str) -> int:
    word, order = opc.last_word(kind), ("main", "worksheet", "threadedcomments", "comments")
    return order.index(word) if word in order else len(order)


class _Sheets:
    """The parts of a workbook that are not cells; knows the sheet that each of them belongs to."""

    def __init__(self, seen: set[int], *, whole: bool) -> None:
        self._seen, self._whole = seen, whole
        self._shared: list[str] | None = None
        self._names: dict[str, str] = {}
        self._threads: set[str] = set()

    def known(self, package: Package, entry: zipfile.ZipInfo, kind: str) -> Parts | None:
        readers = {
            "main": self._workbook,
            "worksheet": self._sheet,
            "chartsheet": self._sheet,
            "dialogsheet": self._sheet,
            "macrosheet": self._sheet,
            "comments": self._comments,
            "threadedcomments": self._threaded,
            "sharedStrings": self._strings,
            "styles": self._styles,
        }
        own = readers.get(opc.last_word(kind)) if "spreadsheetml" in kind or "ms-excel" in kind else None
        return own(package, entry) if own else None

    def _workbook(self, package: Package, entry: zipfile.ZipInfo) -> Parts:
        tree = markup.parsed(package.content(entry))
        yield from opc.problem(package.visit, entry.filename, tree.problem)
        if tree.root is None:
            return
        targets = {relation.id: relation.target for relation in package.relations(entry.filename)}
        for sheet in tree.root.iter("{*}sheet"):
            id = next((str(value) for key, value in sheet.attrib.items() if markup.local(key) == "id"), "")
            part = targets.get(id, "")
            self._names[part] = name = str(sheet.get("name", ""))
            if name and not self._whole:
                yield Block(name, package.visit.place(Region.TITLE, part="sheet name", sheet=name))
            for relation in package.relations(part):
                self._names.setdefault(relation.target, self._names[part])
        for named in tree.root.iter("{*}definedName"):
            text = " ".join([str(named.get("name", "")), str(named.get("comment", "")), named.text or ""]).strip()
            yield Block(text, package.visit.place(part="defined name"))

    def _sheet(self, package: Package, entry: zipfile.ZipInfo) -> Parts:
        visit, name = package.visit, self._names.get(entry.filename, "")
        if not self._whole:
            if self._shared is None:
                self._shared = cells_streamed.shared_strings(package)
            yield from cells_streamed.read(package, entry, name, self._shared)
        content = package.uncopied(entry)
        formulas = dict.fromkeys(unescape(found.decode("utf-8", "replace")) for found in _formulas(content))
        if formulas:
            yield Block("\n".join(formulas), visit.place(part="formula", sheet=name))
        rest = _without_cells(content)
        if _CLOSED.search(rest, len(rest) - _END) and not _TELLING.search(rest):
            return
        tree = markup.parsed(bytes(rest))
        yield from opc.problem(visit, entry.filename, tree.problem)
        if tree.root is None:
            return
        for element in tree.root.iter("{*}headerFooter"):
            for child in element:
                region = Region.HEADER if "Header" in markup.local(child.tag) else Region.FOOTER
                for place, text in sections(child.text or ""):
                    yield Block(text, visit.place(region, part=place, sheet=name))
        yield from _validations(visit, tree.root, name)
        for link in tree.root.iter("{*}hyperlink"):
            for key in ("tooltip", "location"):
                if told := link.get(key):
                    yield Block(told, visit.place(part=key, sheet=name, cell=str(link.get("ref", ""))))

    def _threaded(self, package: Package, entry: zipfile.ZipInfo) -> Parts:
        root = package.tree(entry)
        for comment in root.iter("{*}threadedComment") if root is not None else ():
            text = "".join(map(str, comment.itertext())).strip()
            self._threads.add(text)
            where = {"sheet": self._names.get(entry.filename, ""), "cell": str(comment.get("ref", ""))}
            yield Block(text, package.visit.place(Region.COMMENT, **where))

    def _comments(self, package: Package, entry: zipfile.ZipInfo) -> Parts:
        tree = markup.parsed(package.content(entry))
        yield from opc.problem(package.visit, entry.filename, tree.problem)
        if tree.root is None:
            return
        for author in tree.root.iter("{*}author"):
            if author.text and not author.text.startswith("tc="):
                yield from package.visit.property("author", author.text)
        for comment in tree.root.iter("{*}comment"):
            text = "".join(t.text or "" for t in comment.iter("{*}t"))
            # Excel keeps a copy of each threaded comment for older programs, after a notice.
            if text and not any(thread and text.rstrip().endswith(thread) for thread in self._threads):
                where = {"sheet": self._names.get(entry.filename, ""), "cell": str(comment.get("ref", ""))}
                yield Block(text, package.visit.place(Region.COMMENT, **where))

    def _strings(self, package: Package, entry: zipfile.ZipInfo) -> Parts:
        """What no cell shows of the strings that cells share."""
        if zipped.size(entry) > markup.MOST_TREE:
            yield from office.stripped(package, entry)
            return
        if unused := workbook_strings.unshown(package.content(entry), self._seen):
            yield Block("\n".join(unused), package.visit.place(part="shared strings"))

    def _styles(self, package: Package, entry: zipfile.ZipInfo) -> Parts:
        """Number formats that print words beside the number."""
        codes = {unescape(found.decode("utf-8", "replace")) for found in _FORMAT.findall(package.content(entry))}
        if told := literals(codes):
            yield Block("\n".join(told), package.visit.place(part="number format"))


# Cells of numbers and of shared strings have neither an f nor an h, and one letter is found far faster than several.
def _formulas(content: bytes | bytearray) -> list[bytes]:
    """Those that hold words."""
    begun = _DATA.search(content)
    rows = begun.end() if begun else 0
    letter = content.find(b"f", rows)
    if content.find(_FORMULA_END, 0, rows) < 0 and (letter < 0 or content.find(_FORMULA_END, letter) < 0):
        return []
    return _FORMULA.findall(content)


def _without_cells(content: bytes | bytearray) -> bytes | bytearray:
    """A sheet's XML but for its rows, which are most of it."""
    begun = _DATA.search(content)
    # The first end tag: what a comment or a later part says of one hides nothing then.
    letter = content.find(b"h", begun.end()) if begun else -1
    named = content.find(b"sheetData>", letter - 1) if letter >= 0 else -1
    ended = _DATA_END.search(content, content.rfind(b"<", 0, named)) if named >= 0 else None
    return content[: begun.start()] + content[ended.end() :] if begun and ended else content


def literals(codes: Iterable[str]) -> list[str]:
    """The words that number formats print beside the number."""
    return sorted(literal for code in set(codes) for literal in _LITERAL.findall(code))


def sections(coded: str) -> list[tuple[str, str]]:
    """Left, centre and right of a header or footer, without its formatting codes (ISO/IEC 29500-1, 18.3.1.46)."""
    found: list[tuple[str, str]] = []
    for piece in re.split(r"(?<!&)(?=&[LCR])", coded):
        place, rest = (_PLACES[piece[1]], piece[2:]) if re.match("&[LCR]", piece) else ("centre", piece)
        text = _CODES.sub("", rest.replace("&&", "\0")).replace("\0", "&").strip()
        if text:
            found.append((place, text))
    return found


def _validations(visit: Visit, root: Element, sheet: str) -> Parts:
    """What may be chosen in a cell, and the messages shown beside it."""
    for rule in root.iter("{*}dataValidation"):
        told = [str(rule.get(key)) for key in ("promptTitle", "prompt", "errorTitle", "error") if rule.get(key)]
        told += [str(text).strip() for text in rule.itertext() if text.strip()]
        if told:
            cell = str(rule.get("sqref", "")).partition(" ")[0]
            yield Block("\n".join(told), visit.place(part="data validation", sheet=sheet, cell=cell))
