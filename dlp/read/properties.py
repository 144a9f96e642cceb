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
_TAG = re.compile(r"<([\w.:-]+)(?: [^<>]*)?>([^<>]+)(?=<)")
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
    found = [(name.rpartition(":")[2], value) for name, value in _TAG.findall(text) if value.strip()]
    return [(name, unescape(value, _QUOTES) if "&" in value else value) for name, value in found]


def _is_closed(text: str) -> bool:
    """Whether the end of the part is there, and ``<`` and ``>`` stand around tags alone."""
    root = text[1 : min(at for at in (text.find(" "), text.find(">")) if at > 0)] if "<" in text and " " in text else ""
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
