"""Hostile and huge files, through the confined process as they come in."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from matrix_ooxml import EXCEL, package, relations

from classifiers.model import Classification, GapKind, GapReason
from classifiers.pack import shipped
from dlp.model import Limits
from dlp.read.sandbox import Workers

FAST = replace(Limits(), seconds=8.0)
MOST_RESIDENT = 400 * 1024 * 1024
"""Bytes that a process may hold while it reads something huge; it is replaced after."""


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(1, FAST, shipped(), bytes(32)) as pool:
        yield pool


def judged(workers: Workers, path: Path) -> Classification:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return workers.judge(descriptor, path.name).classification
    finally:
        os.close(descriptor)


def unreadable(classification: Classification) -> set[GapReason]:
    return {gap.reason for gap in classification.gaps if gap.kind is GapKind.UNREADABLE}


def test_a_log_of_two_gigabytes_is_judged_as_far_as_the_limits_go(workers: Workers, tmp_path: Path) -> None:
    path = tmp_path / "big.log"
    with path.open("wb") as file:
        file.write("机密★10年\n".encode())
        file.write(("2026-01-01 00:00:00 INFO 请求处理完成，耗时 12 毫秒\n" * 20_000).encode())
        file.truncate(2 * 1024**3)
    classification = judged(workers, path)
    assert classification.level.id == "highly_secret"
    (gap,) = [gap for gap in classification.gaps if gap.kind is GapKind.UNREADABLE]
    assert gap.reason in {GapReason.TOO_BIG, GapReason.TOO_SLOW}
    assert 0 < gap.coverage < 1
    assert "bytes read" in gap.detail
    assert _peak(workers) < MOST_RESIDENT


def test_a_zip_of_one_gigabyte_is_judged_as_far_as_the_limits_go(workers: Workers, tmp_path: Path) -> None:
    path = tmp_path / "big.zip"
    line = "2026-01-01 00:00:00 INFO 请求处理完成，耗时 12 毫秒\n".encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("first.txt", "机密★10年\n".encode())
        with archive.open("big.log", "w", force_zip64=True) as member:
            for number in range(1024):
                member.write(b"%d %s" % (number, line * (1024 * 1024 // len(line))))
    classification = judged(workers, path)
    assert classification.level.id == "highly_secret"
    assert unreadable(classification) <= {GapReason.TOO_BIG, GapReason.TOO_SLOW}
    assert _peak(workers) < MOST_RESIDENT


def _peak(workers: Workers) -> int:
    """Largest resident memory of the process so far, bytes."""
    if not workers._idle:
        return 0
    status = Path(f"/proc/{workers._idle[-1].pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024


def bomb_of_shared_strings() -> bytes:
    """A small workbook that shows one long string in very many cells: 10,000,000,000 characters."""
    ns = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    row = "<row>" + '<c t="s"><v>0</v></c>' * 1000 + "</row>"
    parts = {
        "_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": (
            f"{EXCEL}.sheet.main+xml",
            f'<workbook {ns} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
            '<sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>',
        ),
        "xl/_rels/workbook.xml.rels": relations(
            ("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId2", "sharedStrings", "sharedStrings.xml")
        ),
        "xl/worksheets/sheet1.xml": (
            f"{EXCEL}.worksheet+xml",
            f"<worksheet {ns}><sheetData>{row * 400}</sheetData></worksheet>",
        ),
        "xl/sharedStrings.xml": (f"{EXCEL}.sharedStrings+xml", f"<sst {ns}><si><t>{'a b ' * 8000}</t></si></sst>"),
    }
    return package(parts)


def deep_xml() -> bytes:
    return b"<?xml version='1.0'?>" + b"<a>" * 100_000 + b"</a>" * 100_000


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{entities}]><x>&l9;</x>'.encode()


def outside() -> bytes:
    return b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'


def zeros() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.txt", b" " * (1 << 28))
    return made.getvalue()


def nested(depth: int) -> bytes:
    content, name = b"end", "end.txt"
    for _ in range(depth):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr(name, content)
        content, name = made.getvalue(), "next.zip"
    return content


@pytest.mark.parametrize(
    ("name", "content", "reasons"),
    [
        ("bomb.xlsx", bomb_of_shared_strings, {GapReason.TOO_BIG, GapReason.TOO_SLOW}),
        ("zeros.zip", zeros, {GapReason.TOO_BIG, GapReason.TOO_SLOW}),
        ("nested.zip", lambda: nested(40), {GapReason.TOO_DEEP}),
    ],
)
def test_bombs_end_as_gaps_that_name_the_limit(name: str, content, reasons, workers: Workers, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content())
    classification = judged(workers, path)
    assert unreadable(classification) & reasons, classification.gaps
    assert GapReason.WORKER_LOST not in unreadable(classification)


@pytest.mark.parametrize("content", [deep_xml, laughs, outside])
def test_hostile_xml_is_read_as_it_stands_and_expands_nothing(content, workers: Workers, tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(content())
    classification = judged(workers, path)
    assert classification.characters < len(content()) + 100
    assert GapReason.WORKER_LOST not in unreadable(classification)


CMAPS = {
    "GB-EUC-H": "gb2312", "GBpc-EUC-H": "gb2312", "GBK-EUC-H": "gbk", "GBK-EUC-V": "gbk", "GBKp-EUC-H": "gbk",
    "GBK2K-H": "gb18030", "GBK2K-V": "gb18030", "UniGB-UCS2-H": "utf-16-be", "UniGB-UCS2-V": "utf-16-be",
    "UniGB-UTF16-H": "utf-16-be", "B5pc-H": "big5", "ETen-B5-H": "big5", "ETen-B5-V": "big5", "ETenms-B5-H": "big5",
    "HKscs-B5-H": "big5", "UniCNS-UCS2-H": "utf-16-be", "UniCNS-UTF16-H": "utf-16-be",
}  # fmt: skip


@pytest.mark.parametrize("cmap", sorted(CMAPS))
def test_a_pdf_of_each_predefined_chinese_cmap_is_read_inside(cmap: str, workers: Workers, tmp_path: Path) -> None:
    import pikepdf
    from pikepdf import Array, Dictionary, Name, String

    simplified = cmap.startswith("GB") or "GB-" in cmap
    text = "机密★10年" if simplified else "機密★10年"
    made = pikepdf.new()
    page = made.add_blank_page(page_size=(595, 842))
    system = Dictionary(Registry=String("Adobe"), Ordering=String("GB1" if simplified else "CNS1"), Supplement=4)
    inner = Dictionary(Type=Name.Font, Subtype=Name.CIDFontType0, BaseFont=Name("/STSong-Light"), CIDSystemInfo=system)
    inner.FontDescriptor = Dictionary(Type=Name.FontDescriptor, FontName=Name("/STSong-Light"), Flags=6)
    font = Dictionary(Type=Name.Font, Subtype=Name.Type0, BaseFont=Name("/STSong-Light"), Encoding=Name(f"/{cmap}"))
    font.DescendantFonts = Array([made.make_indirect(inner)])
    page.Resources = Dictionary(Font=Dictionary(F=font))
    page.Contents = made.make_stream(b"BT /F 22 Tf 72 780 Td <" + text.encode(CMAPS[cmap]).hex().encode() + b"> Tj ET")
    path = tmp_path / "a.pdf"
    made.save(path)
    classification = judged(workers, path)
    assert classification.level.id == "highly_secret", classification
