"""Compound files (MS-CFB): old Word, Excel, PowerPoint, WPS, Outlook messages, and objects embedded in documents."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from classifiers.model import Block, GapReason, Region
from dlp.read import officeart, property_set, salvage, vba
from dlp.read.streams import Streams
from dlp.read.visit import Parts, Visit

_PROPERTY_STREAMS = ("\x05SummaryInformation", "\x05DocumentSummaryInformation")
_HARMLESS = re.compile(r"equation native|.olepres\d+|.ole10itemname|catalog|\d+|.*thumb.*|contents|ctls|.cformat|props")
"""Streams of embedded objects that hold a formula, a preview, or the state of a control."""
_SOME = 1024
"""Bytes from which streams that nothing reads are a part that was not read."""
_WHOLE = (
    b"%PDF-",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"{\\rtf",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
)
"""How streams begin that hold a file as it stands, as Acrobat's objects keep their PDF in CONTENTS."""
_RIGHTS = ("\tdrmcontent", "\tdrmviewercontent")
_MARKS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xe1")
"""How pictures begin."""
_STRUCTURE = frozenset({"\x01compobj", "\x03objinfo", "\x03linkinfo", "\x01ole", "current user", "1table", "0table"})
"""Streams that hold no text of their own, or that the reader of their document has used."""


@dataclass(slots=True)
class Compound:
    """An opened compound file, one storage of it, and which streams were read."""

    visit: Visit
    file: Streams
    prefix: tuple[str, ...] = ()
    read: set[tuple[str, ...]] = field(default_factory=set)
    """In lower case, since names are found in any."""
    names: list[tuple[str, ...]] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    """Streams of which less came than their size: what is there is given."""

    def streams(self) -> Iterator[tuple[str, ...]]:
        """Names of all streams below this storage."""
        if not self.names:
            self.names.extend(self.file.names())
        depth = len(self.prefix)
        return (name for name in self.names if name[:depth] == self.prefix)

    def inner(self, prefix: tuple[str, ...]) -> Compound:
        """A storage of the same file."""
        return Compound(self.visit, self.file, prefix, self.read, self.names, self.cut)

    def done(self, name: tuple[str, ...]) -> None:
        """Nobody need read this stream any more."""
        self.read.add(tuple(step.lower() for step in name))

    def is_done(self, name: tuple[str, ...]) -> bool:
        """Whether a stream was read."""
        return tuple(step.lower() for step in name) in self.read

    def size(self) -> int:
        """Bytes of all streams below this storage."""
        return sum(self.file.size(name) for name in self.streams())

    def content(self, *name: str) -> bytes:
        """A stream of this storage, marked as read; empty where it is not there."""
        full = (*self.prefix, *name)
        try:
            size = self.file.size(full)
        except OSError:
            return b""
        self.done(full)
        self.visit.budget.held(size)
        self.visit.budget.unpacked(size)
        found = self.file.content(full)
        if len(found) < size and full[-1] not in self.cut:
            self.cut.append(full[-1])
        return found


def read(visit: Visit) -> Parts:
    """The document that the compound file is, its properties, and whatever else it holds."""
    compound = Compound(visit, visit.source.compound())
    yield from storage(compound)
    for name in compound.cut:
        yield visit.unread(GapReason.BROKEN, "shorter than its size", part=name)


def storage(compound: Compound) -> Parts:
    """One storage, and those inside it that are documents of their own."""
    known = False
    for reader in _readers(compound):
        known = True
        yield from reader(compound)
    yield from properties(compound)
    yield from _inner_storages(compound)
    yield from _rest(compound, known=known)


def _readers(compound: Compound) -> Iterator[Callable[[Compound], Parts]]:
    names = {name[len(compound.prefix)].lower() for name in compound.streams() if len(name) > len(compound.prefix)}
    if "worddocument" in names:
        from dlp.read import doc

        yield doc.read
    if "workbook" in names or "book" in names:
        from dlp.read import xls

        yield xls.read
    if "powerpoint document" in names:
        from dlp.read import ppt

        yield ppt.read
    if any(name.startswith("__properties_version") for name in names):
        from dlp.read import msg

        yield msg.read
    if "encryptedpackage" in names:
        yield _encrypted
    if any(name in _RIGHTS for name in names):
        yield _restricted


def _encrypted(compound: Compound) -> Parts:
    """An Office package under a password or rights management; its label may stand outside (MS-OFFCRYPTO 2.3)."""
    yield compound.visit.unread(GapReason.ENCRYPTED, "EncryptedPackage")
    for name in compound.streams():
        if name[-1].lower() in {"encryptedpackage", "encryptioninfo"}:
            compound.done(name)


