"""What a PDF carries beside its pages: properties, outline, attachments, scripts."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from functools import partial
from typing import Any

from classifiers.model import Block, GapReason, Region
from dlp.read import pdfium
from dlp.read.visit import Parts, Visit

_INFO = (b"Title", b"Author", b"Subject", b"Keywords", b"Creator", b"Producer")
_MOST_BOOKMARKS = 20_000


def properties(visit: Visit, library: Any, document: Any) -> Parts:  # noqa: ANN401 - ctypes
    """The entries of the information dictionary that the standard names."""
    for name in _INFO:
        text = pdfium.text_of(
            lambda buffer, length, name=name: library.FPDF_GetMetaText(document, name, buffer, length)
        )
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


def attachments(visit: Visit, library: Any, document: Any) -> Parts:  # noqa: ANN401
    """Embedded files, each read as a document of its own."""
    for index in range(library.FPDFDoc_GetAttachmentCount(document)):
        attachment = library.FPDFDoc_GetAttachment(document, index)
        name = pdfium.text_of(partial(_attachment_name, library, attachment))
        length = ctypes.c_ulong()
        if not library.FPDFAttachment_GetFile(attachment, None, 0, length):
            yield Block(name, visit.place(Region.FILE_NAME, part=name))
            yield visit.unread(GapReason.BROKEN, "attachment", part=name)
            continue
        visit.budget.held(length.value)
        visit.budget.unpacked(length.value)
        buffer = ctypes.create_string_buffer(length.value)
        library.FPDFAttachment_GetFile(attachment, buffer, length.value, length)
        yield from visit.inner(name or f"attachment {index + 1}", buffer.raw)


def _attachment_name(library: Any, attachment: Any, buffer: Any, length: int) -> int:  # noqa: ANN401
    filled = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)) if buffer else None
    return int(library.FPDFAttachment_GetName(attachment, filled, length))
