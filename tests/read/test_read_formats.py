# ruff: noqa: E501 - raw documents are read as they stand
"""The other names and variants of the formats people send, each read as what it is."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest
from compound_made import compound
from matrix import every
from reading import Read, read_bytes

from classifiers.model import GapKind, GapReason, Region

CORPUS = Path(__file__).resolve().parents[1] / "corpus" / "office"
CASES = every()
OFFICE, MS = "application/vnd.openxmlformats-officedocument", "application/vnd.ms-"
VARIANTS = {
    "docm": ("a.docx", f"{OFFICE}.wordprocessingml.document.main", f"{MS}word.document.macroEnabled.main"),
    "dotx": ("a.docx", f"{OFFICE}.wordprocessingml.document.main", f"{OFFICE}.wordprocessingml.template.main"),
    "dotm": ("a.docx", f"{OFFICE}.wordprocessingml.document.main", f"{MS}word.template.macroEnabledTemplate.main"),
    "xlsm": ("a.xlsx", f"{OFFICE}.spreadsheetml.sheet.main", f"{MS}excel.sheet.macroEnabled.main"),
    "xltx": ("a.xlsx", f"{OFFICE}.spreadsheetml.sheet.main", f"{OFFICE}.spreadsheetml.template.main"),
    "pptm": ("a.pptx", f"{OFFICE}.presentationml.presentation.main", f"{MS}powerpoint.presentation.macroEnabled.main"),
    "ppsx": ("a.pptx", f"{OFFICE}.presentationml.presentation.main", f"{OFFICE}.presentationml.slideshow.main"),
    "potx": ("a.pptx", f"{OFFICE}.presentationml.presentation.main", f"{OFFICE}.presentationml.template.main"),
}
Change = dict[str, bytes]


def rezipped(content: bytes, change: Change) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, change.get(entry.filename, old.read(entry)))
        for name in change.keys() - set(old.namelist()):
            new.writestr(name, change[name])
    return made.getvalue()


def lies(found: Read) -> list[str]:
    return [block.text for block in found.blocks if block.place.part == "true type"]


@pytest.mark.parametrize("kind", VARIANTS)
def test_macro_documents_templates_and_shows_are_read_as_the_documents_they_are(kind: str) -> None:
    case, old, new = VARIANTS[kind]
    content, marks = CASES[case]
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        types = package.read("[Content_Types].xml").decode().replace(f"{old}+xml", f"{new}+xml")
    assert new in types
    found = read_bytes(rezipped(content, {"[Content_Types].xml": types.encode()}), f"a.{kind}")
    assert [block.place.region for block in found.blocks] == [b.place.region for b in read_bytes(content, case).blocks]
    assert all(found.having(mark) for mark in marks)
    assert not lies(found)


@pytest.mark.parametrize(
    ("kind", "name"), [("doc", "wps"), ("xls", "et"), ("ppt", "dps"), ("doc", "dot"), ("ppt", "pps")]
)
def test_kingsofts_own_names_are_no_lies_and_are_read(kind: str, name: str) -> None:
    content = (CORPUS / f"marks.{kind}").read_bytes()
    found, own = read_bytes(content, f"a.{name}"), read_bytes(content, f"a.{kind}")
    assert found.blocks[1:] == own.blocks[1:]
    assert not lies(found)


def test_a_doc_without_its_piece_table_is_salvaged_and_says_so() -> None:
    import olefile

    with olefile.OleFileIO(CORPUS / "marks.doc") as ole:
        stream = bytearray(ole.openstream("WordDocument").read())
    struct.pack_into("<II", stream, 0x01A2, 0x7FFFFFF0, 100)
    found = read_bytes(compound({("WordDocument",): bytes(stream), ("1Table",): bytes(5000)}), "a.doc")
    assert found.type == "application/msword"
    assert any("salvage" in block.place.part for block in found.having("正文文字"))
    assert GapReason.BROKEN in {gap.reason for gap in found.gaps}


def test_documents_inside_a_compound_document_are_read_where_they_lie() -> None:
    import olefile

    streams = {}
    for kind, folder in (("doc", ()), ("xls", ("ObjectPool", "_1")), ("ppt", ("ObjectPool", "_2"))):
        with olefile.OleFileIO(CORPUS / f"marks.{kind}") as ole:
            streams |= {(*folder, *name): ole.openstream(name).read() for name in ole.listdir()}
    found = read_bytes(compound(streams), "a.doc")
    for text in ("正文文字", "单元格文字", "13800138000", "幻灯片文字"):
        assert found.having(text), text


CHINESE = "姓名,电话\n张三,13800138000\n机密文件，请认真贯彻执行，各部门：现将有关事项通知如下\n"
TEXTS = {
    "csv": CHINESE, "tsv": CHINESE.replace(",", "\t"), "md": "# " + CHINESE, "log": CHINESE * 3, "py": "# " + CHINESE,
    "json": '{"备注": "' + CHINESE.replace("\n", "\\n") + '"}', "yaml": "备注: " + CHINESE,
}  # fmt: skip


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "utf-16"])
def test_plain_files_of_every_kind_and_encoding(kind: str, codec: str) -> None:
    found = read_bytes(TEXTS[kind].encode(codec), f"表.{kind}")
    assert found.blocks[1].text == TEXTS[kind]
    assert not found.gaps
    assert not lies(found)


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "gb18030"])
def test_xml_in_its_encodings(codec: str) -> None:
    text = f"<?xml version='1.0' encoding='{codec}'?><a b='属性机密'><!-- 注释机密 -->正文机密</a>"
    found = read_bytes(text.encode(codec), "a.xml")
    for word in ("属性机密", "注释机密", "正文机密"):
        assert found.having(word), word


@pytest.mark.parametrize("declared", ["gb2312", "gbk", "utf-8"])
def test_a_saved_page_is_read_with_all_its_parts(declared: str) -> None:
    codec = "gb18030" if declared != "utf-8" else declared
    page = f"<html><meta charset={declared}><title>网页标题</title><p>网页正文机密，请认真执行</p></html>".encode(codec)
    import base64

    saved = (
        b"From: <Saved by Blink>\nMIME-Version: 1.0\nSubject: =?gbk?B?" + base64.b64encode("归档主题".encode("gbk")) + b"?=\n"
        b'Content-Type: multipart/related; type="text/html"; boundary="b"\n\n--b\nContent-Type: text/html; charset='
        + declared.encode() + b"\nContent-Transfer-Encoding: base64\nContent-Location: http://example.com/a\n\n"
        + base64.encodebytes(page) + b"--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(CASES["a.png"][0]) + b"--b--\n"
    )  # fmt: skip
    for name in ("a.mht", "a.mhtml"):
        found = read_bytes(saved, name)
        for text in ("归档主题", "网页标题", "网页正文机密", "图片标题"):
            assert found.having(text), text
        assert [gap.kind for gap in found.gaps] == [GapKind.UNSEEN]
        assert not lies(found)


NAMES = [
    b"attachment; filename*=gb18030''%C3%DC%BC%FE.txt",
    b"attachment; filename*0*=utf-8''%E5%AF%86; filename*1*=%E4%BB%B6.txt",
    b'attachment; filename="=?utf-8?B?5a+G5Lu2LnR4dA==?="',
    b'attachment; filename="=?gb2312?B?w9y8/i50eHQ=?="',
    b'attachment; filename="' + "密件.txt".encode("gbk") + b'"',
    b'attachment; filename="' + "密件.txt".encode() + b'"',
]


@pytest.mark.parametrize("header", NAMES)
def test_names_of_attachments_however_they_are_written(header: bytes) -> None:
    mail = (
        b"From: a@example.com\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
        b"This is a multi-part message in MIME format.\n--b\nContent-Type: text/plain\n\nhello\n"
        b"--b\nContent-Type: application/octet-stream\nX-Note: " + "部件备注机密".encode() + b"\nContent-Disposition: "
        + header + b"\n\nattached words\n--b--\n" + "尾声机密\n".encode()
    )  # fmt: skip
    found = read_bytes(mail, "a.eml")
    assert {block.place.path for block in found.having("attached words")} == {("密件.txt",)}
    for text in ("部件备注机密", "尾声机密"):
        assert found.having(text), text
    assert not found.having("multi-part message")


def test_an_encrypted_ofd_is_unreadable_even_where_it_shows_text() -> None:
    content = rezipped(CASES["a.ofd"][0], {"Doc_0/Encryptions.xml": b"<Encryptions/>"})
    found = read_bytes(content, "a.ofd")
    assert [(gap.kind, gap.reason) for gap in found.gaps] == [(GapKind.UNREADABLE, GapReason.ENCRYPTED)]


def test_an_encrypted_open_document_and_an_encrypted_package_are_unreadable() -> None:
    told = b"<manifest:manifest xmlns:manifest='x'><manifest:encryption-data/></manifest:manifest>"
    for content in (
        rezipped(CASES["a.odt"][0], {"META-INF/manifest.xml": told}),
        compound({("EncryptedPackage",): bytes(range(256)) * 20, ("EncryptionInfo",): b"x"}),
    ):
        assert {gap.reason for gap in read_bytes(content, "a").gaps} == {GapReason.ENCRYPTED}


def test_comments_of_open_slides_and_open_sheets() -> None:
    office = "urn:oasis:names:tc:opendocument:xmlns:"
    spaces = " ".join(f'xmlns:{n}="{office}{w}:1.0"' for n, w in (("office", "office"), ("text", "text"), ("draw", "drawing"), ("table", "table")))  # fmt: skip
    note = "<office:annotation><text:p>批注机密</text:p></office:annotation>"
    bodies = {
        "presentation": f"<draw:page draw:name='p'>{note}<draw:frame><draw:text-box><text:p>文本框机密</text:p></draw:text-box></draw:frame></draw:page>",
        "spreadsheet": f"<table:table table:name='表'><table:table-row><table:table-cell>{note}<text:p>文本框机密</text:p></table:table-cell></table:table-row></table:table>",
    }
    for kind, body in bodies.items():
        content = f"<office:document-content {spaces}><office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as package:
            package.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
            package.writestr("content.xml", content)
        found = read_bytes(made.getvalue(), "a")
        assert found.regions("批注机密") == [Region.COMMENT]
        assert found.having("文本框机密")


def test_a_zip_under_aes_is_seen_as_encrypted_by_name() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("机密.txt", b"x" * 50)
    raw = bytearray(made.getvalue())
    for start, method in ((0, 8), (raw.index(b"PK\x01\x02"), 10)):
        struct.pack_into("<H", raw, start + method, 99)
    found = read_bytes(bytes(raw), "a.zip")
    assert found.having("机密.txt")
    assert [gap.reason for gap in found.gaps] == [GapReason.ENCRYPTED]


def test_settings_of_a_document_give_their_text_and_what_its_letters_are_merged_from() -> None:
    settings = "<w:settings xmlns:w='w'><x>设置机密</x><w:mailMerge><w:query w:val='SELECT * FROM 机密名单'/></w:mailMerge></w:settings>"
    found = read_bytes(rezipped(CASES["a.docx"][0], {"word/settings.xml": settings.encode()}), "a.docx")
    for text in ("机密名单", "设置机密"):
        assert found.having(text), text


def test_binaries_in_flat_documents_are_read_as_what_they_are() -> None:
    import base64

    inner = base64.b64encode(CASES["a.xlsx"][0]).decode()
    picture = base64.b64encode(CASES["a.png"][0]).decode()
    flat = (
        "<pkg:package xmlns:pkg='http://schemas.microsoft.com/office/2006/xmlPackage' xmlns:w='w'>"
        "<pkg:part pkg:name='/word/document.xml'><pkg:xmlData><w:document><w:body><w:p><w:r><w:t>正文机密</w:t></w:r></w:p>"
        f"</w:body></w:document></pkg:xmlData></pkg:part><pkg:part pkg:name='/word/embeddings/a.xlsx'><pkg:binaryData>{inner}"
        f"</pkg:binaryData></pkg:part><pkg:part pkg:name='/word/media/a.png'><pkg:binaryData>{picture}"
        "</pkg:binaryData></pkg:part></pkg:package>"
    )
    found = read_bytes(b"<?xml version='1.0'?>" + flat.encode(), "a.xml")
    for text in ("正文机密", "表格单元格", "图片标题"):
        assert found.having(text), text
    assert [gap.kind for gap in found.gaps] == [GapKind.UNSEEN]
