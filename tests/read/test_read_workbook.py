"""Workbooks whose cells are not where programs mostly put them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import xlsb_made
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matrix_ooxml import package
from reading import read_bytes
from xlsb_made import wide

from classifiers.model import GapReason, Region
from classifiers.unplaced import letters
from dlp.read.cells import shown

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples" / "tika"


def test_cells_very_far_apart_are_read_without_the_room_between_them() -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["XFD1048576"] = "near", "机密 far"
    made = io.BytesIO()
    book.save(made)
    found = read_bytes(made.getvalue(), "a.xlsx")
    assert [block.place.cell for block in found.having("机密 far")] == ["XFD1048576"]
    assert found.regions(sheet.title) == [Region.TITLE]
    assert not found.gaps


@given(
    st.dictionaries(
        st.tuples(st.integers(1, 700), st.integers(1, 60)), st.sampled_from(["甲", "机密", 7, 2.5]), min_size=1
    )
)
@example({(9, 4): "x"})
@example({(3, 2): "x", (9, 4): "y"})
@settings(max_examples=25, deadline=None)
def test_cells_are_told_at_their_own_address_wherever_the_used_area_begins(
    cells: dict[tuple[int, int], object],
) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for (row, column), value in cells.items():
        sheet.cell(row, column, value)  # type: ignore[arg-type]
    made = io.BytesIO()
    book.save(made)
    found = [block.place for block in read_bytes(made.getvalue(), "a.xlsx").blocks if block.place.region is Region.CELL]
    written = sorted((row - 1, column - 1) for row, column in cells)
    assert [(place.row, place.column) for place in found] == written
    assert [place.cell for place in found] == [f"{letters(column)}{row + 1}" for row, column in written]


def test_cells_of_a_binary_workbook_have_sheet_address_and_meaning() -> None:
    found = read_bytes(xlsb_made.xlsb()[0], "a.xlsb")
    cells = {(block.place.sheet, block.place.cell): block.text for block in found.blocks if block.place.row is not None}
    assert cells == {
        ("二进制甲", "B2"): "二进制单元格",
        ("二进制甲", "C2"): "二进制共享",
        ("二进制甲", "D2"): "二进制多格式 拼音",
        ("二进制甲", "E2"): "二进制邻格",
        ("二进制甲", "A3"): "二进制算得",
        ("二进制甲", "B3"): "2023-03-15",
        ("二进制甲", "C3"): "110105194912310016",
        ("二进制甲", "D3"): "-5",
        ("乙", "A1"): "二进制深度隐藏表",
    }
    comment = next(block for block in found.having("二进制批注") if block.place.region is Region.COMMENT)
    assert (comment.place.sheet, comment.place.cell) == ("二进制甲", "B7")


def test_cells_of_a_binary_workbook_very_far_apart_cost_no_reading_process() -> None:
    far = xlsb_made.row(0) + xlsb_made.record(6, xlsb_made.cell(0) + xlsb_made.wide("near"))
    far += xlsb_made.row(1_048_575) + xlsb_made.record(6, xlsb_made.cell(16_383) + xlsb_made.wide("机密 far"))
    found = read_bytes(package(xlsb_made.parts(xlsb_made.sheet(far))), "a.xlsb")
    assert [block.place.cell for block in found.having("机密 far")] == ["XFD1048576"]
    assert not found.gaps


@pytest.mark.parametrize(
    "broken",
    [
        b"\x06",
        b"\x06\xff\xff\xff\x7f",
        b"\x06\x04abcd",
        b"\x06\x0c" + bytes(8) + b"\xff\xff\xff\x7f",
        b"\x07\x08" + bytes(8),
    ],
)
def test_broken_records_keep_what_stands_before_them_and_the_other_sheets(broken: bytes) -> None:
    good = xlsb_made.row(0) + xlsb_made.record(6, xlsb_made.cell(0) + wide("机密 before"))
    found = read_bytes(package(xlsb_made.parts(good + broken)), "a.xlsb")
    assert found.regions("机密 before") == [Region.CELL]
    assert found.regions("二进制深度隐藏表") == [Region.CELL]
    assert [(gap.reason, gap.place.part) for gap in found.gaps] == [(GapReason.BROKEN, "xl/worksheets/sheet1.bin")]


@pytest.mark.skipif(not SAMPLES.exists(), reason="the samples are not there")
@pytest.mark.parametrize("name", ["test-columnar", "testEXCEL_charts", "testEXCEL_diagramData", "testEXCEL_various"])
def test_a_binary_workbook_gives_the_same_cells_as_calamine(name: str) -> None:
    from python_calamine import CalamineWorkbook

    content = (SAMPLES / f"{name}.xlsb").read_bytes()
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    theirs = [
        (sheet, f"{letters(at)}{row + 1}", value if isinstance(value, str) else shown(value))
        for sheet in book.sheet_names
        for row, values in enumerate(book.get_sheet_by_name(sheet).iter_rows())
        for at, value in enumerate(values)
        if value != ""
    ]
    found = read_bytes(content, "a.xlsb")
    cells = [block for block in found.blocks if block.place.row is not None]
    assert [(block.place.sheet, block.place.cell, block.text) for block in cells] == theirs
    assert not found.gaps


@pytest.mark.skipif(not SAMPLES.exists(), reason="the samples are not there")
def test_a_binary_workbook_of_a_beta_is_read() -> None:
    found = read_bytes((SAMPLES / "testEXCEL.xlsb").read_bytes(), "a.xlsb")
    (block,) = found.having("example spreadsheet created with")
    assert (block.place.sheet, block.place.cell) == ("Sheet1", "A1")
    assert not found.gaps
