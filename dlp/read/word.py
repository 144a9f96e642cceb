"""Word documents (ISO/IEC 29500-1 part 17; Transitional, Strict, with macros, templates; also as WPS writes them)."""

from __future__ import annotations

import re
import zipfile
from functools import lru_cache
from typing import TYPE_CHECKING

from classifiers.model import Block, GapReason, Region
from dlp.read import markup, office, opc, zipped
from dlp.read.opc import Package
from dlp.read.story import Story
from dlp.read.visit import Parts, Visit

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_REGIONS = {
    "main": Region.BODY,
    "document": Region.BODY,
    "glossary": Region.BODY,
    "header": Region.HEADER,
    "footer": Region.FOOTER,
    "footnotes": Region.NOTE,
    "endnotes": Region.NOTE,
    "comments": Region.COMMENT,
}
"""Last word of the content type before ``+xml`` to the region that its text stands in."""
_EMPTY = "story"
"""What parts with running text are remembered as: an empty one is empty in every region."""
_LEVELS = re.compile(rb"""<w:lvlText [^>]*?w:val=["']([^"']*)["']""")
_TRIVIAL = re.compile(r"[%\d\s.,()\[\]（）、．·•\-–—―\uf000-\uf0ff○●■□◆◇]*$")
_TITLE = re.compile(rb'<w:style [^>]*w:styleId="([^"]+)"[^>]*>\s*<w:name w:val="(?:[Tt]itle|\xe6\xa0\x87\xe9\xa2\x98)"')


def read(visit: Visit) -> Parts:
    """The body first, then headers, footers, notes, comments, and every other part."""
    return office.read(visit, _known, _order)


# Asked for each part of every document.
@lru_cache(maxsize=256)
def region_of(kind: str) -> Region | None:
    """The region of a part with story text, by its content type."""
    if "wordprocessingml" not in kind and "ms-word" not in kind:
        return None
    return _REGIONS.get(opc.last_word(kind))


@lru_cache(maxsize=256)
def _order(kind: str) -> int:
    region = region_of(kind)
    order = (Region.BODY, Region.HEADER, Region.FOOTER, Region.NOTE, Region.COMMENT)
    # Styles before the body: they say which paragraphs are titles.
    return -1 if kind.endswith("styles+xml") else order.index(region) if region in order else len(order)


def _known(package: Package, entry: zipfile.ZipInfo, kind: str) -> Parts | None:
    if (region := region_of(kind)) is not None:
        return _story(package, entry, region)
    if kind.endswith("styles+xml"):
        return _styles(package, entry, kind)
    if kind.endswith("numbering+xml"):
        return _numbering(package, entry, kind)
    if kind.endswith("settings+xml"):
        return _settings(package, entry, kind)
    return None


def _story(package: Package, entry: zipfile.ZipInfo, region: Region) -> Parts:
    if zipped.size(entry) > markup.MOST_TREE:
        yield from office.stripped(package, entry)
        return
    # Empty headers, and notes that hold their dividing line alone, travel with most documents.
    if package.is_blank(entry, _EMPTY):
        return
    tree = markup.parsed(package.content(entry))
    told = tree.root is None or bool(tree.problem)
    if tree.root is not None:
        story = Story(package.visit, region, entry.filename, package.titles)
        blocks = story.read(tree.root)
        if (first := next(blocks, None)) is not None:
            told = True
            yield first
            yield from package.visit.together(blocks)
        package.note_areas(entry.filename, story.areas)
        told = told or bool(story.areas)
    yield from opc.problem(package.visit, entry.filename, tree.problem)
    if not told:
        package.note_blank(entry, _EMPTY)


def _styles(package: Package, entry: zipfile.ZipInfo, kind: str) -> Parts:
    if package.is_blank(entry, kind):
        return
    content = package.content(entry)
    titles = [found.decode("utf-8", "replace") for found in _TITLE.findall(content)]
    package.titles.update(titles)
    if markup.has_text(content):
        yield from office.nodes(package, entry, content)
    elif not titles:
        package.note_blank(entry, kind)


def _numbering(package: Package, entry: zipfile.ZipInfo, kind: str) -> Parts:
    """Texts that numbered lists put before paragraphs, where they say more than a number."""
    if package.is_blank(entry, kind):
        return
    content = package.content(entry)
    levels = {found.decode("utf-8", "replace") for found in _LEVELS.findall(content)}
    told = [level for level in sorted(levels) if not _TRIVIAL.match(level)]
    if told:
        yield Block("\n".join(told), package.visit.place(part="numbering"))
    if markup.has_text(content):
        yield from office.nodes(package, entry, content)
    elif not told:
        package.note_blank(entry, kind)


def _settings(package: Package, entry: zipfile.ZipInfo, kind: str) -> Parts:
    """Document variables, and whatever text stands there."""
    if package.is_blank(entry, kind):
        return
    content = package.content(entry)
    if b"docVar" not in content and b"mailMerge" not in content and not markup.has_text(content):
        package.note_blank(entry, kind)
        return
    root = markup.parsed(content).root
    if root is None:
        yield package.visit.unread(GapReason.BROKEN, "syntax", part=entry.filename)
        return
    if texts := [str(text) for text in root.itertext() if str(text).strip()]:
        yield Block("\n".join(texts), package.visit.place(part=entry.filename))
    for merge in root.iter("{*}mailMerge"):
        values = [value for part in merge.iter("{*}*") if (value := _attribute(part, "val"))]
        yield from package.visit.property("mail merge", "\n".join(values))
    for variable in root.iter("{*}docVar"):
        yield from package.visit.property(_attribute(variable, "name"), _attribute(variable, "val"))


def _attribute(element: Element, name: str) -> str:
    return next((str(value) for key, value in element.attrib.items() if markup.local(key) == name), "")
