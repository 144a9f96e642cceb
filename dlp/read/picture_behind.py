"""What stands behind the end of a picture: viewers show none of it, and an archive may be hung on to any picture."""

from __future__ import annotations

import io
import re
import struct

from dlp.read import sniff
from dlp.read.budget import MOST_HELD
from dlp.read.source import Source
from dlp.read.visit import Parts, Visit

_NAME = "behind the picture"
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_SEVERAL = b"MPF\0"
"""Cameras keep a second, smaller version behind the first, and say so (CIPA DC-007)."""


def read(visit: Visit) -> Parts:
    """What is there as a document of its own, where it is of a known type; programs leave notes of their own there."""
    content = visit.source.all() if visit.source.size <= MOST_HELD else b""
    end = ending(content)
    behind = content[end:] if end else b""
    if len(behind.strip(b"\0\r\n ")) < 4:
        return
    kind = sniff.media_type(Source(io.BytesIO(behind), len(behind), _NAME))
    if kind != sniff.UNKNOWN and not (kind == "image/jpeg" and _SEVERAL in content[: 1 << 16]):
        yield from visit.inner(_NAME, behind)


def ending(content: bytes) -> int:
    """The first byte behind a PNG or JPEG; 0 where it is another picture, or has no end."""
    try:
        if content.startswith(b"\x89PNG\r\n\x1a\n"):
            return _png(content)
        return _jpeg(content) if content.startswith(b"\xff\xd8") else 0
    except struct.error:
        return 0


def _png(content: bytes) -> int:
    at = 8
    while content[at + 4 : at + 8] != b"IEND":
        at += 12 + int(struct.unpack_from(">I", content, at)[0])
    return at + 12


def _jpeg(content: bytes) -> int:
    at = 2
    while (found := _MARKER.search(content, at)) is not None:
        marker = content[found.start() + 1]
        if marker == 0xD9:
            return found.end()
        at = found.end() + int(struct.unpack_from(">H", content, found.end())[0])
    return 0
