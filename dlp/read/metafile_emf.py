"""Enhanced metafiles: their text records, and those of EMF+ inside their comments ([MS-EMF], [MS-EMFPLUS])."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from dlp.read.metafile import MOST_RUNS, Drawn, Run, decoded
from dlp.read.wide import text as decoded_wide

_HEADER, _END, _COMMENT, _FONT, _SELECT = 1, 14, 70, 82, 37
_MAPPING = frozenset({9, 10, 11, 12})
"""Size and origin of the window, then of the part of the device that it is shown on."""
_NARROW, _WIDE, _MANY_NARROW, _MANY_WIDE, _SMALL = 83, 84, 96, 97, 108
_TEXTS, _MANY = frozenset({_NARROW, _WIDE}), frozenset({_MANY_NARROW, _MANY_WIDE})
_BITMAPS = {76: 84, 77: 84, 78: 84, 79: 96, 80: 48, 81: 48, 114: 84, 116: 84}
"""Records that show a bitmap, to where the offset of its header stands; none there: only a colour."""
_CURVES = frozenset({2, 5, 56, 85, 88, 92})
"""Bézier curves, of which drawn letters are made."""
_GLYPHS, _NO_FRAME, _ONE_BYTE = 0x10, 0x100, 0x200
_TEXT = struct.Struct("<2i3I16xI")
_PLUS = 0x2B464D45
_PLUS_STRING, _PLUS_DRIVER, _PLUS_UNREAD = 0x401C, 0x4036, frozenset({0x4014, 0x4015, 0x4019, 0x401A, 0x401B})
_WANTED = _MAPPING | _TEXTS | _MANY | {_HEADER, _COMMENT, _FONT, _SELECT, _SMALL}


@dataclass(slots=True)
class _Reading:
    content: bytes
    drawn: Drawn = field(default_factory=Drawn)
    plus: list[Run] = field(default_factory=list)
    sets: dict[int, int] = field(default_factory=dict)
    """Character set of each font by its number."""
    character_set: int = 0
    bounds: tuple[int, int, int, int] = (0, 0, 0, 0)
    mapping: dict[int, tuple[int, int]] = field(default_factory=dict)


def read(content: bytes) -> Drawn:
    """All text of the picture. Raises struct.error where a record says more than there is."""
    reading = _Reading(content)
    words = memoryview(content)[: len(content) // 4 * 4].cast("I")
    at, end = 0, len(words) - 2
    while at <= end:
        kind, size = words[at], words[at + 1] >> 2
        if kind in _WANTED:
            _record(reading, kind, 4 * at, 4 * size)
        elif kind in _CURVES or (kind in _BITMAPS and _shows(content, kind, 4 * at, 4 * size)):
            reading.drawn.unread = True
        if kind == _END:
            break
        if size < 2 or len(reading.drawn.runs) > MOST_RUNS:
            reading.drawn.unread = True
            break
        at += size
    else:
        # Cut off before its end.
        reading.drawn.unread = True
    said = "".join("".join(run.text.split()) for run in reading.drawn.runs)
    # Programs write both kinds of records for the same words, so that older ones can show the picture.
    reading.drawn.runs += [run for run in reading.plus if "".join(run.text.split()) not in said]
    return reading.drawn


def _shows(content: bytes, kind: int, at: int, size: int) -> bool:
    where = at + _BITMAPS[kind]
    return size > _BITMAPS[kind] + 4 and content[where : where + 4] != b"\0\0\0\0"


def _record(reading: _Reading, kind: int, at: int, size: int) -> None:
    content = reading.content
    # The most frequent first.
    if kind == _SELECT:
        (number,) = struct.unpack_from("<I", content, at + 8)
        reading.character_set = reading.sets.get(number, reading.character_set)
    elif kind == _COMMENT:
        _comment(reading, at, size)
    elif kind in _TEXTS:
        _text(reading, at, at + 36, wide=kind == _WIDE)
    elif kind == _SMALL:
        _small(reading, at, size)
    elif kind in _MANY:
        (count,) = struct.unpack_from("<I", content, at + 36)
        for number in range(min(count, size // 40)):
            _text(reading, at, at + 40 + 40 * number, wide=kind == _MANY_WIDE)
    elif kind == _FONT:
        (number,) = struct.unpack_from("<I", content, at + 8)
        reading.sets[number] = content[at + 35]
    elif kind == _HEADER:
        reading.bounds = struct.unpack_from("<4i", content, at + 8)
        length, offset = struct.unpack_from("<II", content, at + 60)
        told = content[at + offset : at + offset + 2 * length].decode("utf-16-le", "replace") if length else ""
        reading.drawn.notes += [word for word in told.split("\0") if word.strip()]
    else:
        first, second = struct.unpack_from("<2i", content, at + 8)
        reading.mapping[kind] = first, second


def _text(reading: _Reading, at: int, where: int, *, wide: bool) -> None:
    """An EmrText object (2.2.5); its string stands where it says, from the record's start."""
    x, y, count, offset, options, spacing = _TEXT.unpack_from(reading.content, where)
    if options & _GLYPHS:
        reading.drawn.unread = reading.drawn.unread or count > 0
        return
    raw = reading.content[at + offset : at + offset + (2 if wide else 1) * count]
    text = decoded_wide(raw) if wide else decoded(raw, reading.character_set)
    advance = 0
    if spacing and at + spacing + 4 * count <= len(reading.content) and count < MOST_RUNS:
        advance = sum(struct.unpack_from(f"<{count}i", reading.content, at + spacing))
    _put(reading, text, (x, y), advance, struct.unpack_from("<4i", reading.content, at + 8))


