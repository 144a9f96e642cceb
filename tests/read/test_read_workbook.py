"""Workbooks whose cells are not where programs mostly put them."""

from __future__ import annotations

import io

from reading import read_bytes

from classifiers.model import Region


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
