"""One page of a PDF: lines with their places, annotations and form values, and how much of it is picture."""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass
from typing import Any

from classifiers.model import Block, GapReason, Region
from dlp.read import pdf_look, pdfium
from dlp.read.pdf_look import Part
from dlp.read.visit import Parts, Visit

_TEXT, _PATH, _IMAGE, _SHADING, _FORM = 1, 2, 3, 4, 5
"""FPDF_PAGEOBJ_*."""
_WATERMARK = 23
_FREE_TEXT = 3
_FAR = 14400.0
"""Points: the largest page of the standard; text beside the page is in the file all the same."""
_STRINGS = (b"Contents", b"T", b"V", b"TU", b"Subj", b"RC", b"DV")
"""Keys of annotations and form fields that hold text: note, name or author, value, tip, subject, rich text, default."""
_STRANGE = re.compile("[\ue000-\uf8ff\ufffd\x00-\x08]")
_FEW_PATHS = 30
"""Drawn lines that a page without text may have before it is taken for text drawn as outlines."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the page lies in its own coordinates, in points."""

    left: float
    top: float
    width: float
    height: float

    @property
    def part(self) -> Part:
        """All of it."""
        return Part(self.left, self.top - self.height, self.left + self.width, self.top)


def read(visit: Visit, library: Any, page: Any, at: tuple[int, dict[int, int]]) -> Parts:  # noqa: ANN401 - ctypes
    """Everything on one page. ``at``: its number, and where to note good characters of pages whose text is doubtful."""
    number, doubtful = at
    frame = _frame(library, page)
    _widen(library, page)
    good = strange = 0
    for block in _lines(visit, library, page, frame, number):
        lost = len(_STRANGE.findall(block.text)) if isinstance(block, Block) else 0
        strange += lost
        good += len(block.text) - lost if isinstance(block, Block) else 0
        yield block
    yield from _annotations(visit, library, page, number)
    pictures, paths, texts, part = _shown(library, page, frame)
    if (texts and not good) or strange > good:
        doubtful[number] = good
    written = good + strange
    if pictures:
        gap = visit.unseen(GapReason.PICTURE, pictures, page=number)
    elif not written and paths > _FEW_PATHS:
        gap = visit.unseen(GapReason.NO_TEXT, 1.0, page=number)
    else:
        return
    if visit.eyes is None:
        yield gap
        return
    poor = good < pdf_look.FEW or strange > good or part is None
    yield from pdf_look.look(visit.eyes, library, page, frame.part, frame.part if poor or not part else part, gap)


def _frame(library: Any, page: Any) -> Frame:  # noqa: ANN401
    box = library.FS_RECTF()
    library.FPDF_GetPageBoundingBox(page, box)
    width, height = box.right - box.left, box.top - box.bottom
    return Frame(box.left, box.top, width or 1.0, height or 1.0)


def _widen(library: Any, page: Any) -> None:  # noqa: ANN401
    """Make the page so large that text placed beside it is on it: pdfium leaves out what lies outside."""
    library.FPDFPage_SetMediaBox(page, -_FAR, -_FAR, _FAR, _FAR)
    library.FPDFPage_SetCropBox(page, -_FAR, -_FAR, _FAR, _FAR)


def _lines(visit: Visit, library: Any, page: Any, frame: Frame, number: int) -> Parts:  # noqa: ANN401
    text_page = library.FPDFText_LoadPage(page)
    if not text_page:
        yield visit.unread(GapReason.BROKEN, "text", page=number)
        return
    try:
        text = _text(library, text_page)
        at = 0
        for order, line in enumerate(text.split("\r\n"), 1):
            if line.strip():
                yield Block(
                    line.replace("\r", "\n"), _place(visit, library, text_page, frame, (number, order, at, line))
                )
            at += len(line) + 2
    finally:
        library.FPDFText_ClosePage(text_page)


def _text(library: Any, text_page: Any) -> str:  # noqa: ANN401
    count = library.FPDFText_CountChars(text_page)
    if count <= 0:
        return ""
    # Characters outside the first plane take two units each.
    buffer = (ctypes.c_ushort * (2 * count + 2))()
    written = library.FPDFText_GetText(text_page, 0, count, buffer)
    return bytes(buffer)[: max(0, written - 1) * 2].decode("utf-16-le", "replace").replace("\ufffe", "-")


def _place(visit: Visit, library: Any, text_page: Any, frame: Frame, line: tuple[int, int, int, str]) -> Any:  # noqa: ANN401
    number, order, at, text = line
    first = at + len(text) - len(text.lstrip())
    index = library.FPDFText_GetCharIndexFromTextIndex(text_page, first)
    x = y = size = None
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    if index >= 0 and library.FPDFText_GetCharBox(text_page, index, left, right, bottom, top):
        x, y = (left.value - frame.left) / frame.width, (frame.top - top.value) / frame.height
        size = round(library.FPDFText_GetFontSize(text_page, index), 1)
    return visit.place(page=number, line=order, x=x, y=y, size=size)


def _annotations(visit: Visit, library: Any, page: Any, number: int) -> Parts:  # noqa: ANN401
    for index in range(library.FPDFPage_GetAnnotCount(page)):
        annotation = library.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            kind = library.FPDFAnnot_GetSubtype(annotation)
            region = {_WATERMARK: Region.WATERMARK, _FREE_TEXT: Region.TEXT_BOX}.get(kind, Region.COMMENT)
            told = dict.fromkeys(_value(library, annotation, key) for key in _STRINGS)
            for text in filter(str.strip, told):
                yield Block(text, visit.place(region, page=number))
        finally:
            library.FPDFPage_CloseAnnot(annotation)


def _value(library: Any, annotation: Any, key: bytes) -> str:  # noqa: ANN401
    def ask(buffer: Any, length: int) -> int:  # noqa: ANN401
        filled = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)) if buffer else None
        return int(library.FPDFAnnot_GetStringValue(annotation, key, filled, length))

    return pdfium.text_of(ask)


def _shown(library: Any, page: Any, frame: Frame) -> tuple[float, int, int, Part | None]:  # noqa: ANN401
    """Share of the page under pictures (0..1), how many drawn paths and text objects, and where the pictures are."""
    area, paths, texts, part = 0.0, 0, 0, None
    corners = [ctypes.c_float() for _ in range(4)]
    for index in range(library.FPDFPage_CountObjects(page)):
        shape = library.FPDFPage_GetObject(page, index)
        kind = library.FPDFPageObj_GetType(shape)
        if kind in {_PATH, _SHADING}:
            paths += 1
        elif kind == _TEXT:
            texts += 1
        elif (kind == _IMAGE or (kind == _FORM and _has_picture(library, shape))) and library.FPDFPageObj_GetBounds(
            shape, *corners
        ):
            left, bottom, right, top = (corner.value for corner in corners)
            one = frame.part.cut(left, bottom, right, top)
            area += one.area
            if one.area:
                part = part.joined(one) if part else one
    return min(1.0, area / (frame.width * frame.height)), paths, texts, part


def _has_picture(library: Any, form: Any, depth: int = 0) -> bool:  # noqa: ANN401
    for index in range(min(1000, library.FPDFFormObj_CountObjects(form))):
        shape = library.FPDFFormObj_GetObject(form, index)
        kind = library.FPDFPageObj_GetType(shape)
        if kind == _IMAGE or (kind == _FORM and depth < 8 and _has_picture(library, shape, depth + 1)):
            return True
    return False
