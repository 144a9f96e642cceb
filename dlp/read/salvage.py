"""Runs of readable characters in bytes of no known structure: the marked fallback, never the first choice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dlp.read import wide

_WIDE = re.compile("[\x20-\x7e\t\r\n\u3000-\u303f\u4e00-\u9fff\uff01-\uff65]{4,}")
# What cannot be readable is ruled out byte by byte, in C, before any pattern looks at it: half the time.
_HIGH_BYTES = bytes(byte if byte in {0x00, 0x30, 0xFF} or 0x4E <= byte <= 0x9F else 0x01 for byte in range(256))
"""The first byte of a readable character, or one that stands for no such; so nothing is left that does not decode."""
_PRINTED = bytes(0x20 <= byte <= 0x7E or byte == 0x09 for byte in range(256))
_PIECE = 1 << 20
"""Characters."""
_SIX = re.compile(rb"\x01\x01\x01\x01\x01\x01+")

_CODED = re.compile(r"[A-Za-z0-9+/\r\n]{24,}={0,2}|true|false|-?[\d.]{1,7}")


def worded(texts: Iterable[str]) -> list[str]:
    """Text nodes of XML that programs write for themselves, without digests, pictures, switches and small numbers."""
    return [text for text in map(str.strip, texts) if text and not _CODED.fullmatch(text)]


def strings(content: bytes) -> Iterator[str]:
    """UTF-16 runs of at least 4 characters, at even and at odd offsets, and ASCII runs of at least 6."""
    for offset in (0, 1):
        highs = content[offset + 1 :: 2].translate(_HIGH_BYTES)
        at = 0
        while at < len(highs):
            # In pieces, for the memory; none is cut where it could be read on.
            end = highs.find(b"\x01", at + _PIECE)
            end = end if end > 0 else len(highs)
            units = bytearray(memoryview(content)[offset + 2 * at : offset + 2 * end])
            units[1::2] = highs[at:end]
            at = end
            yield from _wide(units)
    for narrow in _SIX.finditer(content.translate(_PRINTED)):
        yield content[narrow.start() : narrow.end()].decode("ascii")


def _wide(units: bytearray) -> Iterator[str]:
    for found in _WIDE.findall(wide.text(units)):
        # ASCII taken two letters at a time looks like Chinese; it is given as what it is.
        if found.isascii() or not wide.raw(found).isascii():
            yield found.strip()
