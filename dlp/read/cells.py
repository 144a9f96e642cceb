"""Cells of spreadsheets with sheet and address, by python-calamine (xlsx, xlsm, xls)."""

from __future__ import annotations

import datetime
import io

from classifiers.model import Block, Region
from dlp.read import placing
from dlp.read.visit import Parts, Visit

_LETTERS = 26


def read(visit: Visit, seen: set[int], content: bytes | None = None) -> Parts:
    """Every cell that holds anything, row by row; ``seen`` collects the hashes of all texts.

    ``content`` is the workbook where it is only a part of the visit's file.
    """
    from python_calamine import CalamineWorkbook

    visit.budget.held(visit.source.size)
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(visit.source.all() if content is None else content))
    sheets = workbook.sheets_metadata
    for number, meta in enumerate(sheets):
        visit.progress, visit.told = number / len(sheets), f"{number} of {len(sheets)} sheets"
        yield Block(meta.name, visit.place(Region.TITLE, part="sheet name", sheet=meta.name))
        if str(meta.typ).endswith("WorkSheet"):
            yield from _sheet(visit, workbook.get_sheet_by_index(number), meta.name, number, seen)


def _sheet(visit: Visit, sheet: object, name: str, number: int, seen: set[int]) -> Parts:
    path, columns = visit.source.path, [column(index) for index in range(getattr(sheet, "total_width", 0) or 0)]
    for row, values in enumerate(sheet.iter_rows()):  # type: ignore[attr-defined]
        for index, value in enumerate(values):
            if value == "":
                continue
            text = value if type(value) is str else shown(value)
            seen.add(hash(text))
            letters = columns[index] if index < len(columns) else column(index)
            yield placing.cell(text, path, name, f"{letters}{row + 1}", (number, row, index))


def column(index: int) -> str:
    """The letters of a column counted from 0: A, B, … Z, AA."""
    letters, rest = "", index + 1
    while rest:
        rest, digit = divmod(rest - 1, _LETTERS)
        letters = chr(65 + digit) + letters
    return letters


def shown(value: object) -> str:
    """A cell's value as a person would read it."""
    if isinstance(value, float):
        # Long numbers are identifiers: 1.10105194912310e+17 would be found by no rule.
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e20 else f"{value:.15g}"
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ")
    return str(value)
