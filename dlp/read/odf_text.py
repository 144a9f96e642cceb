"""Paragraphs of OpenDocument as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlp.read.markup import local

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_MOST_SPACES = 1000
_APART = frozenset({"annotation", "note", "text-box", "p", "h", "title", "desc", "list", "table"})
"""Inside a paragraph but with paragraphs or words of their own, which are told where they stand."""
_WHITE = {"tab": "\t", "line-break": "\n"}


def written(paragraph: Element) -> str:
    """The text of one paragraph, without that of notes and boxes anchored in it."""
    found = [paragraph.text or ""]
    _collect(paragraph, found, 0)
    return "".join(found)


def _collect(element: Element, found: list[str], depth: int) -> None:
    for child in element:
        name = local(child.tag)
        if name == "s":
            count = attribute(child, "c")
            found.append(" " * min(_MOST_SPACES, int(count) if count.isdecimal() else 1))
        elif name in _WHITE:
            found.append(_WHITE[name])
        elif name and name not in _APART and depth < 200:
            found.append(child.text or "")
            _collect(child, found, depth + 1)
        found.append(child.tail or "")


def attribute(element: Element, name: str) -> str:
    """An attribute by its local name."""
    return next((str(value) for key, value in element.attrib.items() if local(key) == name), "")


def repeats(element: Element, what: str) -> int:
    """How often a row or cell stands in for itself."""
    text = attribute(element, f"number-{what}-repeated")
    return max(1, int(text)) if text.isdecimal() and len(text) < 9 else 1