def _restricted(compound: Compound) -> Parts:
    """Under rights management (MS-OFFCRYPTO 2.2): what else stands here only says that the document is protected."""
    yield compound.visit.unread(GapReason.ENCRYPTED, "DRMContent")
    for name in compound.streams():
        if name[-1].lower() in _RIGHTS:
            compound.done(name)


def properties(compound: Compound) -> Parts:
    """Summary properties, also those that people defined themselves."""
    for stream in _PROPERTY_STREAMS:
        content = compound.content(stream)
        if not content:
            continue
        try:
            for name, text in property_set.texts(content):
                yield from compound.visit.property(name, text)
        except struct.error:
            yield from _salvaged(compound.visit, stream[1:], content)
            yield compound.visit.unread(GapReason.BROKEN, "properties", 0.0, part=stream[1:])


def _inner_storages(compound: Compound) -> Parts:
    """Embedded objects: a storage that holds a document's main stream is read as a document of its own."""
    mains = {"worddocument", "workbook", "book", "powerpoint document", "encryptedpackage"}
    depth = len(compound.prefix)
    for name in list(compound.streams()):
        if len(name) < depth + 2 or name[-1].lower() not in mains or compound.is_done(name):
            continue
        yield from storage(compound.inner(name[:-1]))


def _rest(compound: Compound, *, known: bool) -> Parts:
    unread = 0
    for name in list(compound.streams()):
        if name[-1].lower() in _STRUCTURE or compound.is_done(name):
            continue
        content = compound.content(*name[len(compound.prefix) :])
        label = "/".join(step.strip("\x01\x03\x05") for step in name)
        if name[-1].lower() == "\x01ole10native":
            yield from _native(compound.visit, content)
        elif any(step.upper() == "VBA" for step in name):
            if text := vba.source(content):
                yield Block(text, compound.visit.place(part=f"macro: {name[-1]}"))
        elif content.startswith(_WHOLE):
            yield from compound.visit.inner(label, content)
        elif drawing := _drawing(name[-1].lower(), content):
            # It shows what the object says by itself, where its format is known: nobody need look at it again.
            yield from compound.visit.inner(label, drawing, coverage=0.0)
        else:
            harmless = compound.visit.source.depth and _HARMLESS.match(name[-1].lower())
            if not known and not harmless and not has_pictures(content):
                unread += len(content)
            yield from _salvaged(compound.visit, label, content)
    if unread > _SOME:
        # A program's own format that nothing here reads (Visio, Publisher, …): runs of characters are not its text.
        yield compound.visit.unread(
            GapReason.NO_READER, compound.visit.media_type, unread / max(unread, compound.size())
        )


def _drawing(name: str, content: bytes) -> bytes:
    """The view that an object keeps of itself, where the stream is one and holds a metafile."""
    if name.startswith("\x02olepres"):
        return officeart.view(content)
    return content if name == "\x03eprint" and content[40:44] == b" EMF" else b""


def _salvaged(visit: Visit, label: str, content: bytes) -> Parts:
    """Readable runs of a stream of no known kind, marked as such, and the pictures in it."""
    text = "\n".join(salvage.strings(content))
    if text:
        yield Block(text, visit.place(part=f"salvage: {label}"))
    yield from pictures(visit, label, content)


def pictures(visit: Visit, label: str, content: bytes) -> Parts:
    """A Gap for the pictures that a stream carries, told by how they begin, and the words of drawn ones."""
    yield from officeart.metafiles(visit, label, content)
    for mark in _MARKS:
        at = content.find(mark)
        while at >= 0:
            from dlp.read import picture

            size = picture.dimensions(content[at : at + (1 << 16)])
            yield visit.unseen(GapReason.PICTURE, picture.share(size), part=label)
            at = content.find(mark, at + 8)


def has_pictures(content: bytes) -> bool:
    """Whether pictures lie in a stream."""
    return any(mark in content for mark in _MARKS)


def _native(visit: Visit, content: bytes) -> Parts:
    """An embedded file of any type (MS-OLEDS 2.3.6): label, path, then its bytes."""
    try:
        at = 6
        end = content.index(b"\0", at)
        label = content[at:end].decode("gb18030", "replace")
        at = content.index(b"\0", end + 1) + 1
        at += 4
        (length,) = struct.unpack_from("<I", content, at)
        at += 4 + length
        (size,) = struct.unpack_from("<I", content, at)
    except (ValueError, struct.error):
        yield from _salvaged(visit, "Ole10Native", content)
        return
    yield Block(
        content[6:at].decode("gb18030", "replace").replace("\0", "\n"), visit.place(Region.METADATA, part="object")
    )
    yield from visit.inner(label or "object", content[at + 4 : at + 4 + size])
