"""What pictures say in words: EXIF, XMP, IPTC, PNG text, JPEG comments.

Sources: CIPA DC-008 (EXIF), ISO 16684-1 (XMP), IPTC-IIM 4.2, PNG specification 11.3.3.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

_TAGS = {
    0x010E: "ImageDescription", 0x010F: "Make", 0x0110: "Model", 0x0131: "Software", 0x013B: "Artist",
    0x8298: "Copyright",
    0x9C9B: "XPTitle", 0x9C9C: "XPComment", 0x9C9D: "XPAuthor", 0x9C9E: "XPKeywords", 0x9C9F: "XPSubject",
    0x9286: "UserComment", 0xA420: "ImageUniqueID", 0x010D: "DocumentName", 0x013C: "HostComputer",
    0xA430: "CameraOwnerName",
}  # fmt: skip
_EXIF, _GPS, _IPTC = 0x8769, 0x8825, 0x83BB
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}
_MOST_ENTRIES, _MOST_TEXT = 500, 1 << 20
_GIF_COMMENT = re.compile(rb"!\xfe")
_EXIF_ITEM = re.compile(rb"Exif\0\0(?:II\*\0|MM\0\*)")
"""Where a HEIC or AVIF file has it. The word alone also stands in the list of what is in such a file."""
_EXIF_CHUNK = re.compile(rb"EXIF....(?:Exif\0\0)?(?:II\*\0|MM\0\*)", re.DOTALL)
"""Where a WebP file has it."""
_XMP = re.compile(rb"<x:xmpmeta.*?</x:xmpmeta>|<rdf:RDF.*?</rdf:RDF>", re.DOTALL)


def texts(content: bytes) -> Iterator[tuple[str, str]]:
    """Name and text of everything written in a picture's metadata."""
    if content.startswith(b"\x89PNG"):
        yield from _png(content)
    elif content.startswith(b"\xff\xd8"):
        yield from _jpeg(content)
    elif content[:4] in {b"II*\0", b"MM\0*"}:
        yield from tiff(content)
    elif content.startswith(b"GIF8"):
        for comment in _GIF_COMMENT.finditer(content[:_MOST_TEXT]):
            yield "comment", _legacy(_blocks(content, comment.end()))
    elif found := (_EXIF_CHUNK if content.startswith(b"RIFF") else _EXIF_ITEM).search(content):
        yield from tiff(content[found.end() - 4 :])
    for packet in _XMP.finditer(content[:_MOST_TEXT]):
        for text in dict.fromkeys(re.split(rb"<[^>]*>", packet[0])):
            if text.strip():
                yield "XMP", text.decode("utf-8", "replace").strip()
        for value in re.findall(rb'="([^"]*[^\x00-\x7f][^"]*)"', packet[0]):
            yield "XMP", value.decode("utf-8", "replace")


def _blocks(content: bytes, at: int) -> bytes:
    """The sub-blocks of a GIF extension, up to the empty one."""
    found = bytearray()
    while at < len(content) and content[at] and len(found) < _MOST_TEXT:
        found += content[at + 1 : at + 1 + content[at]]
        at += 1 + content[at]
    return bytes(found)


def _png(content: bytes) -> Iterator[tuple[str, str]]:
    at = 8
    while at + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        body = content[at + 8 : at + 8 + length]
        at += 12 + length
        name, _, rest = body.partition(b"\0")
        if kind == b"tEXt":
            yield name.decode("latin-1"), _legacy(rest)
        elif kind == b"zTXt":
            yield name.decode("latin-1"), _legacy(_inflated(rest[1:]))
        elif kind == b"iTXt" and len(rest) > 2:
            packed, language = rest[0], rest[2:].split(b"\0", 2)
            raw = language[2] if len(language) == 3 else b""
            yield name.decode("latin-1"), (_inflated(raw) if packed else raw).decode("utf-8", "replace")
        elif kind == b"eXIf":
            yield from tiff(body)


