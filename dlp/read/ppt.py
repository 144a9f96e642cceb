"""PowerPoint 97 to 2003 (MS-PPT), and WPS's .dps: the text records of slides, notes, masters and comments."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from classifiers.model import GapReason, Region
from dlp.read import compound
from dlp.read.compound import Compound
from dlp.read.placing import block
from dlp.read.visit import Parts, Visit

_CONTAINER = 0xF
_SLIDE, _NOTES, _MASTER, _LIST, _PERSIST, _COMMENT, _MARGINS = 1006, 1008, 1016, 4080, 1011, 12000, 4057
_CHARACTERS, _BYTES, _STRING, _TYPE, _OBJECT, _CRYPT = 4000, 4008, 4026, 3999, 4113, 0x2F14
_TITLES = frozenset({0, 6})
_ENCRYPTED_TOKEN = b"\xdf\xc4\xd1\xf3"
_DEEPEST = 40


@dataclass(slots=True)
class _State:
    slide: int = 0
    listed: int = 0
    region: Region = Region.BODY
    title: bool = False


def read(document: Compound) -> Parts:
    """Every text record in order, with its slide where that is known."""
    visit = document.visit
    stream = document.content("PowerPoint Document")
    if document.content("Current User")[12:16] == _ENCRYPTED_TOKEN:
        yield visit.unread(GapReason.ENCRYPTED, "Current User")
        return
    yield from _records(visit, stream, (0, len(stream)), _State(), 0)
    yield from compound.pictures(visit, "Pictures", document.content("Pictures"))


def _records(visit: Visit, stream: bytes, span: tuple[int, int], state: _State, depth: int) -> Parts:
    at, end = span
    visit.budget.check_time()
    while at + 8 <= end:
        head, kind, length = struct.unpack_from("<HHI", stream, at)
        start, stop = at + 8, min(end, at + 8 + length)
        at = start + length
        if kind == _CRYPT:
            yield visit.unread(GapReason.ENCRYPTED, "CryptSession10")
        elif head & 0xF == _CONTAINER and depth < _DEEPEST:
            yield from _records(visit, stream, (start, stop), _inside(state, kind, head >> 4), depth + 1)
        elif kind == _PERSIST:
            state.listed += 1
        elif kind == _TYPE and stop - start >= 4:
            state.title = struct.unpack_from("<I", stream, start)[0] in _TITLES
        elif kind == _OBJECT:
            yield from _object(visit, stream[start:stop], head >> 4)
        elif kind in {_CHARACTERS, _BYTES, _STRING}:
            text = stream[start:stop].decode("cp1252" if kind == _BYTES else "utf-16-le", "replace")
            yield from _text(visit, text, state, kind)


def _inside(state: _State, kind: int, instance: int) -> _State:
    """What the records of a container belong to."""
    if kind == _SLIDE:
        state.slide += 1
        return _State(slide=state.slide)
    regions = {_NOTES: Region.NOTE, _MASTER: Region.HEADER, _COMMENT: Region.COMMENT, _MARGINS: Region.FOOTER}
    if kind == _LIST:
        return _State(region={1: Region.HEADER, 2: Region.NOTE}.get(instance, Region.BODY))
    if kind in regions:
        return _State(slide=state.slide if kind != _MASTER else 0, region=regions[kind])
    return state


def _text(visit: Visit, text: str, state: _State, kind: int) -> Parts:
    slide = (state.slide or state.listed) or None
    region = Region.TITLE if state.title and state.region is Region.BODY and kind != _STRING else state.region
    part = "string" if kind == _STRING and region is Region.BODY else ""
    for line in text.replace("\x0b", "\n").split("\r"):
        if line.strip("\0 *"):
            yield block(line.strip("\0"), visit.place(region, slide=slide, part=part))


def _object(visit: Visit, content: bytes, compressed: int) -> Parts:
    """An embedded object's compound file, or a macro project (MS-PPT 2.10.34)."""
    if compressed == 1:
        opened = zlib.decompressobj()
        try:
            found = opened.decompress(content[4:], visit.budget.limits.ratio * max(len(content), 1024))
        except zlib.error:
            yield visit.unread(GapReason.BROKEN, "object", part="object")
            return
        visit.budget.unpacked(len(found))
        content = found
    yield from visit.inner("object", content)
