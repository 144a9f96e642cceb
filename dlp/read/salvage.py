"""Runs of readable characters in bytes of no known structure: the marked fallback, never the first choice."""

from __future__ import annotations

import re
from collections.abc import Iterator

_WIDE = re.compile(rb"(?:[\x20-\x7e\t\r\n]\x00|[\x00-\xff][\x4e-\x9f]|[\x00-\x1f]\x30|[\x00-\x65]\xff){4,}")
_NARROW = re.compile(rb"[\x20-\x7e\t]{6,}")


def strings(content: bytes) -> Iterator[str]:
    """UTF-16 and ASCII runs of at least 4 and 6 characters."""
    for found in _WIDE.finditer(content):
        # At an odd offset the same pattern fits shifted text; both readings are given, junk costs less than a loss.
        text = found[0].decode("utf-16-le", "replace").strip()
        if text:
            yield text
    for found in _NARROW.finditer(content):
        yield found[0].decode("ascii")
