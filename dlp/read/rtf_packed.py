"""Compressed RTF of Outlook messages (MS-OXRTFCP)."""

from __future__ import annotations

import struct
from functools import cache

_COMPRESSED, _PLAIN = b"LZFu", b"MELA"
_START = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n\\par "
    rb"\pard\plain\f0\fs20\b\i\u\tab\tx"
)
_WINDOW = 4096
_Runs = tuple[tuple[int, ...], int]


def unpacked(content: bytes) -> bytes:
    """The RTF in a compressed body; ValueError where it is not one."""
    if len(content) < 16:
        raise ValueError("compressed RTF is too short")
    (size,) = struct.unpack_from("<I", content, 4)
    if content[8:12] == _PLAIN:
        return content[16 : 16 + size]
    if content[8:12] != _COMPRESSED:
        raise ValueError("not compressed RTF")
    return _expanded(content, size)


def _expanded(content: bytes, size: int) -> bytes:
    # The window is the end of all that was written; before that lies the window as it is at the beginning.
    text = bytearray(_START.ljust(_WINDOW, b"\0") + _START)
    before, runs, end = len(text), _runs(), len(content)
    # The last copy may be cut in two.
    content += b"\0"
    at, full = 16, before + size
    while at < end and len(text) < full:
        counts, rest = runs[content[at]]
        at += 1
        for literals in counts:
            text += content[at : min(at + literals, end)]
            at += literals
            if at >= end:
                break
            code = content[at] << 8 | content[at + 1]
            at += 2
            back, length = (len(text) - (code >> 4)) % _WINDOW, (code & 0xF) + 2
            if not back:
                return bytes(text[before:])
            start = len(text) - back
            copied = text[start : start + length]
            # What it copies may begin with what it has just written.
            text += copied if back >= length else (copied * length)[:length]
        else:
            text += content[at : min(at + rest, end)]
            at += rest
    return bytes(text[before:])


@cache
def _runs() -> tuple[_Runs, ...]:
    """For each byte of flags: how many literal bytes stand before each of its copies, and behind the last."""
    return tuple(_of(flags) for flags in range(256))


def _of(flags: int) -> _Runs:
    *counts, rest = map(len, f"{flags:08b}"[::-1].split("1"))
    return tuple(counts), rest
