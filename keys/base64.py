"""Strict base64: one text for each byte string, so that a header cannot be altered without altering its bytes."""

from __future__ import annotations

import base64
import binascii


def encode_bare(content: bytes) -> str:
    """Base64 without padding, as age headers use it."""
    return base64.b64encode(content).decode("ascii").rstrip("=")


def decode_bare(text: bytes | str) -> bytes:
    """The bytes of canonical base64 without padding. Raises ValueError for anything else."""
    raw = text.encode("ascii") if isinstance(text, str) else text
    if b"=" in raw:
        raise ValueError("padding is not allowed here")
    return decode(raw + b"=" * (-len(raw) % 4))


def decode(text: bytes | str) -> bytes:
    """The bytes of canonical, padded base64. Raises ValueError for anything else."""
    raw = text.encode("ascii") if isinstance(text, str) else text
    try:
        content = base64.b64decode(raw, validate=True)
    except binascii.Error as fault:
        raise ValueError("not base64") from fault
    # Python takes stray bits in the last character; two texts for one value would make sealed files malleable.
    if base64.b64encode(content) != raw:
        raise ValueError("base64 is not canonical")
    return content
