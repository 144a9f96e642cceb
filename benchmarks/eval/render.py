# ruff: noqa: E501 - sentences and markup stay on one line, so that they read as they are written
"""Papers as bytes of eight formats, written without a library where one would hide what is in them."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from xml.sax.saxutils import escape

from benchmarks.eval.paper import Paper

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SLIDE = "http://schemas.openxmlformats.org/presentationml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
TYPE = "application/vnd.openxmlformats-officedocument"
VALUES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
LINE = 34
"""Characters of a line on a page."""


def wrapped(paper: Paper) -> list[str]:
    """The lines of a page, tables as rows of text."""
    rows = ["    ".join(row) for row in paper.table]
    lines = [paper.header, *paper.lines, *rows] if paper.header else [*paper.lines, *rows]
    return [part for line in lines for one in line.split("\n") for part in _fitted(one)]


def _fitted(line: str) -> list[str]:
    """Broken where the page ends, as writers do: a word of letters and digits as a whole, if a line can hold it."""
    parts, room = [""], 0.0
    for word in re.findall(r"[!-~]{1,80}|.", line):
        width = sum(0.55 if one.isascii() else 1.0 for one in word)
        if room + width > LINE:
            parts.append("")
            room = 0.0
        room += width
        parts[-1] += word
    return parts


def xml_text(text: str) -> str:
    """Escaped, line breaks kept as the caller writes them."""
    return escape(text)


def package(parts: dict[str, str]) -> bytes:
    """A zip of text parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return made.getvalue()


def relations(*pairs: tuple[str, str]) -> str:
    """A relationships part."""
    rows = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/relationships/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(pairs, 1)
    )
    return f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{rows}</Relationships>'


def types(*overrides: tuple[str, str]) -> str:
    """A content types part."""
    rows = "".join(f'<Override PartName="{name}" ContentType="{TYPE}.{kind}+xml"/>' for name, kind in overrides)
    relation = "application/vnd.openxmlformats-package.relationships+xml"
    return (
        f'{XML}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="{relation}"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{rows}</Types>'
    )


def custom(paper: Paper) -> str:
    """docProps/custom.xml."""
    rows = "".join(
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{n}" name="{xml_text(name)}">'
        f"<vt:lpwstr>{xml_text(value)}</vt:lpwstr></property>"
        for n, (name, value) in enumerate(paper.properties.items(), 2)
    )
    return f'{XML}<Properties xmlns="{CUSTOM}" xmlns:vt="{VALUES}">{rows}</Properties>'


def txt(paper: Paper) -> bytes:
    """UTF-8 text."""
    rows = ["\t".join(row) for row in paper.table]
    return "\n".join([*([paper.header] if paper.header else []), *paper.lines, *rows]).encode("utf-8")


def docx(paper: Paper) -> bytes:
    """A Word document; the target line in a run for each character where it is split."""

    def run(text: str) -> str:
        return f'<w:r><w:t xml:space="preserve">{xml_text(text)}</w:t></w:r>'

    def paragraph(text: str, split: bool) -> str:
        runs = [
            "<w:r><w:br/></w:r>" if part == "\n" else run(part) for part in (text if split or "\n" in text else [text])
        ]
        return f"<w:p>{''.join(runs)}</w:p>"

    lines = "".join(paragraph(line, paper.split and n == paper.target) for n, line in enumerate(paper.lines))
    table = "".join(
        "<w:tr>" + "".join(f"<w:tc>{paragraph(cell, False)}</w:tc>" for cell in row) + "</w:tr>" for row in paper.table
    )
    table = f"<w:tbl>{table}</w:tbl>" if table else ""
    reference = '<w:sectPr><w:headerReference w:type="default" r:id="rId1"/></w:sectPr>' if paper.header else ""
    space = f'xmlns:w="{WORD}" xmlns:r="{OFFICE}/relationships"'
    parts = {
        "[Content_Types].xml": types(("/word/document.xml", "wordprocessingml.document.main"), ("/word/header1.xml", "wordprocessingml.header"), ("/docProps/custom.xml", "custom-properties")),
        "_rels/.rels": relations(("officeDocument", "word/document.xml"), ("custom-properties", "docProps/custom.xml")),
        "word/document.xml": f"{XML}<w:document {space}><w:body>{lines}{table}{reference}</w:body></w:document>",
        "docProps/custom.xml": custom(paper),
    }  # fmt: skip
    if paper.header:
        parts["word/_rels/document.xml.rels"] = relations(("header", "header1.xml"))
        parts["word/header1.xml"] = f"{XML}<w:hdr {space}>{paragraph(paper.header, paper.split)}</w:hdr>"
    return package(parts)


