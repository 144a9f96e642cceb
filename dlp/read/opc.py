"""Packages of the Open Packaging Conventions (ISO/IEC 29500-2): every part of the zip, with its content type.

All entries are looked at, also those that no relationship leads to and those that share a name: a part that nothing
refers to still travels with the file.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote
from xml.sax.saxutils import unescape

from classifiers.model import Block, GapReason
from dlp.read import blank, markup, zipped
from dlp.read.directory import Directory
from dlp.read.visit import Parts, Visit

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_QUOTED = re.compile(r'([\w:]+)\s*=\s*"([^"]*)"')
"""The same where nobody wrote single quotes."""
_TYPE = re.compile(r"<(?:\w+:)?(Override|Default)\b([^>]*)>")
_PLAIN = re.compile(r'<(Override|Default) (?:PartName|Extension)="([^"]*)" ContentType="([^"]*)" ?/>')
"""A line of the table as nearly every program writes it."""
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b([^>]*)>")
_KIND = re.compile(r"(\w+)\+xml$")
RELATIONS = ".rels"
_SMALL, _AT_ONCE = 1 << 20, 1 << 24
"""Bytes below which a part may be unpacked at once, whatever its ratio, or within the ratio; others as a stream."""


class Relation(NamedTuple):
    """One part pointing at another, or out of the package."""

    id: str
    kind: str
    """Last step of its type, such as ``image`` or ``hyperlink``."""
    target: str
    external: bool


@dataclass(slots=True)
class Package:
    """An opened package and the visit it is read in."""

    visit: Visit
    directory: Directory
    types: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    titles: set[str] = field(default_factory=set)
    """Ids of paragraph styles for titles."""
    diagrams: set[str] = field(default_factory=set)
    """Texts of SmartArt seen so far."""
    areas: dict[str, float] = field(default_factory=dict)
    """How much of a page pictures take where they are shown, by part name in lower case."""

    def note_areas(self, part: str, areas: dict[str, float]) -> None:
        """Keep how large a part shows its pictures, by relationship id."""
        if areas:
            for relation in self.relations(part):
                if relation.id in areas:
                    name = relation.target.lower()
                    self.areas[name] = max(self.areas.get(name, 0.0), areas[relation.id])

    _relations: dict[str, bytes] = field(default_factory=dict)
    """Parts that tell relationships, which are asked for more than once."""
    _packed: tuple[zipfile.ZipInfo | None, bytes | None] = (None, None)
    """The part asked for last, as it is stored."""

    @property
    def zip(self) -> zipfile.ZipFile:
        """The package as zipfile opens it, for parts that are too long or too odd to be unpacked in one step."""
        return self.visit.source.zipped()

    def entries(self) -> Iterator[zipfile.ZipInfo]:
        """All parts that are not folders, in the order of the directory."""
        return (entry for entry in self.directory.entries if not entry.filename.endswith("/"))

    def type_of(self, entry: zipfile.ZipInfo) -> str:
        """Content type of a part, by the package's own table; empty where it has none."""
        name = entry.filename.lower()
        return self.types.get(name) or self.defaults.get(name.rpartition(".")[2], "")

    def content(self, entry: zipfile.ZipInfo) -> bytes:
        """The bytes of a part, counted. Raises what zipfile raises for a broken or encrypted one."""
        found = self.uncopied(entry)
        return bytes(found) if isinstance(found, bytearray) else found

    def uncopied(self, entry: zipfile.ZipInfo) -> bytes | bytearray:
        """The same as it came out, for those who need no ``bytes``."""
        size, packed = entry.file_size, self._stored(entry)
        small = size < _SMALL
        if packed is not None and (small or size <= len(packed) * self.visit.budget.limits.ratio):
            # Never more than the size that the directory names, so a lie about it cannot expand further.
            found = zipped.uncopied(packed, entry)
            if found is not None:
                self.visit.budget.unpacked(size)
                return found
        if small:
            self.visit.budget.unpacked(size)
            return zipped.content(self.zip, entry)
        with zipped.opened(self.zip, entry) as stream:
            return self.visit.held(stream, entry.compress_size)

    def is_blank(self, entry: zipfile.ZipInfo, kind: str) -> bool:
        """Whether this very part was read as this kind before and held nothing; then it need not be unpacked."""
        packed = self._stored(entry)
        return packed is not None and blank.memory().holds(packed, entry, kind)

    def note_blank(self, entry: zipfile.ZipInfo, kind: str) -> None:
        """This part was read whole, holds nothing, and nothing else in the package depends on it."""
        packed = self._stored(entry)
        if packed is not None:
            blank.memory().add(packed, entry, kind)

    def _stored(self, entry: zipfile.ZipInfo) -> bytes | None:
        """What is stored of a plain part that can be unpacked at once."""
        if self._packed[0] is not entry:
            plain = zipped.is_plain(entry, _AT_ONCE)
            self._packed = (entry, zipped.stored(self.directory, entry, 2 * _AT_ONCE) if plain else None)
        return self._packed[1]

    def tree(self, entry: zipfile.ZipInfo) -> Element | None:
        """The parsed part, or None; use where a missing part is no loss by itself."""
        return markup.parsed(self.content(entry)).root

    def relations(self, part: str) -> list[Relation]:
        """What a part points at."""
        folder, _, name = part.rpartition("/")
        path = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
        entry = self.directory.names.get(path)
        return relations(self.related(entry).decode("utf-8", "replace"), folder) if entry else []

    def related(self, entry: zipfile.ZipInfo) -> bytes:
        """The bytes of a part that tells relationships."""
        if entry.filename not in self._relations:
            self._relations[entry.filename] = self.content(entry)
        return self._relations[entry.filename]


