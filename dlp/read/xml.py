"""XML of any kind: every text node, attribute and comment; documents that are one XML file by their own readers."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from classifiers.model import Block, GapReason, Region
from dlp.read import markup, text
from dlp.read.visit import Parts, Visit

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_WORD = frozenset({"wordDocument", "package"})


def read(visit: Visit) -> Parts:
    """Word 2003 and flat OPC as running text, flat OpenDocument, or all nodes; what is no XML as plain text."""
    if visit.source.size > markup.MOST_TREE:
        yield from text.read(visit)
        return
    content = visit.source.all()
    tree = markup.parsed(content)
    if tree.root is None or tree.problem:
        # Read as it stands: nothing is lost then, entities and what follows the break included.
        yield from text.read(visit)
        return
    name = markup.local(tree.root.tag)
    if name in _WORD:
        yield from _word(visit, tree)
    elif name == "document" and "opendocument" in str(tree.root.tag):
        from dlp.read import odf

        yield from odf.flat(visit, tree.root)
    else:
        yield from _nodes(visit, tree, content)


def _word(visit: Visit, tree: markup.Tree) -> Parts:
    from dlp.read.story import Story

    assert tree.root is not None
    yield from visit.together(Story(visit, Region.BODY, "", set()).read(tree.root))
    for element in tree.root.iter("{*}DocumentProperties", "{*}coreProperties", "{*}CustomDocumentProperties"):
        for child in element:
            yield from visit.property(markup.local(child.tag), child.text or "")
    for binary in tree.root.iter("{*}binData", "{*}binaryData"):
        yield from _binary(visit, binary)


def _binary(visit: Visit, element: Element) -> Parts:
    """A picture or an embedded document; Word 2003 packs what older programs want as MSO, which zlib opens."""
    around = next(element.iterancestors("{*}part"), element)
    name = next((str(value) for key, value in around.attrib.items() if markup.local(key) == "name"), "binData")
    try:
        content = base64.b64decode("".join((element.text or "").split()))
    except ValueError:
        yield visit.unread(GapReason.BROKEN, "base64", part=name)
        return
    if content:
        yield from visit.inner(name, content)


def _nodes(visit: Visit, tree: markup.Tree, content: bytes) -> Parts:
    assert tree.root is not None
    inline = "".join(map(str, tree.root.itertext()))
    for piece in text.pieces(iter([inline])):
        if piece.strip():
            yield Block(piece, visit.place())
    said = "\n".join(dict.fromkeys(_attributes(tree)))
    for piece in text.pieces(iter([said])):
        if piece.strip():
            yield Block(piece, visit.place(part="attributes"))
    if b"<!DOCTYPE" in content[:4096]:
        # What a document type declares is text too.
        yield Block(content[:4096].decode("utf-8", "replace"), visit.place(part="doctype"))


def _attributes(tree: markup.Tree) -> list[str]:
    from lxml import etree

    assert tree.root is not None
    found = [str(value) for element in tree.root.iter("*") for value in element.attrib.values()]
    comments = [str(comment.text) for comment in tree.root.iter(etree.Comment) if comment.text]
    around = [
        str(node.text) for node in (*tree.root.itersiblings(preceding=True), *tree.root.itersiblings()) if node.text
    ]
    return found + comments + around
