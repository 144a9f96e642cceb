"""DrawingML and VML: shapes, charts, SmartArt and their alternative texts, wherever a document keeps them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from classifiers.model import Region
from dlp.read.markup import local
from dlp.read.placing import block
from dlp.read.visit import Blocks, Visit

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_AUTOMATIC = re.compile(r"[A-Za-z\u4e00-\u9fff ]* ?\d*$")
"""Names that programs give by themselves: ``Picture 3``, ``图片 3``."""
_MARKS = re.compile(r"watermark|水印", re.IGNORECASE)
_RUNS = ("{*}t", "{*}br", "{*}tab")


def read(visit: Visit, root: Element, part: str) -> Blocks:
    """Everything written in a drawing, chart, diagram or VML part."""
    told: list[str] = []
    inside: set[Element] = set()
    for paragraph in root.iter("{*}p"):
        inside.update(paragraph.iter("{*}t"))
        if text := written(paragraph):
            told.append(text)
    for text in told:
        yield block(text, visit.place(Region.TEXT_BOX, part=part))
    yield from alternatives(visit, root, part)
    rest = list(_other_nodes(root, inside))
    if rest:
        yield block("\n".join(rest), visit.place(Region.TEXT_BOX, part=part))


def _other_nodes(root: Element, inside: set[Element]) -> Iterator[str]:
    """Text nodes that are not runs of a paragraph: cached chart values, VML text boxes, formulas of series."""
    for element in root.iter():
        if element not in inside and element.text and element.text.strip():
            yield element.text.strip()
        if element.tail and element.tail.strip():
            yield element.tail.strip()


def written(paragraph: Element) -> str:
    """The runs of one paragraph as text."""
    found = []
    for element in paragraph.iter(*_RUNS):
        text = element.text
        found.append(text if text else {"br": "\n", "tab": "\t"}.get(local(element.tag), ""))
    return "".join(found).strip()


def alternatives(visit: Visit, root: Element, part: str) -> Blocks:
    """Alternative texts, titles and given names of shapes and pictures, and the text of WordArt watermarks."""
    for element in root.iter("{*}docPr", "{*}cNvPr", "{*}textpath", "{*}shape"):
        yield from alternative(visit, element, part)


def alternative(visit: Visit, element: Element, part: str) -> Blocks:
    """What one shape's own attributes say."""
    name = local(element.tag)
    if name == "textpath":
        if text := element.get("string", "").strip():
            yield block(text, visit.place(Region.WATERMARK, part=part))
        return
    keys = ("alt", "title") if name == "shape" else ("descr", "title", "name")
    for key in keys:
        text = (element.get(key) or "").strip()
        if text and not (key == "name" and (_AUTOMATIC.match(text) or _MARKS.search(text))):
            yield block(text, visit.place(Region.PICTURE, part="alt"))


def is_watermark(name: str) -> bool:
    """Whether a shape's name is one that Word and WPS give to watermarks."""
    return _MARKS.search(name) is not None
