"""PDF by pdfium: text line by line with page, position and font size, and what hangs on pages and document."""

from __future__ import annotations

from typing import Any

from classifiers.model import Block, GapReason, Region
from dlp.read import pdf_page, pdf_parts, pdfium
from dlp.read.visit import Parts, Visit

_PASSWORD, _SECURITY = 4, 5
"""FPDF_GetLastError: a password is needed; the security handler is unknown."""


def read(visit: Visit) -> Parts:
    """Properties, outline and attachments first, then the pages; a page that is only a picture is a Gap of that page."""
    visit.budget.held(visit.source.size)
    content = visit.source.all()
    library = pdfium.library()
    document = library.FPDF_LoadMemDocument64(content, len(content), None)
    if not document:
        error = library.FPDF_GetLastError()
        reason = GapReason.ENCRYPTED if error in {_PASSWORD, _SECURITY} else GapReason.BROKEN
        yield visit.unread(reason, f"pdfium error {error}")
        return
    try:
        yield from pdf_parts.properties(visit, library, document)
        yield from pdf_parts.outline(visit, library, document)
        yield from _pages(visit, library, document)
        yield from pdf_parts.attachments(visit, library, document)
    finally:
        library.FPDF_CloseDocument(document)


def _pages(visit: Visit, library: Any, document: Any) -> Parts:  # noqa: ANN401 - ctypes
    pages = library.FPDF_GetPageCount(document)
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
            yield from pdf_page.read(visit, library, page, index + 1)
        finally:
            library.FPDF_ClosePage(page)


def metadata(visit: Visit, name: str, text: str) -> Parts:
    """A property of the document."""
    if text.strip():
        yield Block(text, visit.place(Region.METADATA, part=name))
