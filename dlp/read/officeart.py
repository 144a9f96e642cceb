"""Metafiles behind a head of their own, in compound files.

Drawn pictures among the shapes of old Office formats ([MS-ODRAW] 2.2.24, 2.2.25), and the views that objects keep of
themselves ([MS-OLEDS] 2.3.4).
"""

from __future__ import annotations

import re
import struct
import zlib

from classifiers.model import GapReason
from dlp.read.visit import Parts, Visit

_BLIP = re.compile(rb"([\x40\x50])\x3d\x1a\xf0|([\x60\x70])\x21\x1b\xf0")
"""Record heads of EMF and WMF, with one checksum or two."""
_HEADS = (b"\x3d\x1a\xf0", b"\x21\x1b\xf0")
_TWO = (b"\x50", b"\x70")
_HEAD = struct.Struct("<I16x2iIBB")
_DEFLATED = 0
_A4 = 7560310 * 10692130
"""Square EMU."""
_NO_NAME = 0xFFFFFFFF
_METAFILES = frozenset({3, 14})


def metafiles(visit: Visit, label: str, content: bytes) -> Parts:
    """Every drawn picture in a stream, as a document of its own; a Gap for one that does not come out."""
    # Two plain searches take a twentieth of the pattern, and most streams hold neither.
    if not any(head in content for head in _HEADS):
        return
    for found in _BLIP.finditer(content):
        at = found.end() + 4 + (32 if (found[1] or found[2]) in _TWO else 16)
        if at + _HEAD.size > len(content):
            continue
        size, wide, high, packed, compression, _ = _HEAD.unpack_from(content, at)
        raw = content[at + _HEAD.size : at + _HEAD.size + packed]
        covers = min(1.0, abs(wide * high) / _A4) or 1.0
        if compression == _DEFLATED:
            visit.budget.held(size)
            try:
                raw = zlib.decompressobj().decompress(raw, size + 1)
            except zlib.error:
                yield visit.unseen(GapReason.PICTURE, covers, part=label)
                continue
            visit.budget.unpacked(len(raw))
        yield from visit.inner(label, raw, coverage=covers)


def view(content: bytes) -> bytes:
    """The metafile in a presentation stream; empty where it is of another kind."""
    try:
        name, kind, device = struct.unpack_from("<3I", content)
        if name != _NO_NAME or kind not in _METAFILES:
            return b""
        at = 8 + max(4, device) + 28
        (size,) = struct.unpack_from("<I", content, at - 4)
    except struct.error:
        return b""
    return content[at : at + size]
