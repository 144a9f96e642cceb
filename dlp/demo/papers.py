"""Writes the real files of the demo, byte by byte where a library would only hide what is in them."""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from dlp.demo import texts

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"


def all_files() -> dict[str, bytes]:
    """Name to bytes of every file that the demo drops."""
    return {
        "通知.txt": texts.NOTICE.encode("utf-8"),
        "客户名单.xlsx": xlsx(texts.customers()),
        "红头文件.docx": docx(texts.RED_HEADER),
        "红头文件.pdf": pdf(texts.RED_HEADER),
        "红头文件.ofd": ofd(texts.RED_HEADER),
        "加密附件.zip": locked_zip("合同.txt", "合同正文".encode(), b"demo-password"),
        "会议安排.txt": texts.NOTICE.replace("通知", "安排").encode("gb18030"),
        "保密管理办法.txt": texts.REGULATION.encode("utf-8"),
    }


def write_all(folder: Path) -> dict[str, Path]:
    """Write every file into a folder; returns name to path."""
    for name, content in all_files().items():
        (folder / name).write_bytes(content)
    return {name: folder / name for name in all_files()}


def _zip(parts: Sequence[tuple[str, str]]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts:
            package.writestr(name, text)
    return made.getvalue()


def docx(lines: Sequence[str]) -> bytes:
    """A Word document with one paragraph a line, written with python-docx."""
    from docx import Document

    document = Document()
    for line in lines:
        document.add_paragraph(line)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    """A workbook with one sheet of text cells."""
    body = "".join(
        f'<row r="{r}">'
        + "".join(
            f'<c r="{chr(64 + c)}{r}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
            for c, value in enumerate(row, 1)
        )
        + "</row>"
        for r, row in enumerate(rows, 1)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return _zip(
        [
            (
                "[Content_Types].xml",
                f'{XML}<Types xmlns="{PACKAGE}/content-types">'
                '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
                f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
            ),
            ("_rels/.rels", _relation(f"{OFFICE}/relationships/officeDocument", "xl/workbook.xml")),
            (
                "xl/workbook.xml",
                f'{XML}<workbook xmlns="{main}" xmlns:r="{OFFICE}/relationships"><sheets>'
                '<sheet name="客户" sheetId="1" r:id="rId1"/></sheets></workbook>',
            ),
            ("xl/_rels/workbook.xml.rels", _relation(f"{OFFICE}/relationships/worksheet", "worksheets/sheet1.xml")),
            (
                "xl/worksheets/sheet1.xml",
                f'{XML}<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>',
            ),
        ]
    )


def _relation(kind: str, target: str) -> str:
    return (
        f'{XML}<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{kind}" Target="{target}"/></Relationships>'
    )


def pdf(lines: Sequence[str]) -> bytes:
    """A one-page PDF in a standard Chinese font (STSong-Light, UniGB-UCS2-H: PDF 1.7, 9.7.5.2), with its encoding."""
    rows = [
        f"BT /F1 {22 if n == 1 else 14} Tf 1 0 0 1 {72 if n == 0 else 90} {770 - 40 * n} Tm "
        f"<{line.encode('utf-16-be').hex()}> Tj ET"
        for n, line in enumerate(lines)
    ]
    content = "\n".join(rows).encode("ascii")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 7 0 R "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>",
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] "
        b"/ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
    ]
    made = io.BytesIO(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    made.seek(0, os.SEEK_END)
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(made.tell())
        made.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = made.tell()
    made.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    made.write(b"".join(b"%010d 00000 n \n" % offset for offset in offsets))
    made.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table))
    return made.getvalue()


def ofd(lines: Sequence[str]) -> bytes:
    """A one-page OFD (GB/T 33190-2016) with one text object a line."""
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    rows = "".join(
        f'<ofd:TextObject ID="{n + 10}" Boundary="{15 if n == 0 else 30} {15 + 12 * n} 160 8" Font="3" Size="5">'
        f'<ofd:TextCode X="0" Y="5">{escape(line)}</ofd:TextCode></ofd:TextObject>'
        for n, line in enumerate(lines)
    )
    page = "<ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox>"
    return _zip(
        [
            (
                "OFD.xml",
                f'{XML}<ofd:OFD {space} DocType="OFD" Version="1.1"><ofd:DocBody><ofd:DocInfo>'
                "<ofd:DocID>00000000000000000000000000000001</ofd:DocID></ofd:DocInfo>"
                "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
            ),
            (
                "Doc_0/Document.xml",
                f"{XML}<ofd:Document {space}><ofd:CommonData><ofd:MaxUnitID>100</ofd:MaxUnitID>"
                f"<ofd:PageArea>{page}</ofd:PageArea><ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData>"
                '<ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>',
            ),
            (
                "Doc_0/PublicRes.xml",
                f'{XML}<ofd:Res {space} BaseLoc="Res"><ofd:Fonts><ofd:Font ID="3" FontName="宋体"/></ofd:Fonts>'
                "</ofd:Res>",
            ),
            (
                "Doc_0/Pages/Page_0/Content.xml",
                f"{XML}<ofd:Page {space}><ofd:Area>{page}</ofd:Area><ofd:Content>"
                f'<ofd:Layer ID="2" Type="Body">{rows}</ofd:Layer></ofd:Content></ofd:Page>',
            ),
        ]
    )


def locked_zip(name: str, content: bytes, password: bytes) -> bytes:
    """A zip with one member under the traditional PKWARE encryption (APPNOTE 6.3, part 6.1)."""
    check = zlib.crc32(content)
    cipher = _traditional(password)
    hidden = bytes(map(cipher, os.urandom(11) + bytes([check >> 24]) + content))
    label = name.encode("utf-8")
    flags = 0x0801  # encrypted; name in UTF-8
    common = struct.pack("<HHHHHIIIHH", 20, flags, 0, 0, 0x5A21, check, len(hidden), len(content), len(label), 0)
    local = b"PK\x03\x04" + common + label + hidden
    entry = b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + label
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(entry), len(local), 0)
    return local + entry + end


def _traditional(password: bytes) -> Callable[[int], int]:
    """One byte in, one byte encrypted; the three keys of APPNOTE 6.1.5."""
    table = _crc_table()  # zlib's crc32 inverts its register at both ends, which this cipher does not
    keys = [0x12345678, 0x23456789, 0x34567890]

    def step(register: int, byte: int) -> int:
        return (register >> 8) ^ table[(register ^ byte) & 0xFF]

    def update(byte: int) -> None:
        keys[0] = step(keys[0], byte)
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = step(keys[2], keys[1] >> 24)

    for byte in password:
        update(byte)

    def encrypt(byte: int) -> int:
        mask = (keys[2] | 2) & 0xFFFF
        hidden = byte ^ (((mask * (mask ^ 1)) >> 8) & 0xFF)
        update(byte)
        return hidden

    return encrypt


def _crc_table() -> list[int]:
    table = []
    for number in range(256):
        for _ in range(8):
            number = (number >> 1) ^ (0xEDB88320 if number & 1 else 0)
        table.append(number)
    return table


def with_padding(package: bytes, size: int) -> bytes:
    """The same zip-based document with a part of random bytes, as a picture has, so that it has about this size."""
    made = io.BytesIO(package)
    with zipfile.ZipFile(made, "a") as opened:
        opened.writestr("docProps/thumbnail.bin", os.urandom(max(0, size - len(package))))
    return made.getvalue()
