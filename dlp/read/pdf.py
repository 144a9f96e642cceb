"""PDF by pdfium: text line by line with page, position and font size, and what hangs on pages and document."""

from __future__ import annotations

from typing import Any

from classifiers.model import GapReason
from dlp.read import pdf_objects, pdf_page, pdf_parts, pdf_second, pdfium
from dlp.read.visit import Parts, Visit

_PASSWORD, _SECURITY = 4, 5
"""FPDF_GetLastError: a password is needed; the security handler is unknown."""


def read(visit: Visit) -> Parts:
    """Properties and outline first, then the pages; a page that is only a picture is a Gap of that page."""
    visit.budget.held(visit.source.size)
    content = visit.source.all()
    library = pdfium.library()
    document = library.FPDF_LoadMemDocument64(content, len(content), None)
    if not document:
        error = library.FPDF_GetLastError()
        if error in {_PASSWORD, _SECURITY}:
            yield visit.unread(GapReason.ENCRYPTED, f"pdfium error {error}")
            return
        # The second opinion: pdfminer repairs what pdfium gives up on; what it leaves unread is not known.
        yield from pdf_second.pages(visit, content, None)
        yield visit.unread(GapReason.BROKEN, f"pdfium error {error}")
        return
    try:
        yield from pdf_parts.properties(visit, library, document)
        yield from pdf_parts.outline(visit, library, document)
        yield from _pages(visit, library, document, content)
    finally:
        library.FPDF_CloseDocument(document)
    yield from pdf_objects.read(visit, content)


def _pages(visit: Visit, library: Any, document: Any, content: bytes) -> Parts:  # noqa: ANN401 - ctypes
    pages = library.FPDF_GetPageCount(document)
    doubtful: dict[int, int] = {}
    if not pages:
        yield visit.unread(GapReason.BROKEN, "no pages")
    for index in range(pages):
        visit.progress, visit.told = index / pages, f"{index} of {pages} pages"
        visit.budget.page()
        page = library.FPDF_LoadPage(document, index)
        if not page:
            yield visit.unread(GapReason.BROKEN, "page", page=index + 1)
            continue
        try:
            yield from pdf_page.read(visit, library, page, (index + 1, doubtful))
        finally:
            library.FPDF_ClosePage(page)
    if doubtful:
        yield from pdf_second.pages(visit, content, doubtful)
