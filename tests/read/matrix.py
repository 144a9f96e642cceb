"""All cases of the hidden-text matrix by file name: content, and mark to region."""

from __future__ import annotations

import matrix_ooxml as ooxml
import matrix_others as others
from xlsb_made import xlsb

Case = tuple[bytes, ooxml.Marks]


def every() -> dict[str, Case]:
    workbook, marks = ooxml.xlsx()
    document, own = ooxml.docx(inner=workbook)
    cases = {
        "a.docx": (document, own | dict.fromkeys(marks)),
        "strict.docx": ooxml.docx(strict=True),
        "a.xlsx": (workbook, marks),
        "a.xlsb": xlsb(),
        "a.pptx": ooxml.pptx(),
    }
    return cases | others.cases()