def xlsx(paper: Paper) -> bytes:
    """A workbook: a line a row, then the table; a header in the sheet's own."""

    def cell(text: str, row: int, column: int, split: bool) -> str:
        said = "".join(f"<r><t>{xml_text(c)}</t></r>" for c in text) if split else f"<t>{xml_text(text)}</t>"
        return f'<c r="{chr(64 + column)}{row}" t="inlineStr"><is>{said}</is></c>'

    rows = [[line] for line in paper.lines] + paper.table
    body = "".join(
        f'<row r="{r}">'
        + "".join(cell(text, r, c, paper.split and r - 1 == paper.target) for c, text in enumerate(row, 1))
        + "</row>"
        for r, row in enumerate(rows, 1)
    )
    header = (
        f"<headerFooter><oddHeader>&amp;L{xml_text(paper.header)}</oddHeader></headerFooter>" if paper.header else ""
    )
    return package({
        "[Content_Types].xml": types(("/xl/workbook.xml", "spreadsheetml.sheet.main"), ("/xl/worksheets/sheet1.xml", "spreadsheetml.worksheet"), ("/docProps/custom.xml", "custom-properties")),
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml"), ("custom-properties", "docProps/custom.xml")),
        "xl/workbook.xml": f'{XML}<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}/relationships"><sheets><sheet name="表" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(("worksheet", "worksheets/sheet1.xml")),
        "xl/worksheets/sheet1.xml": f'{XML}<worksheet xmlns="{SHEET}"><sheetData>{body}</sheetData>{header}</worksheet>',
        "docProps/custom.xml": custom(paper),
    })  # fmt: skip


def pptx(paper: Paper) -> bytes:
    """A slide: each line a text box."""

    def box(number: int, text: str, split: bool) -> str:
        runs = "".join(
            f"<a:r><a:t>{xml_text(part)}</a:t></a:r>" if part != "\n" else "<a:br/>"
            for part in (text if split or "\n" in text else [text])
        )
        return (
            f'<p:sp><p:nvSpPr><p:cNvPr id="{number + 2}" name="t{number}"/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm>'
            f'<a:off x="300000" y="{200000 + number * 350000}"/><a:ext cx="8000000" cy="300000"/></a:xfrm></p:spPr>'
            f"<p:txBody><a:bodyPr/><a:p>{runs}</a:p></p:txBody></p:sp>"
        )  # fmt: skip

    rows = ["\t".join(row) for row in paper.table]
    lines = [*([paper.header] if paper.header else []), *paper.lines, *rows]
    target = paper.target + bool(paper.header) if paper.target >= 0 else 0
    boxes = "".join(box(n, line, paper.split and n == target) for n, line in enumerate(lines))
    space = f'xmlns:p="{SLIDE}" xmlns:a="{DRAWING}" xmlns:r="{OFFICE}/relationships"'
    return package({
        "[Content_Types].xml": types(("/ppt/presentation.xml", "presentationml.presentation.main"), ("/ppt/slides/slide1.xml", "presentationml.slide"), ("/docProps/custom.xml", "custom-properties")),
        "_rels/.rels": relations(("officeDocument", "ppt/presentation.xml"), ("custom-properties", "docProps/custom.xml")),
        "ppt/presentation.xml": f'{XML}<p:presentation {space}><p:sldIdLst><p:sldId id="256" r:id="rId1"/></p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/></p:presentation>',
        "ppt/_rels/presentation.xml.rels": relations(("slide", "slides/slide1.xml")),
        "ppt/slides/slide1.xml": f"{XML}<p:sld {space}><p:cSld><p:spTree><p:nvGrpSpPr/><p:grpSpPr/>{boxes}</p:spTree></p:cSld></p:sld>",
        "docProps/custom.xml": custom(paper),
    })  # fmt: skip


