"""Pictures: what they say about themselves, and a Gap for the picture, which nobody has looked at."""

from __future__ import annotations

import struct

from classifiers.model import GapReason
from dlp.read import picture_behind, picture_notes
from dlp.read.visit import Parts, Visit

_DRAWN = frozenset({"image/emf", "image/wmf", "image/x-wmf", "image/vnd.dxf", "image/vnd.dwg"})
"""Drawings: nothing here turns them into pixels."""
_LOOKED_AT = 1 << 22
"""Bytes in which metadata is looked for."""
_READABLE = 400 * 560
"""Pixels from which a picture inside something else can hold a page that people can read."""


def read(visit: Visit) -> Parts:
    """A Gap with the share of a page that the picture takes; a picture sent by itself is all of the file."""
    source = visit.source
    head = source.head(_LOOKED_AT)
    if size := dimensions(head):
        yield from visit.property("dimensions", f"{size[0]} × {size[1]}")
    for name, text in picture_notes.texts(head):
        yield from visit.property(name, text)
    yield from picture_behind.read(visit)
    gap = visit.unseen(GapReason.PICTURE, coverage(visit), source.size)
    if visit.eyes is None or visit.media_type in _DRAWN:
        yield gap
        return
    visit.budget.held(source.size)
    yield from visit.eyes.look(source.all(), visit.place(), gap)


def coverage(visit: Visit) -> float:
    """0..1: as the document around it shows it, else by its pixels where it lies inside something, else all."""
    if visit.source.coverage is not None:
        return visit.source.coverage
    if not visit.source.depth:
        return 1.0
    head = visit.source.head(1 << 16)
    return drawn(head) if visit.media_type == "image/emf" else share(dimensions(head))


def drawn(head: bytes) -> float:
    """Share of an A4 page that a drawn picture takes, by the frame in its header (MS-EMF 2.3.4.2; 0.01 mm)."""
    if len(head) < 40:
        return 1.0
    left, top, right, bottom = struct.unpack_from("<4i", head, 24)
    return min(1.0, abs(right - left) * abs(bottom - top) / (21_000 * 29_700)) or 1.0


def share(size: tuple[int, int] | None) -> float:
    """Share of a page that people could read in so many pixels; all of it where they are not known."""
    return min(1.0, size[0] * size[1] / _READABLE) if size else 1.0


def dimensions(head: bytes) -> tuple[int, int] | None:
    """Width and height in pixels, from the first bytes; None where they do not tell."""
    if head.startswith(b"\x89PNG") and len(head) >= 24:
        return _pair(">II", head, 16)
    if head.startswith(b"GIF8") and len(head) >= 10:
        return _pair("<HH", head, 6)
    if head.startswith(b"BM") and len(head) >= 26:
        width, height = struct.unpack_from("<ii", head, 18)
        return abs(width), abs(height)
    if head.startswith(b"\xff\xd8"):
        return _jpeg(head)
    return None


def _pair(form: str, head: bytes, at: int) -> tuple[int, int]:
    one, two = struct.unpack_from(form, head, at)
    return int(one), int(two)


def _jpeg(head: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(head):
        if head[at] != 0xFF:
            return None
        marker, (length,) = head[at + 1], struct.unpack_from(">H", head, at + 2)
        # SOF0 to SOF15 but for the three that are tables (ITU-T T.81, B.1.1.3).
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack_from(">HH", head, at + 5)
            return int(width), int(height)
        at += 2 + length
    return None
