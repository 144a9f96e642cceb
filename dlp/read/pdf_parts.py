"""What a PDF carries beside its pages: properties, outline."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from functools import partial
from typing import Any

from classifiers.model import Block
from dlp.read import pdfium
from dlp.read.visit import Parts, Visit

_INFO = (b"Title", b"Author", b"Subject", b"Keywords", b"Creator", b"Producer")
_MOST_BOOKMARKS = 20_000


def properties(visit: Visit, library: Any, document: Any) -> Parts:  # noqa: ANN401 - ctypes
    """The entries of the information dictionary that the standard names."""
    for name in _INFO:
        text = pdfium.text_of(partial(library.FPDF_GetMetaText, document, name))
        yield from visit.property(name.decode(), text)


def outline(visit: Visit, library: Any, document: Any) -> Parts:  # noqa: ANN401
    """Titles of bookmarks."""
    for bookmark in _bookmarks(library, document):
        text = pdfium.text_of(partial(library.FPDFBookmark_GetTitle, bookmark))
        if text.strip():
            yield Block(text, visit.place(part="outline"))


def _bookmarks(library: Any, document: Any) -> Iterator[Any]:  # noqa: ANN401
    """Each bookmark once; a hostile outline points back into itself."""
    waiting = [library.FPDFBookmark_GetFirstChild(document, None)]
    seen: set[int] = set()
    while waiting and len(seen) < _MOST_BOOKMARKS:
        bookmark = waiting.pop()
        address = ctypes.cast(bookmark, ctypes.c_void_p).value if bookmark else None
        if address is None or address in seen:
            continue
        seen.add(address)
        yield bookmark
        waiting.append(library.FPDFBookmark_GetNextSibling(document, bookmark))
        waiting.append(library.FPDFBookmark_GetFirstChild(document, bookmark))
