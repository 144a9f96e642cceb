"""Compressed RTF of Outlook messages (MS-OXRTFCP)."""

from __future__ import annotations

import struct

_COMPRESSED, _PLAIN = b"LZFu", b"MELA"
_START = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n\\par "
    rb"\pard\plain\f0\fs20\b\i\u\tab\tx"
)
_WINDOW = 4096


def unpacked(content: bytes) -> bytes:
    """The RTF in a compressed body; ValueError where it is not one."""
    if len(content) < 16:
        raise ValueError("compressed RTF is too short")
    (size,) = struct.unpack_from("<I", content, 4)
    if content[8:12] == _PLAIN:
        return content[16 : 16 + size]
    if content[8:12] != _COMPRESSED:
        raise ValueError("not compressed RTF")
    window = bytearray(_START.ljust(_WINDOW, b"\0"))
    at, write, found = 16, len(_START), bytearray()
    while at < len(content) and len(found) < size:
        flags, at = content[at], at + 1
        for bit in range(8):
            if at >= len(content):
                break
            if not flags >> bit & 1:
                taken, at = content[at : at + 1], at + 1
            else:
                (code,) = struct.unpack_from(">H", content.ljust(at + 2, b"\0"), at)
                at += 2
                start, length = code >> 4, (code & 0xF) + 2
                if start == write % _WINDOW:
                    return bytes(found)
                taken = b""
                for step in range(length):
                    byte = window[(start + step) % _WINDOW]
                    window[write % _WINDOW] = byte
                    write += 1
                    taken += bytes((byte,))
                found += taken
                continue
            window[write % _WINDOW] = taken[0]
            write += 1
            found += taken
    return bytes(found)
