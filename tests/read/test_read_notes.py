"""What pictures, sound, film, fonts and programs say about themselves."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from matrix import every
from notes_made import IPTC, exif, flac, font, id3, jpeg, mp4, ogg, tiff, vorbis, wav, words
from reading import read_bytes

from classifiers.model import GapKind, GapReason, Region


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


@pytest.mark.parametrize(
    ("content", "type", "reason"),
    [
        (id3(), "audio/mpeg", GapReason.AUDIO),
        (ogg(), "audio/ogg", GapReason.AUDIO),
        (flac(), "audio/flac", GapReason.AUDIO),
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


def packed() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("里面.txt", "机密文件".encode())
    return made.getvalue()


@pytest.mark.parametrize("picture", [jpeg(), every()["a.png"][0]])
def test_a_file_that_is_hung_on_to_a_picture_is_read(picture: bytes) -> None:
    found = read_bytes(picture + packed(), "a")
    (block,) = found.having("机密文件")
    assert block.place.path == ("behind the picture", "里面.txt")
    assert read_bytes(picture + "机密文件，请认真执行".encode(), "a").having("机密文件")
    # Cameras and programs leave bytes of their own kind there.
    for harmless in (b"\0" * 5000, b"\r\n", bytes(range(256)) * 20):
        assert len(read_bytes(picture + harmless, "a").gaps) == 1
