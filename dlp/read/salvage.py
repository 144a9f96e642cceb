"""Runs of readable characters in bytes of no known structure: the marked fallback, never the first choice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dlp.read import wide

_WIDE = re.compile("[\x20-\x7e\t\r\n\u3000-\u303f\u4e00-\u9fff\uff01-\uff65]{4,}")
# What cannot be readable is ruled out byte by byte, in C, before any pattern looks at it: half the time.
_HIGH_BYTES = bytes(byte in {0x00, 0x30, 0xFF} or 0x4E <= byte <= 0x9F for byte in range(256))
_FOUR = re.compile(rb"\x01\x01\x01\x01+")
_PRINTED = bytes(0x20 <= byte <= 0x7E or byte == 0x09 for byte in range(256))
_SIX = re.compile(rb"\x01\x01\x01\x01\x01\x01+")

_CODED = re.compile(r"[A-Za-z0-9+/\r\n]{24,}={0,2}|true|false|-?[\d.]{1,7}")


def worded(texts: Iterable[str]) -> list[str]:
    """Text nodes of XML that programs write for themselves, without digests, pictures, switches and small numbers."""
    return [text for text in map(str.strip, texts) if text and not _CODED.fullmatch(text)]


def strings(content: bytes) -> Iterator[str]:
    """UTF-16 runs of at least 4 characters, at even and at odd offsets, and ASCII runs of at least 6."""
    for offset in (0, 1):
        for run in _FOUR.finditer(content[offset + 1 :: 2].translate(_HIGH_BYTES)):
            raw = content[offset + 2 * run.start() : offset + 2 * run.end()]
            if raw.isascii() and b"\0" not in raw:
                continue  # ASCII taken two letters at a time, which looks like Chinese
            for found in _WIDE.finditer(wide.text(raw, "strict")):
                # The same beside other characters; it is given below as what it is.
                if found[0].isascii() or not raw[2 * found.start() : 2 * found.end()].isascii():
                    yield found[0].strip()
    for narrow in _SIX.finditer(content.translate(_PRINTED)):
        yield content[narrow.start() : narrow.end()].decode("ascii")
