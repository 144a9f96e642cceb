# ruff: noqa: E501 - raw documents are read as they stand
"""The same marks as LibreOffice writes them in its formats (made by tests/corpus/make.py)."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading import read_bytes

from classifiers.model import GapKind, Region

OFFICE = Path(__file__).parent.parent / "corpus" / "office"
TEXT = {
    "正文文字": Region.BODY,
    "删除文字": Region.BODY,
    "隐藏文字": Region.BODY,
    "表格左文字": Region.CELL,
    "表格右文字": Region.CELL,
    "页眉文字": Region.HEADER,
    "页脚文字": Region.FOOTER,
    "脚注文字": Region.NOTE,
    "尾注文字": Region.NOTE,
    "批注文字": Region.COMMENT,
    "文本框文字": Region.TEXT_BOX,
}
SHEET = {"单元格文字": Region.CELL, "13800138000": Region.CELL, "隐藏表文字": Region.CELL, "批注文字": Region.COMMENT}
SHEET |= {"页眉文字": Region.HEADER, "页脚文字": Region.FOOTER, "表甲": Region.TITLE}
SLIDES = {"幻灯片文字": None, "备注文字": Region.NOTE}
PROPERTIES = {"标题属性": Region.METADATA, "主题属性": Region.METADATA, "自定义属性": Region.METADATA}
PLAIN = dict.fromkeys(mark for mark in TEXT if mark != "隐藏文字")
EXPECTED = {
    "fodt": TEXT, "odt": TEXT, "docx": TEXT, "doc": TEXT | {"页脚文字": Region.HEADER},
    "rtf": TEXT | {"表格左文字": Region.BODY, "表格右文字": Region.BODY},
    "fods": SHEET, "ods": SHEET, "xlsx": SHEET, "xls": SHEET, "fodp": SLIDES, "odp": SLIDES, "pptx": SLIDES, "ppt": SLIDES,
    "html": dict.fromkeys(TEXT), "pdf": {mark: None for mark in PLAIN if mark != "批注文字"},
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(EXPECTED))
def test_every_mark_is_found_in_its_region(kind: str) -> None:
    found = read_bytes((OFFICE / f"marks.{kind}").read_bytes(), f"marks.{kind}")
    own = {} if kind == "html" else PROPERTIES if kind != "pdf" else {"标题属性": Region.METADATA}
    for mark, region in (EXPECTED[kind] | own).items():
        regions = found.regions(mark)
        assert regions, f"{mark} was not found"
        assert region is None or set(regions) == {region}, f"{mark} is in {regions}, expected {region}"
    assert not [gap for gap in found.gaps if gap.kind is GapKind.UNREADABLE]
    assert not found.having("ignored:")


@pytest.mark.parametrize("kind", sorted(EXPECTED))
def test_the_type_is_told_by_content_and_a_lying_name_is_told(kind: str) -> None:
    content = (OFFICE / f"marks.{kind}").read_bytes()
    assert not [b for b in read_bytes(content, f"a.{kind}").blocks if b.place.part == "true type"]
    told = [b for b in read_bytes(content, "holiday.jpg").blocks if b.place.part == "true type"]
    assert [block.place.region for block in told] == [Region.METADATA]
    assert told[0].text.startswith("jpg: ")
