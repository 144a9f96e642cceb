"""What Word, Excel and PowerPoint packages share: properties, links, media, embedded objects, charts, SmartArt, more.

Each of the three readers takes the parts it knows; whatever it leaves comes here, so that no part is skipped.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from classifiers.model import Block, GapReason, Region
from dlp.read import drawing, markup, opc, properties, salvage, zipped
from dlp.read.opc import Package
from dlp.read.visit import Blocks, Parts, Unpacking, Visit

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

Known = Callable[[Package, zipfile.ZipInfo, str], Parts | None]
"""A reader's own parts: the Parts of an entry with its content type, or None where it is not one of them."""
_FORMATTING = re.compile(
    r"(?:styles|stylesWithEffects|theme|themeOverride|fontTable|webSettings|tableStyles|viewProps|presProps|calcChain"
    r"|colors|chartstyle|chartcolorstyle|diagramColors|diagramStyle|diagramLayout)\+xml$",
    re.IGNORECASE,
)
_PROPERTIES = re.compile(
    r"(?:core-properties|extended-properties|custom-properties|classificationlabels)\+xml$", re.IGNORECASE
)
_DIAGRAM_COPY = "vnd.ms-office.drawingml.diagramDrawing+xml"
_SALVAGED = re.compile(r"printersettings|activex|\.bin$", re.IGNORECASE)


# A document has dozens of parts of a few kinds, and these patterns cost as much as parsing a small part.
@lru_cache(maxsize=256)
def _is_formatting(kind: str) -> bool:
    return _FORMATTING.search(kind) is not None


@lru_cache(maxsize=256)
def _holds_properties(kind: str) -> bool:
    return _PROPERTIES.search(kind) is not None


@lru_cache(maxsize=256)
def _is_salvaged(kind_or_name: str) -> bool:
    return _SALVAGED.search(kind_or_name) is not None


def _nothing(package: Package, entry: zipfile.ZipInfo, kind: str) -> Parts | None:
    """Packages of other programs (Visio, XPS, …): every part is read as what it is."""
    del package, entry, kind
    return None


def read(visit: Visit, known: Known = _nothing, order: Callable[[str], int] = len) -> Parts:
    """Every part of a package, the reader's own first in the order that people meet them."""
    package = opc.opened(visit)
    if zipped.hides_members(package.directory):
        yield visit.unread(GapReason.BROKEN, "members that its directory does not name", 0.5)
    kinds = [(package.type_of(entry), entry) for entry in package.entries()]
    # The drawing that shows a diagram repeats its words: read after what it repeats.
    ranks = {kind: (order(kind), _DIAGRAM_COPY in kind) for kind, _ in kinds}
    kinds.sort(key=lambda pair: ranks[pair[0]])
    count = len(kinds)
    for number, (kind, entry) in enumerate(kinds):
        visit.budget.check_time()
        visit.progress, visit.told = number / count, f"{number} of {count} parts"
        try:
            yield from known(package, entry, kind) or _other(package, entry, kind)
        except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, OSError, ValueError) as error:
            yield visit.unread(GapReason.BROKEN, type(error).__name__, part=entry.filename)
        except RuntimeError as error:
            reason = GapReason.ENCRYPTED if entry.flag_bits & 1 else GapReason.BROKEN
            yield visit.unread(reason, type(error).__name__, part=entry.filename)
        except _compression_errors() as error:
            yield visit.unread(GapReason.BROKEN, type(error).__name__, part=entry.filename)


def _compression_errors() -> tuple[type[Exception], ...]:
    import lzma
    import zlib

    return zlib.error, lzma.LZMAError


def _other(package: Package, entry: zipfile.ZipInfo, kind: str) -> Parts:
    visit, name = package.visit, entry.filename
    if name == "[Content_Types].xml" or zipped.is_empty(entry):
        return
    if name.endswith(opc.RELATIONS):
        if not package.is_blank(entry, opc.RELATIONS):
            folder = name.rpartition("_rels/")[0].rstrip("/")
            yield from opc.links(package, entry, folder)
    elif kind.endswith("xml") or name.lower().endswith((".xml", ".vml")):
        yield from _xml(package, entry, kind)
    elif kind.startswith("application/vnd.openxmlformats-officedocument.obfuscatedFont"):
        yield visit.unseen(GapReason.FONT, 0.0, entry.file_size, part=name)
    elif _is_salvaged(kind) or _is_salvaged(name):
        yield from _binary(package, entry)
    else:
        yield from _embedded(package, entry)


