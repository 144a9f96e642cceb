"""Source of macros (MS-OVBA 2.4.1): each module's text is compressed behind its compiled form."""

from __future__ import annotations

import struct

_START = b"\x00Attribut"
"""Every module's source begins with ``Attribute``; these are its flag byte and its first eight characters."""
_CHUNK = 4096


def source(stream: bytes) -> str:
    """The source in a module's stream; empty where there is none. It is in the project's code page, mostly GBK here."""
    at = stream.find(_START)
    if at < 3 or stream[at - 3] != 1:
        return ""
    raw = _unpacked(stream[at - 2 :])
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def _unpacked(content: bytes) -> bytes:
    found, at = bytearray(), 0
    while at + 2 <= len(content):
        (header,) = struct.unpack_from("<H", content, at)
        size, packed = (header & 0x0FFF) + 3, header >> 15
        if header >> 12 & 7 != 3:
            break
        chunk = content[at + 2 : at + size]
        found += _chunk(chunk) if packed else chunk[:_CHUNK]
        at += size
    return bytes(found)


def _chunk(content: bytes) -> bytes:
    found, at = bytearray(), 0
    while at < len(content):
        flags, at = content[at], at + 1
        for bit in range(8):
            if at >= len(content):
                break
            if not flags >> bit & 1:
                found.append(content[at])
                at += 1
                continue
            if at + 2 > len(content):
                return bytes(found)
            (token,) = struct.unpack_from("<H", content, at)
            at += 2
            # The longer the text before, the more bits say how far back to copy from.
            bits = max(4, (len(found) - 1).bit_length())
            length, back = (token & (0xFFFF >> bits)) + 3, (token >> (16 - bits)) + 1
            if back > len(found):
                return bytes(found)
            for _ in range(length):
                found.append(found[-back])
    return bytes(found)
