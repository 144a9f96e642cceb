"""Windows metafiles: their text records, in the code page of the font that is chosen ([MS-WMF])."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from dlp.read import metafile_emf
from dlp.read.metafile import MOST_RUNS, Drawn, Run, decoded

PLACEABLE = b"\xd7\xcd\xc6\x9a"
_TEXT, _PLACED_TEXT, _FONT, _SELECT, _DELETE, _ESCAPE = 0x0521, 0x0A32, 0x02FB, 0x012D, 0x01F0, 0x0626
_WINDOW_AT, _WINDOW_SIZE = 0x020B, 0x020C
_CREATED = frozenset({0x02FA, 0x02FC, 0x02FB, 0x00F7, 0x01F9, 0x06FF, 0x0142})
"""Records that take the next free place in the table of objects."""
_BITMAPS = {0x0940: 24, 0x0B41: 28, 0x0F43: 28, 0x0922: 24, 0x0B23: 28, 0x0D33: 24}
"""Records that show a bitmap, to their size in bytes without one."""
_FRAMED, _GLYPHS = 0x06, 0x10
_COMMENT, _ENHANCED = 0x000F, b"WMFC\x01\0\0\0"


@dataclass(slots=True)
class _Reading:
    content: bytes
    drawn: Drawn = field(default_factory=Drawn)
    table: list[int | None] = field(default_factory=list)
    """Character set of each object, -1 for what is no font, None where the place is free."""
    character_set: int = 0
    window: tuple[int, int, int, int] = (0, 0, 0, 0)
    enhanced: bytearray = field(default_factory=bytearray)


def read(content: bytes) -> Drawn:
    """All text of the picture. Raises struct.error where a record says more than there is."""
    reading = _Reading(content)
    at = 22 if content.startswith(PLACEABLE) else 0
    at += 2 * struct.unpack_from("<H", content, at + 2)[0]
    while at + 6 <= len(content):
        size, kind = struct.unpack_from("<IH", content, at)
        if kind == 0:
            break
        if size < 3 or len(reading.drawn.runs) > MOST_RUNS:
            reading.drawn.unread = True
            break
        _record(reading, kind, at + 6, min(len(content), at + 2 * size))
        at += 2 * size
    else:
        reading.drawn.unread = True
    _same_picture(reading)
    return reading.drawn


def _same_picture(reading: _Reading) -> None:
    """The enhanced metafile that newer programs hide in comments: what it says beyond the rest."""
    if reading.enhanced:
        more = metafile_emf.read(bytes(reading.enhanced))
        said = "".join("".join(run.text.split()) for run in reading.drawn.runs)
        reading.drawn.runs += [run for run in more.runs if "".join(run.text.split()) not in said]
        reading.drawn.notes += more.notes


def _record(reading: _Reading, kind: int, at: int, end: int) -> None:
    content = reading.content
    if kind in _BITMAPS:
        reading.drawn.unread = reading.drawn.unread or end - at + 6 > _BITMAPS[kind]
    elif kind in _CREATED:
        found = content[at + 13] if kind == _FONT and at + 13 < end else -1
        free = reading.table.index(None) if None in reading.table else len(reading.table)
        reading.table[free : free + 1] = [found]
    elif kind in {_SELECT, _DELETE}:
        (number,) = struct.unpack_from("<H", content, at)
        chosen = reading.table[number] if number < len(reading.table) else None
        if kind == _DELETE and number < len(reading.table):
            reading.table[number] = None
        elif kind == _SELECT and chosen is not None and chosen >= 0:
            reading.character_set = chosen
    elif kind in {_WINDOW_AT, _WINDOW_SIZE}:
        down, across = struct.unpack_from("<2h", content, at)
        old = reading.window
        reading.window = (across, down, *old[2:]) if kind == _WINDOW_AT else (*old[:2], across, down)
    elif kind == _TEXT:
        (count,) = struct.unpack_from("<H", content, at)
        y, x = struct.unpack_from("<2h", content, at + 2 + count + count % 2)
        _put(reading, content[at + 2 : min(end, at + 2 + count)], (x, y), b"")
    elif kind == _PLACED_TEXT:
        y, x, count, options = struct.unpack_from("<2h2H", content, at)
        if options & _GLYPHS:
            reading.drawn.unread = True
            return
        start = at + (16 if options & _FRAMED else 8)
        stop = min(end, start + count)
        _put(reading, content[start:stop], (x, y), content[stop + count % 2 : end])
    elif kind == _ESCAPE:
        _escape(reading, content[at:end])


def _put(reading: _Reading, raw: bytes, at: tuple[int, int], spacing: bytes) -> None:
    across, down, width, height = reading.window
    left = min(1.0, max(0.0, (at[0] - across) / width)) if width else None
    top = min(1.0, max(0.0, (at[1] - down) / height)) if height else None
    steps = memoryview(spacing)[: 2 * len(raw)]
    advance = sum(steps.cast("h")) if len(steps) == 2 * len(raw) else 0
    reading.drawn.runs.append(Run(decoded(raw, reading.character_set), *at, advance, left, top))


def _escape(reading: _Reading, content: bytes) -> None:
    """A comment (2.3.6.25) with a piece of the same picture as an enhanced metafile, or with words."""
    function, length = struct.unpack_from("<2H", content)
    if function != _COMMENT:
        return
    if content[4:12] == _ENHANCED:
        reading.enhanced += content[38 : 4 + length]