def _inflated(raw: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(raw, _MOST_TEXT)
    except zlib.error:
        return b""


def _jpeg(content: bytes) -> Iterator[tuple[str, str]]:
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] != 0xDA:
        marker, (length,) = content[at + 1], struct.unpack_from(">H", content, at + 2)
        body = content[at + 4 : at + 2 + length]
        at += 2 + length
        if marker == 0xE1 and body.startswith(b"Exif\0\0"):
            yield from tiff(body[6:])
        elif marker == 0xED and body.startswith(b"Photoshop 3.0\0"):
            yield from _iptc(body)
        elif marker == 0xFE:
            yield "comment", _legacy(body)


def _iptc(body: bytes) -> Iterator[tuple[str, str]]:
    """Datasets of record 2: title, keywords, instructions, caption and the like (IPTC-IIM chapter 6)."""
    for found in re.finditer(rb"\x1c\x02([\x05-\xff])(..)", body, re.DOTALL):
        (length,) = struct.unpack(">H", found[2])
        text = _legacy(body[found.end() : found.end() + length])
        if length < 4000 and text.strip("\0 "):
            yield f"IPTC 2:{found[1][0]}", text


def tiff(content: bytes) -> Iterator[tuple[str, str]]:
    """Text of the TIFF directories that EXIF is kept in, the position where there is one."""
    order = "<" if content[:2] == b"II" else ">"
    try:
        waiting: list[int] = [struct.unpack_from(order + "I", content, 4)[0]]
        seen: set[int] = set()
        while waiting and len(seen) < 20:
            at = waiting.pop()
            if at in seen or not at:
                continue
            seen.add(at)
            (count,) = struct.unpack_from(order + "H", content, at)
            for number in range(min(count, _MOST_ENTRIES)):
                yield from _entry(content, order, at + 2 + 12 * number, waiting)
            waiting.append(struct.unpack_from(order + "I", content, at + 2 + 12 * count)[0])
    except struct.error:
        return


def _entry(content: bytes, order: str, at: int, waiting: list[int]) -> Iterator[tuple[str, str]]:
    tag, kind, count, place = struct.unpack_from(order + "HHII", content, at)
    if tag == _EXIF:
        waiting.append(place)
        return
    if tag == _GPS:
        yield "GPS", _position(content, order, place)
        return
    if tag == _IPTC:
        yield from _iptc(content[place : place + min(_SIZES.get(kind, 0) * count, _MOST_TEXT)])
        return
    size = _SIZES.get(kind, 0) * count
    raw = content[at + 8 : at + 8 + size] if size <= 4 else content[place : place + min(size, _MOST_TEXT)]
    if tag not in _TAGS or not raw:
        return
    if 0x9C9B <= tag <= 0x9C9F:
        text = raw.decode("utf-16-le", "replace")
    elif tag == 0x9286:
        text = raw[8:].decode("utf-16" if raw.startswith(b"UNICODE") else "utf-8", "replace")
    else:
        text = _legacy(raw)
    if text := text.strip("\0 "):
        yield _TAGS[tag], text


def _position(content: bytes, order: str, at: int) -> str:
    """Latitude and longitude in degrees, with their directions (CIPA DC-008, 4.6.6); and names of places, if any."""
    told: dict[int, str] = {}
    (count,) = struct.unpack_from(order + "H", content, at)
    for number in range(min(count, 40)):
        tag, kind, length, place = struct.unpack_from(order + "HHII", content, at + 2 + 12 * number)
        if tag in {1, 3}:
            told[tag + 1] = told.get(tag + 1, "") + chr(content[at + 10 + 12 * number])
        elif tag in {2, 4} and kind == 5 and length == 3:
            parts = struct.unpack_from(order + "6I", content, place)
            degrees = sum(parts[2 * i] / (parts[2 * i + 1] or 1) / 60**i for i in range(3))
            told[tag] = f"{degrees:.6f} " + told.get(tag, "")
        elif tag == 28 and length > 8:
            told[tag] = _legacy(content[place + 8 : place + min(length, 1000)])
    return ", ".join(told[tag].strip() for tag in sorted(told)) or "position"


def _legacy(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")
