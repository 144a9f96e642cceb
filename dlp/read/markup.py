"""XML from strangers: no entities, no network, a bounded depth, and what is broken is read as far as it goes.

libxml2 refuses more than 256 levels and text nodes over 10 MB by itself (``huge_tree`` stays off).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lxml.etree import XMLParser
    from lxml.etree import _Element as Element

MOST_TREE = 48 * 1024 * 1024
"""Bytes of XML held as a tree, which takes five to ten times as much; longer parts are read without their structure."""
_WRITTEN = re.compile(rb">\s*[^<\s]")
_TAG = re.compile(r"<[^>]*>")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}


class Tree(NamedTuple):
    """A parsed part. ``problem`` is empty, or names what kept some of it from being read."""

    root: Element | None
    problem: str = ""


def parsed(content: bytes) -> Tree:
    """The tree of an XML part; of a broken one, what could be read of it."""
    parse, parser, failed = _library()
    try:
        root = parse(content, parser)
    except failed as error:
        return _recovered(content, error)
    # An entity that is not resolved is text that is not read; no writer of documents uses one.
    return Tree(root, "entities" if b"!" in content and _has_entities(root) else "")


def _has_entities(root: Element) -> bool:
    from lxml import etree

    return bool(root.getroottree().docinfo.internalDTD) and next(root.iter(etree.Entity), None) is not None


# A document has dozens of parts, and to ask for the library at each takes as long as parsing the smallest.
@cache
def _library() -> tuple[Callable[[bytes, XMLParser], Element], XMLParser, tuple[type[Exception], ...]]:
    """What parses, the parser, and what it raises."""
    from lxml import etree

    return etree.fromstring, _parser(), (etree.XMLSyntaxError, ValueError)


def _recovered(content: bytes, error: Exception) -> Tree:
    from lxml import etree

    problem = "depth" if "depth" in str(error).lower() else "syntax"
    try:
        return Tree(etree.fromstring(content, _parser(recover=True)), problem)
    except (etree.XMLSyntaxError, ValueError):
        return Tree(None, problem)


# One serves all documents: making one takes as long as parsing a small part.
@cache
def _parser(*, recover: bool = False) -> XMLParser:
    from lxml import etree

    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=recover, remove_pis=True
    )


@lru_cache(maxsize=1024)
def local(tag: object) -> str:
    """The name of an element without its namespace, which writers vary (Strict, older drafts); empty for comments."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def texts(root: Element) -> Iterator[str]:
    """Every text node and attribute value, for XML of no known kind."""
    for element in root.iter():
        if isinstance(element.tag, str):
            yield from (str(value) for name, value in element.attrib.items() if "schemaLocation" not in str(name))
        # Comments are text too: they travel with the file.
        if element.text and element.text.strip():
            yield element.text
        if element.tail and element.tail.strip():
            yield element.tail


def has_text(content: bytes) -> bool:
    """Whether there is any text node at all; cheaper than a tree for the many parts that only hold formatting."""
    return _WRITTEN.search(content) is not None or b"<![CDATA[" in content


def stripped(pieces: Iterator[str]) -> Iterator[str]:
    """The text nodes of XML too long for a tree, without their structure; pieces may be cut anywhere."""
    rest = ""
    for piece in pieces:
        rest += piece
        cut = rest.rfind(">") + 1
        # A ">" that never comes must not make the rest grow: text that long is handed on as it is.
        cut = cut or (len(rest) if len(rest) > MOST_TREE // 8 else 0)
        yield _plain(rest[:cut])
        rest = rest[cut:]
    yield _plain(rest)


def _plain(markup: str) -> str:
    text = re.sub(r"\n{2,}", "\n", _TAG.sub("\n", markup))
    return re.sub(r"&(?:lt|gt|quot|apos|amp);", lambda found: _ENTITIES[found[0]], text)
