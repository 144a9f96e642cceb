"""Zips whose directory does not say what is in them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from reading import read_bytes

from classifiers.model import GapKind, GapReason

SHORT, LONG = b"harmless words\n" * 20, b"harmless words\n" * 20 + "机密文件 behind it\n".encode() * 50


def lying(name: str, size: int, *, stored: bool = False) -> bytes:
    """One member, whose directory tells a size and the check sum of so much."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, LONG)
    raw = bytearray(made.getvalue())
    told = struct.pack("<I", zlib.crc32(LONG[:size]))
    at = raw.index(b"PK\x01\x02")
    for start, crc, length in ((0, 14, 22), (at, 16, 24)):
        raw[start + crc : start + crc + 4] = told
        raw[start + length : start + length + 4] = struct.pack("<I", size)
    return bytes(raw)


@pytest.mark.parametrize("size", [len(SHORT), len(LONG) - 1, 5])
def test_a_size_that_lies_is_never_a_clean_member(size: int) -> None:
    found = read_bytes(lying("a.txt", size), "a.zip")
    assert found.having("机密文件") or GapReason.BROKEN in {gap.reason for gap in found.gaps}
    assert any(gap.kind is GapKind.UNREADABLE for gap in found.gaps)


def test_a_part_of_a_document_with_a_size_that_lies_is_a_gap() -> None:
    made = io.BytesIO()
    document = b"<w:document xmlns:w='w'><w:body><w:p><w:r><w:t>seen</w:t></w:r></w:p></w:body></w:document>"
    types = b"<Types><Override PartName='/word/document.xml' ContentType='application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml'/></Types>"  # noqa: E501
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", document + " 机密文件".encode())
        archive.writestr("[Content_Types].xml", types)
    raw = bytearray(made.getvalue())
    at = raw.index(b"PK\x01\x02")
    raw[at + 16 : at + 20], raw[at + 24 : at + 28] = (
        struct.pack("<I", zlib.crc32(document)),
        struct.pack("<I", len(document)),
    )
    found = read_bytes(bytes(raw), "a.docx")
    assert [(gap.reason, gap.place.part) for gap in found.gaps] == [(GapReason.BROKEN, "word/document.xml")]


def test_a_member_that_the_directory_does_not_name_is_a_gap() -> None:
    parts = io.BytesIO()
    with zipfile.ZipFile(parts, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("seen.txt", SHORT)
        archive.writestr("unseen.txt", LONG)
        archive.writestr("last.txt", SHORT)
    raw = bytearray(parts.getvalue())
    first = raw.index(b"PK\x01\x02")
    second = raw.index(b"PK\x01\x02", first + 4)
    third = raw.index(b"PK\x01\x02", second + 4)
    end = raw.index(b"PK\x05\x06")
    del raw[second:third]
    end -= third - second
    raw[end + 8 : end + 16] = struct.pack("<HHI", 2, 2, end - first)
    found = read_bytes(bytes(raw), "a.zip")
    assert [block.text for block in found.blocks if block.place.region == "file_name"] == [
        "a.zip",
        "unseen.txt",
        "seen.txt",
        "last.txt",
    ]
    # Read as well, since programs that begin at the start unpack it.
    assert [block.place.path for block in found.having("机密文件")] == [("unseen.txt",)]
    assert [gap.detail for gap in found.gaps] == ["members that its directory does not name"]


def test_an_ordinary_zip_hides_nothing() -> None:
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", method) as archive:
            for number in range(5):
                archive.writestr(f"文件{number}.txt", LONG)
        found = read_bytes(made.getvalue(), "a.zip")
        assert not found.gaps
        assert len(found.having("机密文件")) == 5


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_what_is_there_of_a_zip_that_was_cut_is_read(method: int) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        archive.writestr("first.txt", LONG)
        archive.writestr("second.txt", bytes(range(256)) * 40)
    raw = made.getvalue()
    found = read_bytes(raw[: raw.index(b"second.txt") + 40], "a.zip")
    assert [block.place.path for block in found.having("机密文件")] == [("first.txt",)]
    assert found.having("second.txt")
    assert GapReason.BROKEN in {gap.reason for gap in found.gaps}


def test_a_zip_behind_other_bytes_is_read() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("first.txt", LONG)
    found = read_bytes(bytes(range(1, 250)) * 20 + made.getvalue(), "a.bin")
    assert found.type == "application/zip"
    assert found.having("机密文件")
    assert any(gap.kind is GapKind.UNREADABLE for gap in found.gaps)
