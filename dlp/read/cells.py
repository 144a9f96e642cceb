"""Cells of spreadsheets with sheet and address, by python-calamine (xlsx, xlsm, xls)."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator, Sequence
from itertools import islice

from classifiers.model import Block, Region
from classifiers.unplaced import Cells, Sheet
from dlp.read.visit import Parts, Visit

_TOGETHER = 256
"""Cells of whole rows handed on together: what is asked of each part is asked once for all of them."""


_EXACT = 1e15
"""Below it fifteen digits are all that a whole number has, and most numbers in sheets are."""


def read(visit: Visit, seen: set[int] | None, content: bytes | None = None) -> Parts:
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
            sheet = workbook.get_sheet_by_index(number)
            rows = max(1, _TOGETHER // max(1, sheet.width))
            # The rows come from the first of the sheet on, the columns from the first that holds anything.
            column = sheet.start[1] if sheet.start else 0
            for cells in _together(sheet.iter_rows(), rows, Sheet(visit.source.path, meta.name, number), column):
                if seen is not None:
                    seen.update(map(hash, cells.texts))
                yield cells


def _together(rows: Iterator[Sequence[object]], most: int, sheet: Sheet, column: int) -> Iterator[Cells]:
    first = 0
    while some := list(islice(rows, most)):
        # A call for each row would be a tenth of reading it.
        texts = [value if type(value) is str else shown(value) for values in some for value in values]
        if len(texts) != len(some) * len(some[0]):
            raise ValueError("rows of different lengths")  # else cells would be told at the wrong address
        cells = Cells(sheet, first, len(some[0]), texts, column)
        first += len(some)
        if cells.texts:
            yield cells


def shown(value: object) -> str:
    """A cell's value as a person would read it."""
    if isinstance(value, float):
        if value and -_EXACT < value < _EXACT:
            return f"{value:.15g}"
        if value.is_integer() and abs(value) < 1e20:
            # Long numbers are identifiers: 1.10105194912310e+17 would be found by no rule.
            return str(int(value))
        return f"{value:.15g}"
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ")
    return str(value)
