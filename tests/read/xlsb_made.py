"""A binary workbook (MS-XLSB) by raw records, since no program that we can run writes one."""

from __future__ import annotations

import struct

from matrix_ooxml import Marks, package, relations

from classifiers.model import Region

_MAIN = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
_KIND = "application/vnd.ms-excel."


def record(kind: int, content: bytes = b"") -> bytes:
    number = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, size = len(content), b""
    while True:
        length, low = length >> 7, length & 0x7F
        size += bytes([low | (0x80 if length else 0)])
        if not length:
            return number + size + content


def wide(text: str | None) -> bytes:
    if text is None:
        return b"\xff\xff\xff\xff"
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def rich(text: str, spoken: str = "") -> bytes:
    runs = struct.pack("<I4x", 1)
    return bytes([1 | (2 if spoken else 0)]) + wide(text) + runs + (wide(spoken) + runs if spoken else b"")


def cell(column: int, style: int = 0) -> bytes:
    return struct.pack("<II", column, style)


def area(row: int, column: int) -> bytes:
    return struct.pack("<4I", row, row, column, column)


def row(number: int) -> bytes:
    return record(0, struct.pack("<I", number) + bytes(13))


def formula(text: str) -> bytes:
    inner = b"\x17" + struct.pack("<H", len(text)) + text.encode("utf-16-le")
    return struct.pack("<HI", 0, len(inner)) + inner + struct.pack("<I", 0)


def rk(value: int) -> bytes:
    return struct.pack("<i", value << 2 | 2)


def sheet(*cells: bytes, after: bytes = b"") -> bytes:
    return record(129) + record(145) + b"".join(cells) + record(146) + after + record(130)


def parts(first: bytes = b"") -> dict[str, tuple[str, str | bytes]]:
    """The parts of a workbook of two sheets, one of them very hidden; ``first`` goes for the cells of the first."""
    k = "二进制"
    bundle = (
        record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide(k + "甲")),
        record(156, struct.pack("<II", 2, 2) + wide("rId2") + wide("乙")),
    )
    name = bytes(9) + wide("n") + formula(k + "定义名称")[2:] + wide(k + "名称说明")
    headers = b"\0\0" + wide(f'&L左&C&"宋体"&12{k}页眉') + wide(f"&R{k}页脚") + wide(None) * 3 + wide(k + "首页页脚")
    choice = struct.pack("<II", 0, 1) + area(0, 2) + wide(None) * 2 + wide("提示") + wide(k + "输入提示")
    link = area(4, 1) + wide("") + wide(k + "位置") + wide(k + "提示语") + wide("见此")
    around = (
        record(479, headers) + record(64, choice + formula(k + "下拉甲,乙")) + record(494, link)
        + record(1050, wide(k + "别的记录"))
    )  # fmt: skip
    cells = (
        row(1), record(6, cell(1) + wide(k + "单元格")), record(7, cell(2) + struct.pack("<I", 0)),
        record(62, cell(3) + rich(k + "多格式", "拼音")), record(17, struct.pack("<I", 0) + wide(k + "邻格")),
        row(2), record(8, cell(0) + wide(k + "算得") + formula(k + "公式")), record(2, cell(1, 1) + rk(45_000)),
        record(5, cell(2) + struct.pack("<d", 110105194912310021.0)), record(2, cell(3) + rk(-5)),
    )  # fmt: skip
    comments = (
        record(628) + record(630) + record(632, wide(k + "批注者")) + record(631)
        + record(635, struct.pack("<I", 0) + area(6, 1) + bytes(16)) + record(637, rich(k + "批注")) + record(629)
    )  # fmt: skip
    styles = record(44, struct.pack("<H", 170) + wide(f'0"{k}数字格式"')) + record(617) + (
        record(47, struct.pack("<HH", 0, 0)) + record(47, struct.pack("<HH", 0, 14)) + record(618)
    )  # fmt: skip
    return {
        "_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.bin")),
        "xl/workbook.bin": (_MAIN, record(131) + b"".join(bundle) + record(39, name) + record(132)),
        "xl/_rels/workbook.bin.rels": relations(
            ("rId1", "worksheet", "worksheets/sheet1.bin"), ("rId2", "worksheet", "worksheets/sheet2.bin")
        ),
        "xl/worksheets/sheet1.bin": (_KIND + "worksheet", first or sheet(*cells, after=around)),
        "xl/worksheets/_rels/sheet1.bin.rels": relations(("rId1", "comments", "../comments1.bin")),
        "xl/worksheets/sheet2.bin": (_KIND + "worksheet", sheet(row(0), record(6, cell(0) + wide(k + "深度隐藏表")))),
        "xl/sharedStrings.bin": (
            _KIND + "sharedStrings",
            record(19, rich(k + "共享", k + "读音")) + record(19, rich(k + "无人使用")),
        ),
        "xl/styles.bin": (_KIND + "styles", styles),
        "xl/comments1.bin": (_KIND + "comments", comments),
        "xl/pivotCache/pivotCacheDefinition1.bin": (_KIND + "pivotCacheDefinition", record(24, wide(k + "透视缓存"))),
    }  # fmt: skip


def xlsb() -> tuple[bytes, Marks]:
    k = "二进制"
    marks: Marks = dict.fromkeys(
        (k + m for m in ("单元格", "共享", "多格式", "邻格", "算得", "深度隐藏表")), Region.CELL
    )
    marks |= {
        k + "甲": Region.TITLE,
        k + "页眉": Region.HEADER,
        k + "页脚": Region.FOOTER,
        k + "首页页脚": Region.FOOTER,
    }
    marks |= {k + "批注": Region.COMMENT, k + "批注者": Region.METADATA}
    others = "公式 定义名称 名称说明 输入提示 下拉甲 位置 提示语 别的记录 读音 无人使用 数字格式 透视缓存"
    return package(parts()), marks | dict.fromkeys(k + m for m in others.split())