@lru_cache(maxsize=256)
def last_word(kind: str) -> str:
    """What a content type calls its part: the last word before ``+xml``; empty where it is no XML."""
    found = _KIND.search(kind)
    return found[1] if found else ""


def opened(visit: Visit) -> Package:
    """The package of a visit, with its table of content types."""
    package = Package(visit, visit.source.directory())
    table = package.directory.names.get("[Content_Types].xml")
    if not table:
        return package
    text = package.content(table).decode("utf-8", "replace")
    plain = _PLAIN.findall(text)
    if len(plain) != text.count("ContentType=") or "&" in text or "%" in text:
        plain = [_type(which, attributes(rest)) for which, rest in _TYPE.findall(text)]
    for which, name, kind in plain:
        if which == "Override":
            package.types[name.lstrip("/").lower()] = kind
        else:
            package.defaults[name.lower()] = kind
    return package


def _type(which: str, told: dict[str, str]) -> tuple[str, str, str]:
    name = unquote(told.get("PartName", "")) if which == "Override" else told.get("Extension", "")
    return which, name, told.get("ContentType", "")


def attributes(text: str) -> dict[str, str]:
    """The attributes in a start tag."""
    if "'" not in text:
        found: dict[str, str] = dict(_QUOTED.findall(text))
    else:
        found = {name: one or two for name, one, two in _ATTRIBUTE.findall(text)}
    if "&" in text:
        quotes = {"&quot;": '"', "&apos;": "'"}
        found = {name: unescape(value, quotes) for name, value in found.items()}
    return found


def relations(text: str, folder: str) -> list[Relation]:
    """The relationships in a ``.rels`` part; targets become full part names."""
    found = []
    for rest in _RELATION.findall(text):
        told = attributes(rest)
        external = told.get("TargetMode") == "External"
        target = told.get("Target", "")
        kind = told.get("Type", "").rpartition("/")[2]
        found.append(Relation(told.get("Id", ""), kind, target if external else _full(folder, target), external))
    return found


def _full(folder: str, target: str) -> str:
    """A part name from a target relative to the folder of the part that names it."""
    steps: list[str] = [] if target.startswith("/") else folder.split("/")
    for step in target.lstrip("/").split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in {"", "."}:
            steps.append(step)
    return "/".join(steps)


def links(package: Package, entry: zipfile.ZipInfo, folder: str) -> Parts:
    """Targets outside the package: addresses of links, templates and linked files are text that people wrote."""
    content = package.related(entry)
    if b"External" not in content:
        package.note_blank(entry, RELATIONS)
        return
    visit = package.visit
    for relation in relations(content.decode("utf-8", "replace"), folder):
        if relation.external and relation.target:
            yield Block(unquote(relation.target), visit.place(part=relation.kind))


def problem(visit: Visit, part: str, found: str) -> Parts:
    """The Gap for a part whose XML was not read whole."""
    if found:
        reason = GapReason.TOO_DEEP if found == "depth" else GapReason.BROKEN
        yield visit.unread(reason, found, part=part)
