"""What sound, film and fonts say in words: title, author, comment, lyrics, place; the names of a font.

Sources: ID3v2.3 and 2.4, Vorbis I comment header, RFC 9639 (FLAC), ISO/IEC 14496-12 and the QuickTime file format
(MP4), RIFF INFO, OpenType 1.9 ``name``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

_HEAD = 1 << 20
_MOST_TEXT = 1 << 18
_MOST_BOXES, _DEEPEST = 2000, 6
_INSIDE = frozenset({b"moov", b"udta", b"meta", b"ilst", b"trak", b"mdia", b"minf"})
_CODECS = {0: "", 1: "utf-16", 2: "utf-16-be", 3: "utf-8"}
Notes = Iterator[tuple[str, str]]


def texts(file: BinaryIO, size: int) -> Notes:
    """Name and text of each note. Raises struct.error where one is cut short."""
    file.seek(0)
    head = file.read(_HEAD)
    if head.startswith(b"ID3"):
        yield from _id3(head)
    elif head.startswith(b"fLaC"):
        yield from _flac(head)
    elif head.startswith(b"OggS"):
        for mark in (b"\x03vorbis", b"OpusTags"):
            if (at := head.find(mark)) >= 0:
                yield from _vorbis(head[at + len(mark) :])
    elif head.startswith(b"RIFF"):
        yield from _riff(file, size)
    elif head[4:8] == b"ftyp":
        yield from _boxes(file, 0, size, [_MOST_BOXES], 0)
    elif head.startswith((b"\0\1\0\0", b"OTTO", b"true")):
        yield from _font(head)
    if size > 128:
        file.seek(size - 128)
        yield from _old_id3(file.read(128))


def _id3(head: bytes) -> Notes:
    size = _seven_bits(head[6:10])
    at, end = 10, min(len(head), 10 + size)
    while at + 10 <= end and head[at : at + 4].isalnum():
        kind, raw = head[at : at + 4].decode("ascii"), head[at + 4 : at + 8]
        length = _seven_bits(raw) if head[3] == 4 else int.from_bytes(raw)
        body = head[at + 10 : at + 10 + length]
        at += 10 + length
        if body and (kind[0] == "T" or kind in {"COMM", "USLT"}):
            yield kind, _spoken(body, 3 if kind in {"COMM", "USLT"} else 0)


def _spoken(body: bytes, language: int) -> str:
    codec, raw = _CODECS.get(body[0], ""), body[1 + language :][:_MOST_TEXT]
    if not codec:
        return _legacy(raw.replace(b"\0", b" "))
    # A description and the text behind it begin with a mark of their own each.
    return raw.decode(codec, "replace").replace("\0", " ").replace("\ufeff", "").replace("\ufffe", "")


def _seven_bits(raw: bytes) -> int:
    return sum((byte & 0x7F) << 7 * place for place, byte in enumerate(reversed(raw)))


def _old_id3(tail: bytes) -> Notes:
    if tail.startswith(b"TAG"):
        for name, start, end in (("title", 3, 33), ("artist", 33, 63), ("album", 63, 93), ("comment", 97, 127)):
            yield name, _legacy(tail[start:end])


def _flac(head: bytes) -> Notes:
    at, last = 4, False
    while not last and at + 4 <= len(head):
        last, kind, length = bool(head[at] & 0x80), head[at] & 0x7F, int.from_bytes(head[at + 1 : at + 4])
        if kind == 4:
            yield from _vorbis(head[at + 4 : at + 4 + length])
        at += 4 + length


def _vorbis(body: bytes) -> Notes:
    (length,) = struct.unpack_from("<I", body)
    (count,) = struct.unpack_from("<I", body, 4 + length)
    at = 8 + length
    for _ in range(min(count, 500)):
        (length,) = struct.unpack_from("<I", body, at)
        name, _, text = body[at + 4 : at + 4 + min(length, _MOST_TEXT)].decode("utf-8", "replace").partition("=")
        yield name, text
        at += 4 + length


def _riff(file: BinaryIO, size: int) -> Notes:
    at = 12
    for _ in range(_MOST_BOXES):
        if at + 8 > size:
            return
        file.seek(at)
        kind, length = struct.unpack("<4sI", file.read(8))
        if kind == b"LIST" and file.read(4) == b"INFO":
            body, inner = file.read(min(length, _HEAD)), 0
            while inner + 8 <= len(body):
                name, count = struct.unpack_from("<4sI", body, inner)
                yield name.decode("latin-1"), _legacy(body[inner + 8 : inner + 8 + count])
                inner += 8 + count + count % 2
        at += 8 + length + length % 2


def _boxes(file: BinaryIO, at: int, end: int, left: list[int], deep: int) -> Notes:
    while at + 8 <= end and left[0]:
        left[0] -= 1
        file.seek(at)
        length, kind = struct.unpack(">I4s", file.read(8))
        head = 8
        if length == 1:
            (length,), head = struct.unpack(">Q", file.read(8)), 16
        length = length or end - at
        if length < head:
            return
        if kind in _INSIDE and deep < _DEEPEST:
            # In MP4 four bytes of version stand before what is in it; QuickTime has none.
            peek = file.read(8)
            skip = 4 if kind == b"meta" and peek[4:8] != b"hdlr" else 0
            yield from _boxes(file, at + head + skip, min(end, at + length), left, deep + 1)
        elif length < _MOST_TEXT:
            yield from _note(kind, file.read(length - head))
        at += length


def _note(kind: bytes, body: bytes) -> Notes:
    """A note of iTunes (a ``data`` box inside), of QuickTime (length and language first), or of 3GPP."""
    at, name = body.find(b"data"), kind.decode("latin-1")
    if at >= 4 and body[at + 4 : at + 8] == b"\0\0\0\1":
        yield name, body[at + 12 :].decode("utf-8", "replace")
    elif kind[0] == 0xA9 and len(body) > 4:
        yield name, _legacy(body[4 : 4 + int.from_bytes(body[:2])])
    elif kind in {b"titl", b"dscp", b"cprt", b"perf", b"auth", b"gnre"}:
        text = body[6:]
        yield name, text.decode("utf-16" if text[:2] in {b"\xfe\xff", b"\xff\xfe"} else "utf-8", "replace")


def _font(head: bytes) -> Notes:
    (tables,) = struct.unpack_from(">H", head, 4)
    for number in range(min(tables, 100)):
        tag, at, length = struct.unpack_from(">4s4xII", head, 12 + 16 * number)
        if tag == b"name" and at + 6 <= len(head):
            table = head[at : at + length]
            count, strings = struct.unpack_from(">2xHH", table)
            found = [struct.unpack_from(">H4x3H", table, 6 + 12 * entry) for entry in range(min(count, 1000))]
            for platform, kind, size, place in found:
                raw = table[strings + place : strings + place + size]
                yield f"name {kind}", raw.decode("mac_roman" if platform == 1 else "utf-16-be", "replace")


def _legacy(raw: bytes) -> str:
    try:
        return raw.decode("utf-8").strip("\0 ")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace").strip("\0 ")
