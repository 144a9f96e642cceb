"""Every kind of lie about the sizes of a member, in a zip and in each format that is one: read anyway, or a gap."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from matrix import every
from reading import Read, read_bytes

from classifiers.model import GapKind

CASES = {name: content for name, (content, _) in every().items() if content.startswith(b"PK")}
SECRET = "机密★10年\n".encode() * 20
PARTS = {
    "a.docx": "word/document.xml word/header1.xml word/afchunk.htm word/settings.xml docProps/core.xml "
    "word/_rels/document.xml.rels [Content_Types].xml",
    "a.xlsx": "xl/worksheets/sheet1.xml xl/sharedStrings.xml xl/workbook.xml xl/comments1.xml xl/styles.xml",
    "a.xlsb": "xl/worksheets/sheet1.bin xl/sharedStrings.bin xl/workbook.bin xl/comments1.bin xl/styles.bin",
    "a.pptx": "ppt/slides/slide1.xml ppt/notesSlides/notesSlide1.xml ppt/presentation.xml",
    "a.odt": "content.xml styles.xml meta.xml mimetype",
    "a.ofd": "OFD.xml Doc_0/Document.xml Doc_0/Pages/P.xml Doc_0/Tpls/T.xml Doc_0/a.txt Doc_0/hidden.xml",
    "deflated.zip": "a.txt",
    "stored.zip": "a.txt",
}
LIES: dict[str, dict[str, int]] = {
    # what the headers tell instead; sizes as shares of the true one
    "size of nothing": {"size": 0},
    "size and check sum of nothing": {"size": 0, "crc": 0},
    "all of nothing": {"size": 0, "packed": 0, "crc": 0},
    "packed into nothing": {"packed": 0},
    "packed into two bytes": {"size": 0, "packed": 2, "crc": 0},
    "half": {"size": -2},
    "enormous": {"size": 0xFFFFFFF0},
    "more packed than there is": {"packed": -3},
    "another check sum": {"crc": 12345},
}


def zipped(method: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        archive.writestr("a.txt", SECRET)
        archive.writestr("b.txt", b"harmless")
    return made.getvalue()


CASES |= {"deflated.zip": zipped(zipfile.ZIP_DEFLATED), "stored.zip": zipped(zipfile.ZIP_STORED)}


def told(content: bytes, name: str, lie: dict[str, int], where: str) -> bytes:
    """The same zip with another size, packed size or check sum of one member, in its directory, before it, or both."""
    raw = bytearray(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entry, at = archive.getinfo(name), archive.start_dir
    while raw[at + 46 : at + 46 + len(name.encode())] != name.encode():
        at += 46 + sum(struct.unpack_from("<3H", raw, at + 28))
    true = {"size": entry.file_size, "packed": entry.compress_size}
    for start, crc in ((at, 16), (entry.header_offset, 14)):
        if where not in {"both", "directory" if crc == 16 else "header"}:
            continue
        for field, offset in (("crc", crc), ("packed", crc + 4), ("size", crc + 8)):
            if field in lie:
                value = lie[field] if lie[field] >= 0 else true[field] // 2 if lie[field] == -2 else true[field] + 40
                struct.pack_into("<I", raw, start + offset, value)
    return bytes(raw)


def lost(whole: Read, found: Read) -> list[str]:
    return [block.text for block in whole.blocks if block.text not in found.text]


@pytest.mark.parametrize("where", ["both", "directory", "header"])
@pytest.mark.parametrize("lie", LIES)
def test_no_lie_about_a_size_makes_a_file_clean(lie: str, where: str) -> None:
    clean = []
    for case, parts in PARTS.items():
        whole = read_bytes(CASES[case], case)
        assert not [gap for gap in whole.gaps if gap.kind is GapKind.UNREADABLE], case
        for part in parts.split():
            found = read_bytes(told(CASES[case], part, LIES[lie], where), case)
            if lost(whole, found) and not any(gap.kind is GapKind.UNREADABLE for gap in found.gaps):
                clean.append((case, part, lost(whole, found)[:2]))
    assert not clean


def test_an_empty_member_with_a_size_is_a_gap_and_one_without_is_none() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("empty.txt", b"")
        archive.writestr("b.txt", b"harmless")
    assert not read_bytes(made.getvalue(), "a.zip").gaps
    assert read_bytes(told(made.getvalue(), "empty.txt", {"size": 500, "crc": 7}, "both"), "a.zip").gaps


@pytest.mark.parametrize("case", sorted(CASES))
def test_what_stands_behind_the_end_of_a_zip_is_a_gap(case: str) -> None:
    for behind, gap in ((SECRET, True), (b"\0" * 512, False), (b"\r\n", False)):
        found = read_bytes(CASES[case] + behind, case)
        assert any(one.kind is GapKind.UNREADABLE for one in found.gaps) is gap, behind[:4]


@pytest.mark.parametrize(
    "told_type", [b"font/ttf", b"image/png", b"text/plain", b"audio/mpeg", b"application/pdf", b"", b"\0"]
)
def test_no_mimetype_hides_what_a_zip_holds(told_type: bytes) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("mimetype", told_type)
        archive.writestr("a.txt", SECRET)
    found = read_bytes(made.getvalue(), "a.zip")
    assert found.type == "application/zip"
    assert found.having("机密★10年")


def test_an_open_document_without_its_mimetype_is_one_all_the_same() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(CASES["a.odt"])) as old, zipfile.ZipFile(made, "w") as archive:
        for entry in old.infolist():
            archive.writestr(entry.filename, b"x" if entry.filename == "mimetype" else old.read(entry))
        archive.writestr("extra.xml", "<x a='属性里的机密'>别的部件</x>")
        archive.writestr("settings.xml", "<c><i>true</i><i>机密文件 在设置里</i></c>")
        archive.writestr("META-INF/manifest.xml", "<m>清单里的机密</m>")
    found = read_bytes(made.getvalue(), "a.odt")
    assert found.type == "application/vnd.oasis.opendocument.text"
    for text in ("开放文档正文", "属性里的机密", "别的部件", "机密文件 在设置里", "清单里的机密"):
        assert found.having(text), text
    assert not found.gaps


def test_no_part_of_an_ofd_passes_by_its_name() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(CASES["a.ofd"])) as old, zipfile.ZipFile(made, "w") as archive:
        for entry in old.infolist():
            archive.writestr(entry.filename, old.read(entry))
        archive.writestr("Doc_0/Signs/Signatures.xml", "<s><v>机密文件 在签名里</v><d>" + "QUJD" * 11 + "=</d></s>")
        archive.writestr("Doc_0/Signs/SignedValue.dat", "机密文件 在签章里".encode())
        archive.writestr(
            "Doc_0/Signs/Other.dat", b"\x30\x22\x0c\x20" + "签章 seal of the bureau".encode("utf-16-le")[:32]
        )
    found = read_bytes(made.getvalue(), "a.ofd")
    for text in ("机密文件 在签名里", "机密文件 在签章里"):
        assert found.having(text), text
    assert not found.having("QUJD")
    assert not found.gaps
