"""Shared strings that no cell shows, and phonetic guides: they travel with the workbook all the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import TYPE_CHECKING

from dlp.read import markup

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_PLAIN = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?<sst\b")
_UTF_8 = re.compile(rb"""encoding=["'](?:utf-8|us-ascii)["']""", re.IGNORECASE)
_TEXT = re.compile(r"<t(?:\s[^>]*)?>([^<]*)</t>")
_SINGLE = re.compile(r"<si>\s*<t(?:\s[^>]*)?>([^<]*)</t>\s*</si>")
_GUIDE = re.compile(r"<rPh\b.*?</rPh>", re.DOTALL)
_NOT_PLAIN = (b"<!", b":t>", b":t ")
_HEAD = 100
"""Bytes in which the XML declaration stands."""


def unshown(content: bytes, seen: set[int]) -> list[str]:
    """What the part says and no cell does; ``seen`` has the hashes of what cells show."""
    text = _decoded(content)
    found = []
    for all_of_it, without_guide, guide in _strings(text) if text is not None else _parsed(content):
        if all_of_it.strip() and hash(without_guide) not in seen:
            found.append(all_of_it)
        elif guide:
            found.append(guide)
    return found


def _decoded(content: bytes) -> str | None:
    """The part, where it is so simple that its bytes tell what its tree would; a third of what the tree costs."""
    if not _PLAIN.match(content) or not content.rstrip().endswith(b"</sst>"):
        return None
    if any(sign in content for sign in _NOT_PLAIN):
        return None
    if b"encoding=" in content[:_HEAD] and not _UTF_8.search(content, 0, _HEAD):
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _strings(text: str) -> Iterator[tuple[str, str, str]]:
    """Each string, itself without its guide, and the guide."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    single = _SINGLE.findall(text)
    if len(single) == text.count("</si>") == text.count("</t>"):
        # As most are: each without formatting of its own and without a guide.
        for said in single:
            plain = unescape(said) if "&" in said else said
            yield plain, plain, ""
        return
    for string in text.split("</si>"):
        texts = _TEXT.findall(string)
        plain = said = texts[0] if len(texts) == 1 else "".join(texts)
        guide = ""
        if "<rPh" in string:
            plain = "".join(_TEXT.findall(_GUIDE.sub("", string)))
            guide = "".join("".join(_TEXT.findall(one)) for one in _GUIDE.findall(string))
        yield (unescape(said), unescape(plain), unescape(guide)) if "&" in said else (said, plain, guide)


def _parsed(content: bytes) -> Iterator[tuple[str, str, str]]:
    root = markup.parsed(content).root
    for shared in root.iter("{*}si") if root is not None else ():
        texts = [(t.text or "", markup.local(_parent(t).tag) == "rPh") for t in shared.iter("{*}t")]
        plain = "".join(text for text, is_guide in texts if not is_guide)
        yield "".join(text for text, _ in texts), plain, "".join(text for text, is_guide in texts if is_guide)


def _parent(element: Element) -> Element:
    parent = element.getparent()
    assert parent is not None
    return parent
