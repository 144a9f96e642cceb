"""OpenDocument text, spreadsheets and presentations (ISO/IEC 26300), packed or as one flat XML file."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING

from classifiers.model import Block, GapReason, Place, Region
from classifiers.unplaced import letters
from dlp.read import markup, odf_text, opc, salvage, zipped
from dlp.read.visit import Parts, Visit

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_TEXT = ("{*}p", "{*}h")
_REGIONS = {
    "annotation": Region.COMMENT,
    "note": Region.NOTE,
    "notes": Region.NOTE,
    "text-box": Region.TEXT_BOX,
    "header": Region.HEADER,
    "header-first": Region.HEADER,
    "header-left": Region.HEADER,
    "footer": Region.FOOTER,
    "footer-first": Region.FOOTER,
    "footer-left": Region.FOOTER,
    "table-cell": Region.CELL,
    "covered-table-cell": Region.CELL,
    "master-page": Region.HEADER,
}
"""Nearest element around a paragraph to its region."""
_STRONGER = frozenset({"annotation", "note", "notes"})
"""What a box inside them is part of."""
_AROUND = tuple("{*}" + name for name in (*_REGIONS, "deletion", "page", "table"))
_SAID = ("{*}title", "{*}desc", "{*}alt", "{*}formula", "{*}script", "{*}creator")
_OWN = frozenset({"content.xml", "styles.xml", "meta.xml"})
_PROGRAM = frozenset({"settings.xml", "manifest.xml", "manifest.rdf"})
_TYPE = re.compile(rb"application/[\w.+-]{1,90}\s*")


def read(visit: Visit) -> Parts:
    """Content, headers and footers, properties, then everything else in the package."""
    with zipfile.ZipFile(visit.source.file) as package:
        if zipped.hides_members(package):
            yield visit.unread(GapReason.BROKEN, "members that its directory does not name", 0.5)
        names = [entry for entry in package.infolist() if not entry.is_dir()]
        manifest = package.NameToInfo.get("META-INF/manifest.xml")
        if manifest and b"encryption-data" in package.read(manifest):
            yield visit.unread(GapReason.ENCRYPTED, "manifest")
            return
        for number, entry in enumerate(names):
            visit.progress, visit.told = number / len(names), f"{number} of {len(names)} parts"
            yield from _entry(visit, package, entry)


def _entry(visit: Visit, package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Parts:
    name = entry.filename
    if zipped.is_empty(entry):
        return
    try:
        with zipped.opened(package, entry) as stream:
            content = visit.held(stream, entry.compress_size)
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, ValueError) as error:
        yield visit.unread(GapReason.BROKEN, type(error).__name__, part=name)
        return
    if name.endswith((".xml", ".rdf")) and not name.startswith("Configurations"):
        yield from _xml(visit, name, content)
    elif name == "mimetype" and _TYPE.fullmatch(content):
        return
    elif name == "layout-cache":
        # LibreOffice's memory of where its pages break.
        yield from (Block(text, visit.place(part=name)) for text in salvage.strings(content))
    else:
        yield from visit.inner(name, content, coverage=0.0 if name.startswith("Thumbnails/") else None)


def _xml(visit: Visit, name: str, content: bytes) -> Parts:
    tree, own = markup.parsed(content), name.rpartition("/")[2]
    yield from opc.problem(visit, name, tree.problem)
    if tree.root is None:
        return
    if own in _OWN:
        yield from flat(visit, tree.root, "" if name == "content.xml" else name)
        return
    # Programs write settings and lists of parts for themselves; what is no part of the format is a person's.
    texts = salvage.worded(map(str, tree.root.itertext())) if own in _PROGRAM else list(markup.texts(tree.root))
    if texts:
        yield Block("\n".join(texts), visit.place(Region.METADATA if own in _PROGRAM else Region.BODY, part=name))


def flat(visit: Visit, root: Element, part: str = "") -> Parts:
    """Everything in one XML part, or in a flat document."""
    yield from _properties(visit, root)
    sheets = {table: number for number, table in enumerate(root.iter("{*}table"))}
    slides = {page: number for number, page in enumerate(root.iter("{*}page"), 1)}
    for table in sheets:
        if name := odf_text.attribute(table, "name"):
            yield Block(name, visit.place(Region.TITLE, part="sheet name", sheet=name))
    finder = _Finder(visit, part, sheets, slides)
    for paragraph in root.iter(*_TEXT):
        if text := odf_text.written(paragraph).strip():
            yield Block(text, finder.place(paragraph))
    if markup.local(root.tag) == "math" and (formula := " ".join(map(str, root.itertext())).split()):
        yield Block(" ".join(formula), visit.place(part=part or "formula"))
    for said in root.iter(*_SAID):
        if said.text and said.text.strip() and not any(markup.local(a.tag) == "meta" for a in said.iterancestors()):
            region = Region.METADATA if markup.local(said.tag) == "creator" else Region.PICTURE
            yield Block(said.text, visit.place(region, part=markup.local(said.tag)))


def _properties(visit: Visit, root: Element) -> Parts:
    for meta in root.iter("{urn:oasis:names:tc:opendocument:xmlns:office:1.0}meta"):
        for element in meta.iter():
            name = odf_text.attribute(element, "name") or markup.local(element.tag)
            if element.text and element.text.strip():
                yield from visit.property(name, element.text)


class _Finder:
    """Where a paragraph stands, by the elements around it."""

    def __init__(self, visit: Visit, part: str, sheets: dict[Element, int], slides: dict[Element, int]) -> None:
        self._visit, self._part, self._sheets, self._slides = visit, part, sheets, slides
        self._rows: dict[Element, int] = {}

    def place(self, paragraph: Element) -> Place:
        """The Place of one paragraph."""
        region, where = Region.BODY, {"part": self._part}
        slide: int | None = None
        cell: Element | None = None
        for around in paragraph.iterancestors(*_AROUND):
            name = markup.local(around.tag)
            if name == "page":
                slide = self._slides.get(around)
            elif name == "deletion":
                where["part"] = "deletion"
            elif name in _REGIONS and (region is Region.BODY or name in _STRONGER):
                region = _REGIONS[name]
                cell = around if region is Region.CELL else cell
        if cell is not None:
            return self._cell(cell, slide)
        return self._visit.place(region, slide=slide, part=where["part"])

    def _cell(self, cell: Element, slide: int | None) -> Place:
        table = next(cell.iterancestors("{*}table"))
        row = next(cell.iterancestors("{*}table-row"))
        if row not in self._rows:
            before = next(row.itersiblings("{*}table-row", preceding=True), None)
            self._rows[row] = 0 if before is None else self._rows.get(before, 0) + odf_text.repeats(before, "rows")
        column = sum(
            odf_text.repeats(other, "columns")
            for other in cell.itersiblings("{*}table-cell", "{*}covered-table-cell", preceding=True)
        )
        address = f"{letters(column)}{self._rows[row] + 1}"
        return self._visit.place(
            Region.CELL,
            sheet=odf_text.attribute(table, "name"),
            cell=address,
            table=self._sheets.get(table),
            row=self._rows[row],
            column=column,
            slide=slide,
        )
