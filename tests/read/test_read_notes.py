"""What pictures, sound, film, fonts and programs say about themselves."""

from __future__ import annotations

import struct
import zlib

import pytest
from reading import read_bytes

from classifiers.model import GapKind, GapReason, Region


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


def test_exif_place_xmp_iptc_and_comments_of_a_photo() -> None:
    found = read_bytes(jpeg(), "a.jpg")
    for text in ("照片说明", "注释", "39.904167 N, 116.407500 E", "扩展标题", "图片标题说明", "图片注释", "900 × 700"):
        assert Region.METADATA in found.regions(text), text
    (gap,) = found.gaps
    assert (gap.kind, gap.reason, gap.coverage) == (GapKind.UNSEEN, GapReason.PICTURE, 1.0)


def test_notes_of_other_kinds_of_pictures() -> None:
    raw = "光栅说明".encode()
    gif = b"GIF89a" + struct.pack("<HH", 900, 700) + b"\0\0\0!\xfe" + bytes([len(raw)]) + raw + b"\0;"
    webp = b"RIFF\0\0\0\0WEBPEXIF" + struct.pack("<I", len(exif())) + exif()
    scan = b"II*\0\x08\0\0\0" + tiff([words(0x010D, "扫描件名"), (0x83BB, 7, len(IPTC), IPTC)])
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4s", len(exif()), b"eXIf") + exif() + bytes(4)
    for content, text in (
        (gif, "光栅说明"),
        (webp, "照片说明"),
        (scan, "扫描件名"),
        (scan, "图片标题说明"),
        (png, "照片说明"),
    ):
        assert Region.METADATA in read_bytes(content, "a").regions(text), text


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


@pytest.mark.parametrize(
    ("content", "type", "reason"),
    [
        (id3(), "audio/mpeg", GapReason.AUDIO),
        (b"OggS" + bytes(24) + b"\x03vorbis" + vorbis(), "audio/ogg", GapReason.AUDIO),
        (b"fLaC\x84" + len(vorbis()).to_bytes(3) + vorbis(), "audio/flac", GapReason.AUDIO),
        (mp4(), "video/mp4", GapReason.VIDEO),
        (wav(), "audio/wav", GapReason.AUDIO),
        (font(), "font/ttf", GapReason.FONT),
    ],
)
def test_sound_film_and_fonts_tell_their_titles_and_stay_unseen(content: bytes, type: str, reason: GapReason) -> None:
    found = read_bytes(content, "a")
    assert found.type == type
    assert Region.METADATA in found.regions("录音标题")
    assert [(gap.kind, gap.reason) for gap in found.gaps] == [(GapKind.UNSEEN, reason)]


@pytest.mark.parametrize("content", [id3()[:40], vorbis(), mp4()[:-9], font()[:60], wav()[:-5], b"fLaC\x84\0\0\xff\1"])
def test_notes_that_are_cut_short_cost_only_themselves(content: bytes) -> None:
    found = read_bytes(content, "a")
    assert found.gaps or found.type == "text/plain"


def test_a_program_tells_its_version_and_is_unreadable() -> None:
    version = "VS_VERSION_INFO\0\0CompanyName\0某某软件公司\0".encode("utf-16-le")
    found = read_bytes(b"MZ" + bytes(500) + version + bytes(100), "a.exe")
    assert Region.METADATA in found.regions("某某软件公司")
    assert [(gap.kind, gap.reason) for gap in found.gaps] == [(GapKind.UNREADABLE, GapReason.UNKNOWN_TYPE)]


def test_the_second_vote_is_the_detail_of_an_unknown_type() -> None:
    content = b"CWS\x0a" + struct.pack("<I", 5000) + zlib.compress(bytes(5000))
    (gap,) = read_bytes(content, "a.bin").gaps
    assert (gap.reason, gap.detail) == (GapReason.UNKNOWN_TYPE, "application/x-shockwave-flash")
