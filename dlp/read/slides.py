"""PowerPoint presentations (ISO/IEC 29500-1 part 19): slides with shapes, notes, comments, masters and the rest."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from classifiers.model import Block, Place, Region
from dlp.read import drawing, markup, office, opc, placing
from dlp.read.opc import Package
from dlp.read.visit import Blocks, Parts, Visit

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_TITLES = frozenset({"title", "ctrTitle"})
_MARGINS = {"ftr": Region.FOOTER, "sldNum": Region.FOOTER, "dt": Region.FOOTER, "hdr": Region.HEADER}
_RUNS = {"t": "", "br": "\n", "tab": "\t"}
_SHAPES = ("{*}sp", "{*}p", "{*}tc", "{*}cNvPr", "{*}pic", "{*}bg", "{*}blip", "{*}t", "{*}br", "{*}tab")
_PATTERNS = frozenset({"slideMaster", "slideLayout", "notesMaster", "handoutMaster"})
_RUN = re.compile(rb"<a:t>([^<]*)</a:t>")
_WRITTEN = re.compile(rb">\s*[^<\s]")
_WORDS = (
    "Click|click|icon|to|edit|Edit|add|move|the|Master|Mastertitle|title|subtitle|text|Text|styles?|notes|format|outline"
    "|slide|picture|table|chart|media|clip|art|SmartArt|graphic|online|image"
)
_PROMPT = re.compile(
    rf"(?:Click|Edit)(?: (?:{_WORDS}))*$|(?:Second|Third|Fourth|Fifth|Sixth|Seventh) (?:Outline )?[Ll]evel$"
    r"|(?:单击|点击)?(?:此处|图标|以)?(?:可)?(?:编辑|添加)?(?:母版|备注|图片|表格|图表|媒体|剪贴画|联机图像)?"
    r"(?:标题|副标题|文本|大纲文本|幻灯片)?(?:样式|格式)?$|第?[二三四五六七]级$"
    r"|(?:Modifiez|Cliquez pour modifier) les? styles? du (?:titre|texte du masque|sous-titre du masque)$"
    r"|(?:Deuxième|Troisième|Quatrième|Cinquième) niveau$"
    r"|(?:[‹<]|&lt;)(?:#|N°|Nr\.|number|header|footer|date/time)(?:[›>]|&gt;)$"
    r"|(?:\d{1,4}(?:[/.\-年月日 ]+|$)){0,3}$"
)
"""What every program writes into patterns by itself, word for word: what stands behind it is somebody's own."""
_DECOR = 0.4
"""Pictures of masters and layouts are decoration that every file of a house carries; at most this share of a page."""


def read(visit: Visit) -> Parts:
    """Slides in the order of their numbers, then notes, comments, layouts, masters and every other part."""
    return office.read(visit, _Presentation().known, _order)


@lru_cache(maxsize=256)
def _order(kind: str) -> int:
    word, order = opc.last_word(kind), ("main", "slide", "notesSlide", "comments", "slideMaster", "slideLayout")
    return order.index(word) if word in order else len(order)


_Paragraph = tuple["Element", "Element | None", Place]
"""An open one, the table cell before it, and the place of its shape."""


