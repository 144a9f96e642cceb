"""HTML: the text people see, and what they do not: scripts, comments, titles, alternative texts, form values, meta."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from classifiers.model import Block, GapReason, Region
from dlp.read import charset
from dlp.read.text import pieces
from dlp.read.visit import Parts, Visit

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "select",
        "summary",
        "table",
        "td",
        "th",
        "title",
        "tr",
        "ul",
        "caption",
        "body",
        "head",
        "html",
    ]
)
_ATTRIBUTES = ("alt", "title", "placeholder", "value", "content", "label", "aria-label", "summary", "data-title")
_LOOKS = (
    "class id style width height align valign border cellpadding cellspacing bgcolor color face size rel type lang dir "
    "target colspan rowspan media method charset nowrap vlink link alink text marginheight marginwidth clear hspace "
    "vspace scope tabindex role http-equiv xmlns xml:lang"
)
_DECLARED = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", re.IGNORECASE)
_PICTURE = re.compile(r"data:([\w/+.-]+)?(?:;[\w=-]+)*;base64,([A-Za-z0-9+/=\s]+)$")


def read(visit: Visit) -> Parts:
    """One Block for each run of text between block elements; hidden text after it, by where it stood."""
    from lxml import html

    visit.budget.held(visit.source.size)
    content = visit.source.all()
    text = content.decode(encoding(content), "replace").replace("\0", "")
    if not text.strip():
        return
    # Decoded here: what lxml calls an encoding, and what a page says it is, are both less to be trusted.
    parser = html.HTMLParser(encoding="utf-8", huge_tree=False, no_network=True)
    root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    yield from _runs(visit, root)
    others: dict[str, None] = {}
    for element in root.iter():
        yield from _unshown(visit, element)
        others.update(dict.fromkeys(_others(element)))
    for piece in pieces(iter(["\n".join(others)])):
        yield Block(piece, visit.place(part="attributes"))


def encoding(content: bytes) -> str:
    """As the bytes show; the declared one where they decode by it, since pages often declare another than they use."""
    found = charset.of(content[: 1 << 16]) or "utf-8"
    declared = _DECLARED.search(content[:2048])
    if found == "gb18030" and declared:
        import codecs

        try:
            name = codecs.lookup(declared[1].decode("ascii")).name
        except LookupError:
            return found
        if name not in {"utf-8", "gb2312", "gbk"} and charset.decodes(content[:4096], name):
            return name
    return found


def _runs(visit: Visit, root: Element) -> Parts:
    """Text in document order, cut at block elements; table cells keep their row and column."""
    from lxml import etree

    text: list[str] = []
    region = Region.BODY
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag in _BLOCKS or not tag:
            if run := " ".join("".join(text).split()):
                yield Block(run, visit.place(region))
            text = []
        if event == "start":
            region = _region(tag, region)
            if tag and tag not in {"script", "style"}:
                text.append(element.text or "")
        else:
            if tag in {"td", "th", "title"}:
                region = Region.BODY
            text.append(element.tail or "")
    if run := " ".join("".join(text).split()):
        yield Block(run, visit.place(region))


def _region(tag: str, region: Region) -> Region:
    return {"td": Region.CELL, "th": Region.CELL, "title": Region.TITLE, "h1": Region.TITLE, "p": Region.BODY}.get(
        tag, region
    )


def _others(element: Element) -> list[str]:
    """Links and whatever else stands in attributes, but for how things look."""
    if not isinstance(element.tag, str):
        return []
    return [
        value
        for name, value in ((str(name), str(value)) for name, value in element.attrib.items())
        if name not in _looks() and name not in _ATTRIBUTES and not value.lstrip().startswith("data:")
    ]


@cache
def _looks() -> frozenset[str]:
    return frozenset(_LOOKS.split())


def _unshown(visit: Visit, element: Element) -> Parts:
    if not isinstance(element.tag, str):
        if element.text and element.text.strip():
            yield Block(element.text, visit.place(Region.COMMENT, part="comment"))
        return
    if element.tag in {"script", "style"} and element.text and element.text.strip():
        yield Block(element.text, visit.place(part=element.tag))
    for name in _ATTRIBUTES:
        if text := element.get(name):
            region = Region.METADATA if element.tag == "meta" else Region.BODY
            yield Block(text, visit.place(region, part=element.get("name", name) if element.tag == "meta" else name))
    for name in ("src", "href", "data"):
        if (text := element.get(name)) and (found := _PICTURE.match(text.strip())):
            import base64

            try:
                yield from visit.inner(f"data:{found[1] or ''}", base64.b64decode(found[2]))
            except ValueError:
                yield visit.unread(GapReason.BROKEN, "base64", part=name)
