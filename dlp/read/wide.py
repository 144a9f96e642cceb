"""Text in UTF-16, as Windows keeps it: decoded without the way through the registry of codecs.

That way is three times as long as a short text takes, and an old document has thousands of them.
"""

from __future__ import annotations

from codecs import utf_16_le_decode, utf_16_le_encode


def text(raw: bytes | bytearray, errors: str = "replace") -> str:
    """The text of these bytes; those that are none are replaced, or UnicodeDecodeError where they should not be."""
    return utf_16_le_decode(raw, errors, True)[0]


def raw(text: str) -> bytes:
    """The bytes of a text."""
    return utf_16_le_encode(text)[0]
