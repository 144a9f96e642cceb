"""Document properties of packages (core, app, custom, labels): one Block each, named in ``place.part``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import unescape

from classifiers.model import Region
from dlp.read import markup
from dlp.read.placing import block
from dlp.read.visit import Parts, Visit

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_DECLARATION = re.compile(
    r"""\s*<\?xml version=["']1\.0["'](?: encoding=["'](?i:utf-8)["'])?(?: standalone=["']\w+["'])? ?\?>\s*"""
)
_REFERENCE = re.compile(r"&(?!lt;|gt;|amp;|quot;|apos;)")
_QUOTES = {"&quot;": '"', "&apos;": "'"}


def plain(content: bytes) -> list[tuple[str, str]] | None:
    """Name and text of all properties of a part that is as plain as programs write it; None where it must be parsed.

    A part has a dozen of them, which is less work than a tree. Properties that people defined themselves have their
    name in an attribute around the value, and are parsed.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    start = _DECLARATION.match(text)
    text = text[start.end() if start else 0 :].rstrip()
    named = "property " in text or "label " in text
    if named or "<!" in text or "<?" in text or "\r" in text or "\0" in text or not _is_closed(text):
        return None
    if "&" in text and _REFERENCE.search(text):
        return None
    found = []
    # Cut at each tag: a pattern for an element takes twice as long.
    for piece in text.split("<"):
        tag, _, value = piece.partition(">")
        if not value or value.isspace() or tag.startswith("/") or tag.endswith("/"):
            continue
        if not tag.strip():
            return None
        name = tag.split(None, 1)[0].rpartition(":")[2]
        found.append((name, unescape(value, _QUOTES) if "&" in value else value))
    return found


def _is_closed(text: str) -> bool:
    """Whether the end of the part is there, and ``<`` and ``>`` stand around tags alone."""
    root = text[1 : text.find(">")].partition(" ")[0] if text.startswith("<") and " " in text else ""
    return bool(root) and text.endswith(f"</{root}>") and text.count("<") == text.count(">")


def read(visit: Visit, root: Element) -> Parts:
    """The same by the tree of the part."""
    for element in root.iter("*"):
        name, text = markup.local(element.tag), element.text
        if text and text.strip():
            yield block(text, visit.place(Region.METADATA, part=_name(element, name)))
        elif name == "label":
            # docMetadata/LabelInfo.xml (MS-OI29500 2.1): the label's id is all there is, and stands in an attribute.
            told = " ".join(f"{markup.local(key)}={value!s}" for key, value in element.attrib.items())
            yield block(told, visit.place(Region.METADATA, part="label"))


def _name(element: Element, name: str) -> str:
    """``密级`` for a custom property of that name, else the element's own name."""
    parent = element.getparent()
    while parent is not None:
        if markup.local(parent.tag) == "property":
            return str(parent.get("name", name))
        parent = parent.getparent()
    return name
