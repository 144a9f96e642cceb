"""OFD (GB/T 33190-2016): pages, the templates under them, annotations, attachments and document properties.

Elements are matched by local name, since producers leave the namespace out or change it. An encrypted OFD (GM/T 0099)
is unreadable even where it shows text: that may be a decoy.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from classifiers.model import Block, GapReason, Region
from dlp.read import markup, salvage, zipped
from dlp.read.ofd_page import Page
from dlp.read.visit import Part, Parts, Visit

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_CRYPT = re.compile(r"(?:^|/)(?:Encryptions\.xml|decryptseed\.dat|entriesmap\.dat)$", re.IGNORECASE)
_SYSTEM = re.compile(r"(?:^|/)(?:OFDEntries|Signatures?)\.xml$", re.IGNORECASE)


def read(visit: Visit) -> Parts:
    """Every document body of the package, then each part that none of them led to."""
    package = Package(visit, visit.source.zipped())
    if any(_CRYPT.search(name) for name in package.names.values()):
        yield visit.unread(GapReason.ENCRYPTED, "Encryptions.xml")
    if zipped.hides_members(package.zip) or len(package.names) < sum(not e.is_dir() for e in package.zip.infolist()):
        yield visit.unread(GapReason.BROKEN, "members that its directory does not name, or two of one name", 0.5)
    for name in list(package.names):
        if posixpath.basename(name) == "ofd.xml":
            root = yield from package.tree(name)
            for body in root.iter("{*}DocBody") if root is not None else ():
                yield from _body(visit, package, body, name)
    yield from _rest(visit, package)


@dataclass(slots=True)
class Package:
    """The zip, by names in lower case with one kind of slash, and which of its parts were read."""

    visit: Visit
    zip: zipfile.ZipFile
    names: dict[str, str] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.names = {_norm(name): name for name in self.zip.namelist() if not name.endswith("/")}

    def find(self, target: str, beside: str) -> str:
        """The part that a location names: absolute, relative to the part that names it, or to the root; else empty."""
        wanted = _norm(target)
        for candidate in (posixpath.join(posixpath.dirname(beside), wanted), wanted):
            if (name := posixpath.normpath(candidate)) in self.names:
                return name
        return ""

    def content(self, name: str) -> bytes:
        """The bytes of a part, counted, which is marked as read."""
        self.read.add(name)
        entry = self.zip.NameToInfo[self.names[name]]
        if entry.file_size < 1 << 20:
            self.visit.budget.unpacked(entry.file_size)
            return zipped.content(self.zip, entry)
        with zipped.opened(self.zip, entry) as stream:
            return self.visit.held(stream, entry.compress_size)

    def tree(self, name: str) -> Generator[Part, None, Element | None]:
        """A part's root as the generator's value; yields a Gap where it is missing or broken."""
        if name not in self.names:
            yield self.visit.unread(GapReason.BROKEN, "missing part", part=name)
            return None
        try:
            tree = markup.parsed(self.content(name).lstrip(b"\xef\xbb\xbf \t\r\n"))
        except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, ValueError) as error:
            yield self.visit.unread(GapReason.BROKEN, type(error).__name__, part=name)
            return None
        if tree.problem:
            yield self.visit.unread(GapReason.BROKEN, tree.problem, part=name)
        return tree.root


def _norm(name: str) -> str:
    return posixpath.normpath(name.replace("\\", "/")).lstrip("/").lower()


def _body(visit: Visit, package: Package, body: Element, part: str) -> Parts:
    for element in body.iter():
        name = markup.local(element.tag)
        if name not in {"DocRoot", "Signatures", ""} and element.text and element.text.strip():
            label = str(element.get("Name", name)) if name == "CustomData" else name
            yield from visit.property(label, element.text)
    for target in body.iter("{*}DocRoot"):
        name = package.find(target.text or "", part)
        root = yield from package.tree(name or _norm(target.text or ""))
        if root is not None:
            yield from _document(visit, package, root, name)


def _document(visit: Visit, package: Package, root: Element, part: str) -> Parts:
    box = next((element.text for element in root.iter("{*}PhysicalBox")), None)
    templates = {str(t.get("ID")): package.find(str(t.get("BaseLoc", "")), part) for t in root.iter("{*}TemplatePage")}
    pages = [element for element in root.iter("{*}Page") if element.get("BaseLoc")]
    numbers: dict[str, int] = {}
    for number, element in enumerate(pages, 1):
        visit.progress, visit.told = (number - 1) / len(pages), f"{number - 1} of {len(pages)} pages"
        visit.budget.page()
        numbers[str(element.get("ID"))] = number
        name = package.find(str(element.get("BaseLoc")), part)
        page = yield from package.tree(name or str(element.get("BaseLoc")))
        if page is not None:
            drawn = [page, *(yield from _templates(package, page, templates))]
            yield from Page(visit, number, box).read(drawn)
    for title in root.iter("{*}OutlineElem"):
        if title.get("Title"):
            yield Block(str(title.get("Title")), visit.place(part="outline"))
    for kind, reader in (("Annotations", _annotations), ("Attachments", _attachments)):
        for target in root.iter("{*}" + kind):
            if name := package.find(target.text or "", part):
                yield from reader(visit, package, name, numbers)


def _templates(package: Package, page: Element, templates: dict[str, str]) -> Generator[Part, None, list[Element]]:
    found: list[Element] = []
    for used in page.iter("{*}Template"):
        name = templates.get(str(used.get("TemplateID")), "")
        root = (yield from package.tree(name)) if name else None
        if root is not None:
            found.append(root)
    return found


def _annotations(visit: Visit, package: Package, part: str, numbers: dict[str, int]) -> Parts:
    root = yield from package.tree(part)
    for page in root.iter("{*}Page") if root is not None else ():
        for target in page.iter("{*}FileLoc"):
            inner = yield from package.tree(package.find(target.text or "", part) or _norm(target.text or ""))
            number = numbers.get(str(page.get("PageID")))
            for annotation in inner.iter("{*}Annot") if inner is not None else ():
                region = Region.WATERMARK if annotation.get("Type") == "Watermark" else Region.COMMENT
                yield from Page(visit, number, None, region).read([annotation])
                for note in annotation.iter("{*}Remark", "{*}Parameter"):
                    if note.text and note.text.strip():
                        yield Block(note.text, visit.place(region, page=number))


def _attachments(visit: Visit, package: Package, part: str, numbers: dict[str, int]) -> Parts:
    del numbers
    root = yield from package.tree(part)
    for attachment in root.iter("{*}Attachment") if root is not None else ():
        for target in attachment.iter("{*}FileLoc"):
            name = package.find(target.text or "", part)
            label = str(attachment.get("Name", "")) or posixpath.basename(name)
            if name and name not in package.read:
                yield from visit.inner(label, package.content(name))


def _rest(visit: Visit, package: Package) -> Parts:
    """Parts that nothing led to: pictures, fonts, seals, versions, and whatever was hidden among them."""
    for name, original in package.names.items():
        if name in package.read:
            continue
        if name.endswith(".xml"):
            root = yield from package.tree(name)
            nodes = [str(text).strip() for text in root.itertext() if str(text).strip()] if root is not None else []
            if texts := salvage.worded(nodes) if _SYSTEM.search(original) else nodes:
                yield Block("\n".join(texts), visit.place(part=original))
        elif _is_signature(name, content := package.content(name)):
            if texts := list(salvage.strings(content)):
                yield Block("\n".join(texts), visit.place(Region.METADATA, part=original))
        else:
            yield from visit.inner(original, content)


def _is_signature(name: str, content: bytes) -> bool:
    """Whether a part is a signature or seal (GM/T 0031) and nothing else: one sequence of ASN.1 from end to end."""
    if not name.endswith(".dat") or content[:1] != b"\x30" or len(content) < 4:
        return False
    width = content[1] & 0x7F if content[1] & 0x80 else 0
    length = int.from_bytes(content[2 : 2 + width]) if width else content[1]
    return width <= 4 and 2 + width + length == len(content)