def _binary(package: Package, entry: zipfile.ZipInfo) -> Parts:
    """Compound files are documents of their own; other small binaries (printer settings, controls) hold strings."""
    content = package.content(entry)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        yield from package.visit.inner(entry.filename, content)
    else:
        text = "\n".join(salvage.strings(content))
        if text:
            yield Block(text, package.visit.place(Region.METADATA, part=entry.filename))


def _embedded(package: Package, entry: zipfile.ZipInfo) -> Parts:
    # A thumbnail shows the first page again, too small to hold more than the page itself.
    covers = 0.0 if "thumbnail" in entry.filename.lower() else package.areas.get(entry.filename.lower()) or None
    yield from package.visit.inner(entry.filename, package.content(entry), coverage=covers)


def _xml(package: Package, entry: zipfile.ZipInfo, kind: str) -> Parts:
    visit, name = package.visit, entry.filename
    if zipped.size(entry) > markup.MOST_TREE:
        yield from stripped(package, entry)
        return
    formatting = _is_formatting(kind)
    if formatting and package.is_blank(entry, kind):
        return
    content = package.content(entry)
    if formatting and not markup.has_text(content):
        package.note_blank(entry, kind)
        return
    about = _holds_properties(kind) or name.lower().startswith(("docprops/", "docmetadata/"))
    if about and (told := properties.plain(content)) is not None:
        for called, value in told:
            yield from visit.property(called, value)
        return
    tree = markup.parsed(content)
    yield from opc.problem(visit, name, tree.problem)
    if tree.root is None:
        return
    if about:
        yield from properties.read(visit, tree.root)
    elif "drawing" in kind.lower() or "diagram" in kind or name.lower().endswith(".vml"):
        yield from visit.together(_drawing(package, tree.root, name, kind))
    elif formatting:
        yield from nodes(package, entry, content)
    elif text := "\n".join(markup.texts(tree.root)).strip():
        yield Block(text, visit.place(part=name))


def _drawing(package: Package, root: Element, name: str, kind: str) -> Blocks:
    for block in drawing.read(package.visit, root, name):
        if "diagram" in kind:
            if _DIAGRAM_COPY in kind and block.text in package.diagrams:
                continue
            package.diagrams.add(block.text)
        yield block


def nodes(package: Package, entry: zipfile.ZipInfo, content: bytes) -> Parts:
    """The text nodes of a part that should hold formatting only."""
    root = markup.parsed(content).root
    found = [] if root is None else [str(node) for node in root.itertext() if str(node).strip()]
    if found:
        yield Block("\n".join(found), package.visit.place(part=entry.filename))


def stripped(package: Package, entry: zipfile.ZipInfo) -> Parts:
    """The text of an XML part too long for a tree, in large pieces."""
    visit = package.visit
    with zipped.opened(package.zip, entry) as stream:
        decoded = (chunk.decode("utf-8", "replace") for chunk in _whole_characters(visit, stream, entry.compress_size))
        for text in markup.stripped(decoded):
            if text.strip():
                yield Block(text, visit.place(part=entry.filename))
        if stream.tell() != entry.file_size:
            raise zipfile.BadZipFile("not its size")
    # What stands in attributes, such as alternative texts, was not looked for.
    yield visit.unread(GapReason.TOO_BIG, f"tree_bytes: {markup.MOST_TREE}", 0.1, part=entry.filename)


def _whole_characters(visit: Visit, stream: Unpacking, packed: int) -> Iterator[bytes]:
    """Chunks that end between two characters of UTF-8."""
    rest = b""
    for chunk in visit.counted(stream, packed):
        rest += chunk
        cut = rest.rfind(b"<") if b"<" in rest else len(rest)
        yield rest[:cut]
        rest = rest[cut:]
    yield rest
