"""Runs of readable characters in bytes of no known structure: the marked fallback, never the first choice."""

from __future__ import annotations

import re
from collections.abc import Iterator

_WIDE = re.compile("[\x20-\x7e\t\r\n\u3000-\u303f\u4e00-\u9fff\uff01-\uff65]{4,}")
_NARROW = re.compile(rb"[\x20-\x7e\t]{6,}")


def strings(content: bytes) -> Iterator[str]:
    """UTF-16 runs of at least 4 characters, at even and at odd offsets, and ASCII runs of at least 6."""
    for offset in (0, 1):
        # Decoded as a whole and searched by one class of characters: ten times as fast as a pattern over bytes.
        text = content[offset : offset + (len(content) - offset) // 2 * 2].decode("utf-16-le", "replace")
        for found in _WIDE.finditer(text):
            # Plain ASCII taken two letters at a time looks like Chinese; it is given below as what it is.
            if not found[0].encode("utf-16-le").isascii() or found[0].isascii():
                yield found[0].strip()
    for narrow in _NARROW.finditer(content):
        yield narrow[0].decode("ascii")
