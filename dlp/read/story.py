"""The running text of a word processor's part: paragraphs, tables, text boxes, changes, fields, and what shapes say.

One pass over the tree in document order. Text boxes are taken out first and read after, because a paragraph inside a
paragraph would cut the outer one in two: 机[box]密 must stay 机密.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from classifiers.model import Place, Region
from dlp.read import drawing
from dlp.read.markup import local
from dlp.read.placing import block
from dlp.read.visit import Blocks, Visit

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_RUNS = ("t", "tab", "br", "cr", "sym", "noBreakHyphen", "delText", "instrText", "delInstrText", "FieldCodes")
_FRAMES = ("p", "tc", "pStyle", "lastRenderedPageBreak")
_SHAPES = ("docPr", "cNvPr", "textpath", "shape", "extent", "blip", "imagedata", "pgSz")
_ATTRIBUTES = {
    "listItem": "displayText",
    "fldSimple": "instr",
    "hyperlink": "tooltip",
    "default": "val",
    "alias": "val",
    "statusText": "val",
    "helpText": "val",
    "comment": "author",
}
"""Elements whose attribute holds what people see or wrote: list choices, field codes, tips, form defaults, authors."""
_RARE = ("{*}Fallback", "{*}txbxContent", "{*}rt", "{*}lastRenderedPageBreak")
_BREAKS = frozenset({"lastRenderedPageBreak"})
_TAGS = tuple("{*}" + name for name in (*_RUNS, *_FRAMES, *_SHAPES, *_ATTRIBUTES))
_PLAIN = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_STARS = {"f0ab": "★", "f0ac": "☆", "f0b6": "☆", "f0aa": "★", "f048": "★"}
"""Wingdings stars: the star of a secrecy mark is often one of these."""
_SIDE = re.compile(r"(?:^|;)\s*(width|height):([\d.]{1,9})(pt|in|cm|mm)")
_UNITS = {"pt": 12700, "in": 914400, "cm": 360000, "mm": 36000}
_A4 = 7560310 * 10692130
"""Square EMU (914,400 an inch)."""


class Story:
    """Reads one part; ``areas`` then says how large pictures are shown, as a share of the page, by relationship id."""

    def __init__(self, visit: Visit, region: Region, part: str, titles: set[str]) -> None:
        self._visit, self._region, self._part, self._titles = visit, region, part, titles
        self._place = visit.place(region, part="" if region is Region.BODY else part)
        self._table_numbers: dict[Element, int] = {}
        # Counted as they come: looking back over rows and cells would take the square of a large table's time.
        self._rows: dict[Element, int] = {}
        self._next_rows: dict[Element, int] = {}
        self._columns: dict[Element, int] = {}
        self._next_columns: dict[Element, int] = {}
        self._cell: Element | None = None
        self._cell_place = self._place
        self._page_area, self._extent = _A4, 0
        self._pages = False
        self._page = 1
        self.areas: dict[str, float] = {}

    def read(self, root: Element) -> Blocks:
        """All Blocks of the part."""
        # Most parts have none of these, which the tree tells sooner than a search in its bytes.
        rare = {local(element.tag) for element in root.iter(*_RARE)}
        boxes = self._take_out(root) if not rare <= _BREAKS else []
        self._pages = self._region is Region.BODY and not _BREAKS.isdisjoint(rare)
        yield from self._paragraphs(root)
        for box in boxes:
            yield from self._box(box)

    def _take_out(self, root: Element) -> list[Element]:
        """Removes second versions of the same content, phonetic guides and text boxes; the latter two are returned."""
        for fallback in list(root.iter("{*}Fallback")):
            choice = next(fallback.itersiblings("{*}Choice", preceding=True), None)
            texts = [
                "".join(t.text or "" for t in side.iter("{*}t")) for side in (fallback, choice) if side is not None
            ]
            # Kept where it says something else: an older program would show that.
            if not texts[0] or texts[0] in texts[1:]:
                _remove(fallback)
        boxes = []
        for box in list(root.iter("{*}txbxContent", "{*}rt")):
            if box is root:
                continue
            if local(box.tag) == "txbxContent" and _is_watermark(box):
                box.set("watermark", "1")
            _remove(box)
            boxes.append(box)
        return boxes

    def _box(self, box: Element) -> Blocks:
        region = Region.WATERMARK if box.get("watermark") else Region.TEXT_BOX
        inner = Story(self._visit, region, self._part, self._titles)
        yield from inner.read(box)
        self.areas |= inner.areas

    def _paragraphs(self, root: Element) -> Blocks:
        written: list[str] = []
        aside: dict[str, list[str]] = {}
        place, paged = self._place, self._pages
        visit = self._visit
        for element in root.iter(*_TAGS):
            name = local(element.tag)
            if name == "t":
                written.append(element.text or "")
            elif name == "p":
                if aside:
                    yield from self._paragraph(written, aside, place)
                    written, aside = [], {}
                elif written:
                    text = "".join(written)
                    if text.strip():
                        yield block(text, place)
                    written = []
                place = self._where(element) if paged or self._cell is not None else self._place
            elif name in _PLAIN:
                if name != "tab" or local(element.getparent().tag) != "tabs":  # type: ignore[union-attr]
                    written.append(_PLAIN[name])
                if self._pages and name == "br" and _attribute(element, "type") == "page":
                    self._turn()
            elif name in {"delText", "instrText", "delInstrText", "FieldCodes"}:
                aside.setdefault("deletion" if name == "delText" else "field", []).append(element.text or "")
            elif name == "tc":
                self._enter(element)
            elif name == "sym":
                code = _attribute(element, "char").lower()
                written.append(_STARS.get(code) or _character(code))
            elif name == "lastRenderedPageBreak":
                self._turn()
            elif name == "pStyle":
                if _attribute(element, "val") in self._titles and self._region is Region.BODY:
                    place = visit.place(Region.TITLE, page=place.page)
            elif name in _ATTRIBUTES:
                if text := _attribute(element, _ATTRIBUTES[name]).strip():
                    aside.setdefault(name, []).append(text)
            else:
                yield from self._shape(element, name)
        yield from self._paragraph(written, aside, place)

    def _paragraph(self, written: list[str], aside: dict[str, list[str]], place: Place) -> Blocks:
        text = "".join(written)
        if text.strip():
            yield block(text, place)
        for name, texts in aside.items():
            together = ("" if name in {"deletion", "field"} else "\n").join(texts)
            if together.strip():
                yield block(together, self._visit.place(self._region, part=name, page=place.page))

    def _turn(self) -> None:
        self._page += 1

    def _where(self, paragraph: Element) -> Place:
        """The Place of a paragraph: one and the same for all that stand together, since making one costs time."""
        page = self._page if self._pages else None
        if self._cell is not None:
            parent = paragraph.getparent()
            while parent is not None and parent is not self._cell and local(parent.tag) not in {"tc", "body", "tbl"}:
                parent = parent.getparent()
            if parent is not None and local(parent.tag) == "tc":
                if parent is not self._cell:
                    self._enter(parent)
                return self._cell_place
        if page != self._place.page:
            self._place = self._visit.place(self._region, part=self._place.part, page=page)
        return self._place

    def _enter(self, cell: Element) -> None:
        """A table cell begins: which table, row and column it is."""
        row = cell.getparent()
        if row is not None and local(row.tag) != "tr":
            row = _above(cell, "tr")
        table = row.getparent() if row is not None else None
        if table is not None and local(table.tag) != "tbl":
            table = _above(cell, "tbl")
        if row is None or table is None:
            return
        number = self._table_numbers.setdefault(table, len(self._table_numbers))
        if row not in self._rows:
            self._rows[row] = self._next_rows.get(table, 0)
            self._next_rows[table] = self._rows[row] + 1
        if cell not in self._columns:
            self._columns[cell] = self._next_columns.get(row, 0)
            self._next_columns[row] = self._columns[cell] + _span(cell)
        column = self._columns[cell]
        self._cell = cell
        region = Region.CELL if self._region is Region.BODY else self._region
        self._cell_place = self._visit.place(
            region,
            part=self._place.part,
            table=number,
            row=self._rows[row],
            column=column,
            page=self._page if self._pages else None,
        )

    def _shape(self, element: Element, name: str) -> Blocks:
        if name == "extent":
            self._extent = _number(element.get("cx")) * _number(element.get("cy"))
        elif name in {"blip", "imagedata"}:
            id = _attribute(element, "embed") or _attribute(element, "id")
            share = self._extent / self._page_area
            self.areas[id] = max(self.areas.get(id, 0.0), min(1.0, share))
        elif name == "pgSz":
            area = _number(_attribute(element, "w")) * _number(_attribute(element, "h")) * 635 * 635
            self._page_area = area or self._page_area
        else:
            if name == "shape":
                self._extent = _styled_area(element.get("style") or "")
            yield from drawing.alternative(self._visit, element, self._part)


def _styled_area(style: str) -> int:
    """Square EMU of a VML shape, by the width and height in its style; 0 where they are in no known unit."""
    sides = [float(size) * _UNITS[unit] for _, size, unit in _SIDE.findall(style)]
    return int(sides[0] * sides[1]) if len(sides) == 2 else 0


def _remove(element: Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _is_watermark(box: Element) -> bool:
    """Whether the shape around a text box has the name that Word and WPS give to watermarks."""
    for shape in box.iterancestors("{*}shape", "{*}anchor", "{*}inline"):
        names = [shape.get("id", ""), *(child.get("name", "") for child in shape.iter("{*}docPr"))]
        return any(drawing.is_watermark(name) for name in names)
    return False


def _above(element: Element, name: str) -> Element | None:
    return next(element.iterancestors("{*}" + name), None)


def _span(cell: Element) -> int:
    # It stands among the cell's properties, which come first.
    span = next(cell[0].iterchildren("{*}gridSpan"), None) if len(cell) else None
    return max(1, _number(_attribute(span, "val"))) if span is not None else 1


def _attribute(element: Element, name: str) -> str:
    end = "}" + name
    for key, value in element.attrib.items():
        if key == name or str(key).endswith(end):
            return str(value)
    return ""


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 12 else 0


def _character(code: str) -> str:
    try:
        return chr(int(code, 16))
    except (ValueError, OverflowError):
        return ""