@dataclass(slots=True)
class _Presentation:
    numbers: dict[str, int] = field(default_factory=dict)
    """Part name of a slide to its number, from 1."""
    width: int = 9144000
    height: int = 6858000
    """EMU."""

    def known(self, package: Package, entry: zipfile.ZipInfo, kind: str) -> Parts | None:
        word = opc.last_word(kind)
        if "presentationml" not in kind and "ms-powerpoint" not in kind:
            return None
        if word == "main":
            return self._main(package, entry)
        if word in {"slide", "notesSlide", "slideMaster", "slideLayout", "notesMaster", "handoutMaster"}:
            return self._slide(package, entry, word)
        return self._comments(package, entry) if word == "comments" else None

    def _main(self, package: Package, entry: zipfile.ZipInfo) -> Parts:
        tree = markup.parsed(package.content(entry))
        yield from opc.problem(package.visit, entry.filename, tree.problem)
        if tree.root is None:
            return
        targets = {relation.id: relation.target for relation in package.relations(entry.filename)}
        for number, slide in enumerate(tree.root.iter("{*}sldId"), 1):
            ids = [str(value) for key, value in slide.attrib.items() if str(key).endswith("}id")]
            self.numbers[targets.get(ids[0], "") if ids else ""] = number
        for size in tree.root.iter("{*}sldSz"):
            self.width, self.height = int(size.get("cx", self.width)), int(size.get("cy", self.height))
        for section in tree.root.iter("{*}section"):
            yield from package.visit.property("section", str(section.get("name", "")))

    def _number(self, package: Package, entry: zipfile.ZipInfo, kind: str) -> int | None:
        if kind == "slide":
            return self.numbers.get(entry.filename)
        about = (self.numbers.get(relation.target) for relation in package.relations(entry.filename))
        return next((number for number in about if number), None)

    def _slide(self, package: Package, entry: zipfile.ZipInfo, kind: str) -> Parts:
        pattern = kind in _PATTERNS
        if pattern and package.is_blank(entry, kind):
            return
        content = package.content(entry)
        if pattern and _says_nothing(content):
            package.note_blank(entry, kind)
            return
        tree = markup.parsed(content)
        yield from opc.problem(package.visit, entry.filename, tree.problem)
        if tree.root is None:
            return
        number = self._number(package, entry, kind) if kind in {"slide", "notesSlide"} else None
        areas: dict[str, float] = {}
        if b"Fallback" in content:
            for fallback in list(tree.root.iter("{*}Fallback")):
                _drop_copy(fallback)
        shapes = self._shapes(package.visit, tree.root, _Sheet(kind, number, entry.filename), areas)
        yield from package.visit.together(shapes)
        package.note_areas(entry.filename, areas)

    def _shapes(self, visit: Visit, root: Element, sheet: _Sheet, areas: dict[str, float]) -> Blocks:
        cell: Element | None = None
        open: _Paragraph | None = None
        written: list[str] = []
        place = sheet.place(visit, sheet.region)
        share = 1.0
        for element in root.iter(*_SHAPES):
            name = markup.local(element.tag)
            if name in _RUNS:
                written.append(element.text or _RUNS[name])
                continue
            if name == "tc":
                cell = element
                continue
            if open is not None and written:
                yield from _told(visit, written, open)
            written = []
            if name == "p":
                open = element, cell, place
            elif name in {"sp", "pic", "bg"}:
                place, share = self._shape(visit, element, sheet)
                cell = open = None
            elif name == "blip":
                share = min(share, _DECOR) if "Master" in sheet.kind or "Layout" in sheet.kind else share
                for key, value in element.attrib.items():
                    if str(key).endswith("}embed"):
                        areas[str(value)] = max(areas.get(str(value), 0.0), min(1.0, share))
            else:
                yield from drawing.alternative(visit, element, sheet.part)
        if open is not None:
            yield from _told(visit, written, open)

    def _shape(self, visit: Visit, shape: Element, sheet: _Sheet) -> tuple[Place, float]:
        """Where the text of a shape stands, and how much of the slide the shape takes."""
        holder = next(shape.iter("{*}ph"), None)
        kind = str(holder.get("type", "body")) if holder is not None else ""
        region = Region.TITLE if kind in _TITLES and sheet.kind == "slide" else _MARGINS.get(kind, sheet.region)
        if holder is None and sheet.kind == "slide":
            region = Region.TEXT_BOX
        elif holder is not None and region is Region.HEADER and kind != "hdr":
            region = Region.BODY
        at, size = next(shape.iter("{*}off"), None), next(shape.iter("{*}ext"), None)
        share = 1.0 if markup.local(shape.tag) == "bg" else 0.0
        if size is not None and size.get("cx"):
            share = int(size.get("cx", "0")) * int(size.get("cy", "0")) / (self.width * self.height)
        x = y = None
        if at is not None and at.get("x"):
            x, y = int(at.get("x", "0")) / self.width, int(at.get("y", "0")) / self.height
        return sheet.place(visit, region, x, y), share

    def _comments(self, package: Package, entry: zipfile.ZipInfo) -> Parts:
        tree = markup.parsed(package.content(entry))
        yield from opc.problem(package.visit, entry.filename, tree.problem)
        if tree.root is None:
            return
        number = self._number(package, entry, "comments")
        for comment in tree.root.iter("{*}text", "{*}p"):
            text = drawing.written(comment) if markup.local(comment.tag) == "p" else (comment.text or "")
            if text.strip():
                yield Block(text, package.visit.place(Region.COMMENT, slide=number))


def _says_nothing(content: bytes) -> bool:
    """Whether a pattern holds only what programs write into every one; most of a presentation's parts are such."""
    if b"r:embed" in content or b"descr=" in content or b"<p:pic" in content:
        return False
    # Text in any other spelling of the element is for the whole reading.
    runs = _RUN.findall(content)
    if len(runs) != len(_WRITTEN.findall(content)):
        return False
    return all(map(_is_prompt, runs))


# Each presentation has the same prompts in its dozen layouts.
@lru_cache(maxsize=256)
def _is_prompt(run: bytes) -> bool:
    return _PROMPT.match(run.decode("utf-8", "replace").strip()) is not None


@dataclass(frozen=True, slots=True)
class _Sheet:
    kind: str
    number: int | None
    part: str

    @property
    def region(self) -> Region:
        """What text of no special shape stands in; what a master shows stands on every slide, as a header does."""
        if self.kind == "slide":
            return Region.BODY
        return Region.NOTE if "notes" in self.kind else Region.HEADER

    def place(self, visit: Visit, region: Region, x: float | None = None, y: float | None = None) -> Place:
        part = "" if self.kind == "slide" else self.part
        return visit.place(region, slide=self.number, part=part, x=x, y=y)


def _told(visit: Visit, written: list[str], paragraph: _Paragraph) -> Blocks:
    text = "".join(written).strip()
    element, cell, place = paragraph
    if text:
        inside = cell is not None and cell in list(element.iterancestors("{*}tc"))
        yield placing.block(text, _cell_place(visit, cell, place) if inside and cell is not None else place)


def _cell_place(visit: Visit, cell: Element, place: Place) -> Place:
    row = next(cell.iterancestors("{*}tr"))
    return visit.place(
        Region.CELL,
        slide=place.slide,
        part=place.part,
        table=0,
        row=sum(1 for _ in row.itersiblings("{*}tr", preceding=True)),
        column=sum(1 for _ in cell.itersiblings("{*}tc", preceding=True)),
    )


def _drop_copy(fallback: Element) -> None:
    """Removes the second version of a shape unless it says something else."""
    choice = next(fallback.itersiblings("{*}Choice", preceding=True), None)
    text = "".join(t.text or "" for t in fallback.iter("{*}t"))
    parent = fallback.getparent()
    if parent is not None and (
        not text or (choice is not None and text == "".join(t.text or "" for t in choice.iter("{*}t")))
    ):
        parent.remove(fallback)