def _small(reading: _Reading, at: int, size: int) -> None:
    x, y, count, options = struct.unpack_from("<2i2I", reading.content, at + 8)
    start = at + (36 if options & _NO_FRAME else 52)
    if options & _GLYPHS:
        reading.drawn.unread = True
    elif options & _ONE_BYTE:
        _put(reading, reading.content[start : min(start + count, at + size)].decode("latin-1"), (x, y))
    else:
        raw = reading.content[start : min(start + 2 * count, at + size)]
        _put(reading, decoded_wide(raw), (x, y))


def _put(
    reading: _Reading, text: str, at: tuple[int, int], advance: int = 0, frame: tuple[int, ...] = (0, 0, -1, -1)
) -> None:
    left, top, right, bottom = reading.bounds
    share: tuple[float | None, float | None] = (None, None)
    if right > left and bottom > top:
        # LibreOffice gives the frame in units of the window, which then lies outside the picture.
        within = left <= frame[0] < frame[2] <= right and top <= frame[1] < frame[3] <= bottom
        x, y = (frame[0], frame[1]) if within else (_mapped(reading, 0, at[0]), _mapped(reading, 1, at[1]))
        share = min(1.0, max(0.0, (x - left) / (right - left))), min(1.0, max(0.0, (y - top) / (bottom - top)))
    reading.drawn.runs.append(Run(text, *at, advance, *share))


def _mapped(reading: _Reading, axis: int, at: int) -> float:
    """A coordinate of the window on the device."""
    window, origin, shown, start = (reading.mapping.get(kind, (0, 0))[axis] for kind in (9, 10, 11, 12))
    return (at - origin) * (shown / window if window and shown else 1.0) + start


def _comment(reading: _Reading, at: int, size: int) -> None:
    """EMF+ records, or whatever a program noted."""
    content = reading.content
    length, name = struct.unpack_from("<II", content, at + 8)
    stop = min(at + 12 + length, at + size, len(content))
    if name != _PLUS:
        return
    at += 16
    while at + 12 <= stop:
        kind, _, long, _ = struct.unpack_from("<2H2I", content, at)
        if kind == _PLUS_STRING:
            (count,) = struct.unpack_from("<I", content, at + 20)
            x, y = struct.unpack_from("<2f", content, at + 24)
            _plus(reading, content[at + 40 : min(at + 40 + 2 * count, stop)], x, y)
        elif kind == _PLUS_DRIVER:
            options, _, count = struct.unpack_from("<3I", content, at + 16)
            raw = content[at + 28 : min(at + 28 + 2 * count, stop)]
            if options & 1:
                x, y = struct.unpack_from("<2f", content, at + 28 + (2 * count + 3) // 4 * 4) if count else (0.0, 0.0)
                _plus(reading, raw, x, y)
            else:
                reading.drawn.unread = True
        elif kind in _PLUS_UNREAD:
            reading.drawn.unread = True
        if long < 12:
            break
        at += long


def _plus(reading: _Reading, raw: bytes, x: float, y: float) -> None:
    # Not a number is no place, and a huge one none that is of use.
    place = tuple(int(one) if abs(one) < 1 << 30 else 0 for one in (x, y))
    reading.plus.append(Run(decoded_wide(raw), *place))
