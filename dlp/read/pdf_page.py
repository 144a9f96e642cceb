"""One page of a PDF: lines with their places, annotations and form values, and how much of it is picture."""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from typing import Any

from classifiers.model import Block, Gap, GapReason, Region
from dlp.read import pdf_look, pdfium, placing, wide
from dlp.read.pdf_look import Part
from dlp.read.visit import Parts, Visit

_TEXT, _PATH, _IMAGE, _SHADING, _FORM = 1, 2, 3, 4, 5
"""FPDF_PAGEOBJ_*."""
_INT, _POINTER = ctypes.c_int, ctypes.c_void_p
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
    lines = _lines(visit, library, page, frame, number)
    if isinstance(lines, Gap):
        yield lines
    else:
        text = "".join([line.text for line in lines])
        strange = len(_STRANGE.findall(text))
        good = len(text) - strange
        yield from visit.together(lines)
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


def _lines(visit: Visit, library: Any, page: Any, frame: Frame, number: int) -> list[Block] | Gap:  # noqa: ANN401
    text_page = library.FPDFText_LoadPage(page)
    if not text_page:
        return visit.unread(GapReason.BROKEN, "text", page=number)
    try:
        text, characters = _text(library, text_page), _Characters(text_page, frame)
        found, at, path = [], 0, visit.source.path
        for order, line in enumerate(text.split("\r\n"), 1):
            if said := line.lstrip():
                place = placing.line(path, number, order, characters.at(at + len(line) - len(said)))
                found.append(placing.block(line.replace("\r", "\n"), place))
            at += len(line) + 2
        return found
    finally:
        library.FPDFText_ClosePage(text_page)


def _text(library: Any, text_page: Any) -> str:  # noqa: ANN401
    count = library.FPDFText_CountChars(text_page)
    if count <= 0:
        return ""
    # Characters outside the first plane take two units each.
    room, at = pdfium.room(4 * count + 4)
    written = pdfium.call("FPDFText_GetText", _INT)(pdfium.given(text_page), 0, count, at)
    return wide.text(room[: max(0, written - 1) * 2]).replace("\ufffe", "-")


class _Characters:
    """Where the characters of a page stand, and how large they are."""

    def __init__(self, text_page: Any, frame: Frame) -> None:  # noqa: ANN401
        self._page, self._frame, self._box = pdfium.given(text_page), frame, (ctypes.c_double * 4)()
        self._sides = tuple(ctypes.byref(self._box, at) for at in (0, 8, 16, 24))
        self._index = pdfium.call("FPDFText_GetCharIndexFromTextIndex", _INT)
        self._bounds = pdfium.call("FPDFText_GetCharBox", _INT)
        self._size = pdfium.call("FPDFText_GetFontSize", ctypes.c_double)
        self._rounded: dict[float, float] = {}
        """A page has few sizes, and rounding one takes as long as asking for it."""

    def at(self, first: int) -> tuple[float | None, float | None, float | None]:
        """The position (x, y) and size of a character, counted in the text; None where they are not known."""
        page, frame = self._page, self._frame
        index = self._index(page, first)
        if index < 0 or not self._bounds(page, index, *self._sides):
            return None, None, None
        left, _, _, top = self._box
        size = self._size(page, index)
        rounded = self._rounded.get(size)
        if rounded is None:
            rounded = self._rounded[size] = round(size, 1)
        return (left - frame.left) / frame.width, (frame.top - top) / frame.height, rounded


def _annotations(visit: Visit, library: Any, page: Any, number: int) -> Parts:  # noqa: ANN401
    value = pdfium.call("FPDFAnnot_GetStringValue", ctypes.c_ulong, _POINTER, ctypes.c_char_p, _POINTER, ctypes.c_ulong)
    for index in range(library.FPDFPage_GetAnnotCount(page)):
        annotation = library.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            kind = library.FPDFAnnot_GetSubtype(annotation)
            region = {_WATERMARK: Region.WATERMARK, _FREE_TEXT: Region.TEXT_BOX}.get(kind, Region.COMMENT)
            address = pdfium.address_of(annotation)
            told = dict.fromkeys(pdfium.text_of(partial(value, address, key)) for key in _STRINGS)
            for text in filter(str.strip, told):
                yield Block(text, visit.place(region, page=number))
        finally:
            library.FPDFPage_CloseAnnot(annotation)


def _shown(library: Any, page: Any, frame: Frame) -> tuple[float, int, int, Part | None]:  # noqa: ANN401
    """Share of the page under pictures (0..1), how many drawn paths and text objects, and where the pictures are."""
    corners = [ctypes.c_float() for _ in range(4)]
    get, kind_of = pdfium.call("FPDFPage_GetObject", _POINTER), pdfium.call("FPDFPageObj_GetType", _INT, _POINTER)
    # A page may have thousands of objects, and all but a few are text and lines.
    objects = map(get, repeat(pdfium.given(page)), range(library.FPDFPage_CountObjects(page)))
    kinds = list(map(kind_of, objects))
    area, part = 0.0, None
    for index in [index for index, kind in enumerate(kinds) if kind in {_IMAGE, _FORM}]:
        shape = library.FPDFPage_GetObject(page, index)
        has = kinds[index] == _IMAGE or _has_picture(pdfium.address_of(shape))
        if has and library.FPDFPageObj_GetBounds(shape, *corners):
            left, bottom, right, top = (corner.value for corner in corners)
            one = frame.part.cut(left, bottom, right, top)
            area += one.area
            if one.area:
                part = part.joined(one) if part else one
    paths = kinds.count(_PATH) + kinds.count(_SHADING)
    return min(1.0, area / (frame.width * frame.height)), paths, kinds.count(_TEXT), part


def _has_picture(form: int, depth: int = 0) -> bool:
    count = pdfium.call("FPDFFormObj_CountObjects", _INT, _POINTER)
    get = pdfium.call("FPDFFormObj_GetObject", _POINTER, _POINTER, ctypes.c_ulong)
    kind_of = pdfium.call("FPDFPageObj_GetType", _INT, _POINTER)
    shapes = list(map(get, repeat(form), range(min(1000, count(form)))))
    kinds = list(map(kind_of, shapes))
    if _IMAGE in kinds:
        return True
    inner = [shape for shape, kind in zip(shapes, kinds, strict=True) if kind == _FORM]
    return depth < 8 and any(_has_picture(shape, depth + 1) for shape in inner)
