"""Pictures, sound, film and fonts by raw bytes, with notes in them, and a message as Outlook keeps one."""

from __future__ import annotations

import struct

from compound_made import compound


def tiff(entries: list[tuple[int, int, int, bytes]], at: int = 8) -> bytes:
    """A TIFF directory, little-endian: tag, kind, count, bytes; its long values behind it."""
    table, values = b"", b""
    behind = at + 2 + 12 * len(entries) + 4
    for tag, kind, count, raw in entries:
        long = len(raw) > 4
        place = struct.pack("<I", behind + len(values)) if long else raw.ljust(4, b"\0")
        values += raw if long else b""
        table += struct.pack("<HHI", tag, kind, count) + place
    return struct.pack("<H", len(entries)) + table + bytes(4) + values


def words(tag: int, text: str) -> tuple[int, int, int, bytes]:
    raw = text.encode() + b"\0"
    return tag, 2, len(raw), raw


def exif() -> bytes:
    latitude = struct.pack("<6I", 39, 1, 54, 1, 15, 1)
    longitude = struct.pack("<6I", 116, 1, 24, 1, 27, 1)
    gps = [(1, 2, 2, b"N\0"), (2, 5, 3, latitude), (3, 2, 2, b"E\0"), (4, 5, 3, longitude)]
    first = [words(0x010E, "照片说明"), (0x9C9C, 1, 10, "注释".encode("utf-16-le") + b"\0\0"), (0x8825, 4, 1, b"")]
    start = 8 + len(tiff(first))
    first[2] = (0x8825, 4, 1, struct.pack("<I", start))
    return b"II*\0\x08\0\0\0" + tiff(first) + tiff(gps, start)


def segment(marker: int, body: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


IPTC = b"\x1c\x02\x78" + struct.pack(">H", len("图片标题说明".encode())) + "图片标题说明".encode()
XMP = "<x:xmpmeta xmlns:x='adobe:ns:meta/'><dc:title>扩展标题</dc:title></x:xmpmeta>".encode()


def jpeg() -> bytes:
    parts = [
        segment(0xE1, b"Exif\0\0" + exif()),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP),
        segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(IPTC)) + IPTC),
        segment(0xFE, "图片注释".encode("gbk")),
        segment(0xC0, struct.pack(">BHHB", 8, 700, 900, 1) + b"\1\x11\0"),
    ]
    return b"\xff\xd8" + b"".join(parts) + segment(0xDA, b"\1\1\0\0\x3f\0") + b"\0\xff\xd9"


def id3() -> bytes:
    title = b"\1\xff\xfe" + "录音标题".encode("utf-16-le")
    spoken = b"\3chi" + "\0歌词机密".encode()
    frames = b"TIT2" + struct.pack(">IH", len(title), 0) + title + b"USLT" + struct.pack(">IH", len(spoken), 0) + spoken
    return b"ID3\3\0\0" + bytes([0, 0, 0, len(frames)]) + frames + bytes(200)


def vorbis() -> bytes:
    text = "TITLE=录音标题".encode()
    return struct.pack("<I", 0) + struct.pack("<II", 1, len(text)) + text


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, kind) + body


def mp4() -> bytes:
    item = box(b"\xa9nam", box(b"data", b"\0\0\0\1\0\0\0\0" + "录音标题".encode()))
    notes = box(b"udta", box(b"meta", bytes(4) + box(b"ilst", item)))
    return box(b"ftyp", b"isom" + bytes(8)) + box(b"mdat", bytes(3000)) + box(b"moov", notes)


def wav() -> bytes:
    text = "录音标题".encode("gbk")
    notes = b"LIST" + struct.pack("<I", 12 + len(text)) + b"INFOINAM" + struct.pack("<I", len(text)) + text
    return b"RIFF\0\0\0\0WAVEdata" + struct.pack("<I", 400) + bytes(400) + notes


def font() -> bytes:
    text = "录音标题".encode("utf-16-be")
    table = struct.pack(">HHH", 0, 1, 18) + struct.pack(">6H", 3, 1, 0x804, 1, len(text), 0) + text
    return b"\0\1\0\0" + struct.pack(">H6x", 1) + struct.pack(">4s4xII", b"name", 28, len(table)) + table + bytes(200)


def ogg() -> bytes:
    return b"OggS" + bytes(24) + b"\x03vorbis" + vorbis()


def flac() -> bytes:
    return b"fLaC\x84" + len(vorbis()).to_bytes(3) + vorbis()


def message() -> bytes:
    streams = {("__properties_version1.0",): b"", ("__substg1.0_0037001F",): "主题".encode("utf-16-le")}
    attached = {("__attach_version1.0_#00000000", "__substg1.0_37010102"): b"attached words\n" * 300}
    return compound(streams | attached | {("__substg1.0_10130102",): "<p>正文</p>".encode()}, pad=b" ")


def every_note() -> dict[str, bytes]:
    """All of them by file name."""
    made = {"note.jpg": jpeg, "note.mp3": id3, "note.mp4": mp4, "note.wav": wav, "note.ttf": font}
    return {name: make() for name, make in (made | {"note.ogg": ogg, "note.flac": flac, "note.msg": message}).items()}