def pdf(paper: Paper) -> bytes:
    """A page in a standard Chinese font (PDF 1.7, 9.7.5.2); properties in the document information."""
    rows = []
    lines = wrapped(paper)
    target = paper.lines[paper.target].split("\n")[0] if paper.target >= 0 else paper.header
    for n, line in enumerate(lines):
        parts = list(line) if paper.split and line == target else [line]
        for m, part in enumerate(parts):
            rows.append(
                f"BT /F1 {16 if n < 2 else 12} Tf 1 0 0 1 {72 + m * 17} {790 - 20 * n} Tm <{part.encode('utf-16-be').hex()}> Tj ET"
            )
    content = "\n".join(rows).encode("ascii")
    told = b"".join(
        _name(k) + b" <feff" + v.encode("utf-16-be").hex().encode() + b">" for k, v in paper.properties.items()
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H /DescendantFonts [6 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 7 0 R /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>",
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
        b"<< " + told + b" >>",
    ]  # fmt: skip
    made, offsets = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    made += b"trailer\n<< /Size %d /Root 1 0 R /Info 8 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(made)


def _name(text: str) -> bytes:
    return b"/" + "".join(f"#{byte:02x}" for byte in text.encode("utf-8")).encode()


def ofd(paper: Paper) -> bytes:
    """A page with a text object a line, or one a character where the line is split."""
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    target = paper.lines[paper.target].split("\n")[0] if paper.target >= 0 else paper.header
    rows, number = [], 10
    for n, line in enumerate(wrapped(paper)):
        for m, part in enumerate(list(line) if paper.split and line == target else [line]):
            number += 1
            rows.append(
                f'<ofd:TextObject ID="{number}" Boundary="{20 + 6 * m} {12 + 7 * n} {6 * max(1, len(part))} 6" Font="3" Size="{5.6 if n < 2 else 4.2}">'
                f'<ofd:TextCode X="0" Y="5">{xml_text(part)}</ofd:TextCode></ofd:TextObject>'
            )  # fmt: skip
    page = "<ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox>"
    told = "".join(
        f'<ofd:CustomData Name="{xml_text(k)}">{xml_text(v)}</ofd:CustomData>' for k, v in paper.properties.items()
    )
    told = f"<ofd:CustomDatas>{told}</ofd:CustomDatas>" if told else ""
    return package({
        "OFD.xml": f'{XML}<ofd:OFD {space} DocType="OFD" Version="1.1"><ofd:DocBody><ofd:DocInfo><ofd:DocID>00000000000000000000000000000001</ofd:DocID>{told}</ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>',
        "Doc_0/Document.xml": f'{XML}<ofd:Document {space}><ofd:CommonData><ofd:MaxUnitID>9999</ofd:MaxUnitID><ofd:PageArea>{page}</ofd:PageArea><ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData><ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>',
        "Doc_0/PublicRes.xml": f'{XML}<ofd:Res {space} BaseLoc="Res"><ofd:Fonts><ofd:Font ID="3" FontName="宋体"/></ofd:Fonts></ofd:Res>',
        "Doc_0/Pages/Page_0/Content.xml": f'{XML}<ofd:Page {space}><ofd:Area>{page}</ofd:Area><ofd:Content><ofd:Layer ID="2" Type="Body">{"".join(rows)}</ofd:Layer></ofd:Content></ofd:Page>',
    })  # fmt: skip


def html_page(paper: Paper) -> bytes:
    """A page; the target line in an element for each character where it is split."""
    said = []
    for n, line in enumerate([*([paper.header] if paper.header else []), *paper.lines]):
        split = paper.split and n == (paper.target + bool(paper.header) if paper.target >= 0 else 0)
        inner = (
            "".join(f"<span>{html.escape(c)}</span>" for c in line)
            if split
            else html.escape(line).replace("\n", "<br>")
        )
        said.append(f"<p>{inner}</p>")
    rows = "".join("<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in row) + "</tr>" for row in paper.table)
    meta = "".join(f'<meta name="{html.escape(k)}" content="{html.escape(v)}">' for k, v in paper.properties.items())
    table = f"<table>{rows}</table>" if rows else ""
    return f'<!DOCTYPE html><html><head><meta charset="utf-8">{meta}</head><body>{"".join(said)}{table}</body></html>'.encode()


def eml(paper: Paper) -> bytes:
    """A mail; properties as headers of their own."""
    message = EmailMessage()
    message["From"], message["To"] = "sender@example.invalid", "receiver@example.invalid"
    message["Subject"] = "材料"
    for name, value in paper.properties.items():
        message["X-Classification" if not name.isascii() else name] = value
    message.set_content(txt(paper).decode("utf-8"))
    return message.as_bytes()


FORMATS: dict[str, Callable[[Paper], bytes]] = {
    "txt": txt, "docx": docx, "xlsx": xlsx, "pptx": pptx, "pdf": pdf, "ofd": ofd, "html": html_page, "eml": eml,
}  # fmt: skip
