"""AppleSingle and AppleDouble (RFC 1740, appendix A): the file that is packed in one, and what stands beside it."""

from __future__ import annotations

import struct

from classifiers.model import Block, GapReason, Region
from dlp.read import salvage
from dlp.read.visit import Parts, Visit

_ENTRIES_AT, _ENTRY = 24, struct.Struct(">3I")
_DATA, _NAME = 1, 3


def read(visit: Visit) -> Parts:
    """The data fork as a document of its own, under its real name where that is told; readable runs of the rest."""
    visit.budget.held(visit.source.size)
    content = visit.source.all()
    try:
        (count,) = struct.unpack_from(">H", content, _ENTRIES_AT)
        entries = [_ENTRY.unpack_from(content, _ENTRIES_AT + 2 + _ENTRY.size * number) for number in range(count)]
    except struct.error:
        yield visit.unread(GapReason.BROKEN, "entries")
        return
    parts = {kind: content[at : at + length] for kind, at, length in entries}
    name = parts.pop(_NAME, b"").decode("utf-8", "replace")
    if name:
        yield Block(name, visit.place(Region.FILE_NAME, part=name))
    data = parts.pop(_DATA, b"")
    text = "\n".join(run for part in parts.values() for run in salvage.strings(part))
    if text:
        yield Block(text, visit.place(Region.METADATA, part="salvage"))
    if data:
        yield from visit.inner(name or "data", data)
