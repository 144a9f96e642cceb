"""The type by content, where the first bytes alone mislead."""

from __future__ import annotations

import random
import struct

import pytest
from reading import read_bytes

from classifiers.model import GapReason
from dlp.read import charset

BODY = " 各部门：机密文件，请认真贯彻执行。\n"


@pytest.mark.parametrize(
    "start", ["OTTO", "ID3", "BM", "MZ", "GIF8", "wOFF", "fLaC", "OggS", "#!AMR", "RIFF", "aaaaftyp", "BZh"]
)
@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_a_text_that_begins_like_a_font_or_a_picture_is_read(start: str, codec: str) -> None:
    found = read_bytes((start + BODY).encode(codec), "a.txt")
    assert found.type == "text/plain"
    assert found.having("机密文件")
    assert not found.gaps


@pytest.mark.parametrize(
    ("content", "type"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(40), "image/jpeg"),
        (b"OTTO\0\x09\0\x80" + bytes(40), "font/otf"),
        (b"MZ\x90\0\x03\0\0\0" + bytes(40), "application/vnd.microsoft.portable-executable"),
        (b"{\\rtf1 hello}", "application/rtf"),
        (b"age-encryption.org/v1\n-> X25519 abc\n--- def\n", "application/vnd.age; encrypted"),
    ],
)
def test_what_is_a_picture_stays_one(content: bytes, type: str) -> None:
    assert read_bytes(content, "a").type == type


def test_bytes_without_control_characters_are_no_text_that_was_read() -> None:
    chance = random.Random(5)
    for low, high in ((0x80, 0x100), (0x20, 0x100)):
        content = bytes(chance.randrange(low, high) for _ in range(5000)).replace(b"\x7f", b" ")
        assert GapReason.UNKNOWN_TYPE in {gap.reason for gap in read_bytes(content, "a.txt").gaps}


def test_lists_of_names_and_western_texts_are_beyond_doubt() -> None:
    chance = random.Random(6)
    given = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂淼焱琪璇睿泽浩宇轩梓涵欣怡诗雨萱佳琳颖婷雪倩晨曦翔鹏飞"
    names = "\n".join(chance.choice("王李张刘陈杨赵黄周吴") + "".join(chance.choices(given, k=2)) for _ in range(900))
    for content in (
        names.encode("gb18030"),
        ("Überprüfung der Geschäftsführung für größere Maßnahmen\n" * 40).encode("cp1252"),
    ):
        codec = charset.of(content)
        assert codec is not None
        assert not charset.is_doubtful(content, codec)
        assert not read_bytes(content, "a.txt").gaps


def test_a_name_that_lies_is_told_and_the_content_is_read() -> None:
    found = read_bytes(BODY.encode(), "holiday.jpg")
    assert [block.text for block in found.blocks if block.place.part == "true type"] == ["jpg: text/plain"]
    assert found.having("机密文件")


def test_the_file_packed_for_a_macintosh_is_read() -> None:
    data, name = BODY.encode(), "机密.txt".encode()
    entries = struct.pack(">3I3I", 1, 50, len(data), 3, 50 + len(data), len(name))
    packed = struct.pack(">2I16xH", 0x00051600, 0x00020000, 2) + entries + data + name
    found = read_bytes(packed, "a.bin")
    (block,) = found.having("机密文件")
    assert (found.type, block.place.path) == ("application/applefile", ("机密.txt",))


def test_parts_of_nothing_but_empty_bytes_are_no_gap() -> None:
    assert not read_bytes(b"\xff\xff\xff\xff" + bytes(600), "0000.dat").gaps
    assert read_bytes(b"\xff\xff\xff\xff" + bytes(600) + b"\x07", "0000.dat").gaps


def test_xml_whose_elements_have_names_of_html_is_xml() -> None:
    for name in ("a", "table", "form", "title", "p"):
        found = read_bytes(f"<?xml version='1.0'?><{name} secret='机密文件'>x</{name}>".encode(), "a.xml")
        assert found.type == "text/xml"
        assert found.having("机密文件")
    assert read_bytes(b"<?xml version='1.0'?><!DOCTYPE html><html><p>x</p></html>", "a.html").type == "text/html"
