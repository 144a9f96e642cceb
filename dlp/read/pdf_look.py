"""Pages of a PDF, or the pictures on them, drawn for whoever looks at pictures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from classifiers.model import Gap
from dlp.read.eyes import Eyes, Raster
from dlp.read.visit import Parts

SIDE = 1680
"""Pixels of the longer side of a page as drawn: 144 to the inch for A4, so that small print is 20 high."""
FEW = 40
"""Characters of a page, beneath which its text layer counts as poor and the whole page is drawn."""
_BGRX, _WHITE = 3, 0xFFFFFFFF
_WITH_ANNOTATIONS = 1


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a page, in points of the page's own coordinates."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def area(self) -> float:
        """Square points; 0 where there is nothing of it."""
        return max(0.0, self.right - self.left) * max(0.0, self.top - self.bottom)

    def cut(self, left: float, bottom: float, right: float, top: float) -> Part:
        """What of a rectangle lies in this part; without area where nothing does."""
        return Part(max(left, self.left), max(bottom, self.bottom), min(right, self.right), min(top, self.top))

    def joined(self, other: Part) -> Part:
        """The smallest part that holds both."""
        return Part(
            min(self.left, other.left),
            min(self.bottom, other.bottom),
            max(self.right, other.right),
            max(self.top, other.top),
        )


def look(eyes: Eyes, library: Any, page: Any, whole: Part, shown: Part, gap: Gap) -> Parts:  # noqa: ANN401 - ctypes
    """What is written in a part of a page (``shown``; all of it: ``whole``); the Gap where that is not to be known."""
    # Reading widened the page far beyond its edges; as drawn it has the edges that it is shown with.
    library.FPDFPage_SetMediaBox(page, whole.left, whole.bottom, whole.right, whole.top)
    library.FPDFPage_SetCropBox(page, whole.left, whole.bottom, whole.right, whole.top)
    # A turned page has other edges on the screen than in its coordinates: it is drawn as a whole.
    part = whole if library.FPDFPage_GetRotation(page) else shown
    yield from eyes.look_at_page(partial(_drawn, library, page, whole, part), gap.place, gap)


def _drawn(library: Any, page: Any, whole: Part, part: Part) -> Raster:  # noqa: ANN401
    wide, high = max(1.0, library.FPDF_GetPageWidthF(page)), max(1.0, library.FPDF_GetPageHeightF(page))
    scale = SIDE / max(wide, high)
    left, top = (part.left - whole.left) * scale, (whole.top - part.top) * scale
    if part == whole:
        size = (round(wide * scale), round(high * scale))
    else:
        size = (round((part.right - part.left) * scale), round((part.top - part.bottom) * scale))
    size = (max(1, size[0]), max(1, size[1]))
    bitmap = library.FPDFBitmap_CreateEx(*size, _BGRX, None, 0)
    if not bitmap:
        raise MemoryError
    try:
        library.FPDFBitmap_FillRect(bitmap, 0, 0, *size, _WHITE)
        all_of_it = (round(wide * scale), round(high * scale))
        library.FPDF_RenderPageBitmap(bitmap, page, round(-left), round(-top), *all_of_it, 0, _WITH_ANNOTATIONS)
        stride = library.FPDFBitmap_GetStride(bitmap)
        return Raster(*size, stride, _bytes(library.FPDFBitmap_GetBuffer(bitmap), stride * size[1]))
    finally:
        library.FPDFBitmap_Destroy(bitmap)


def _bytes(buffer: Any, length: int) -> bytes:  # noqa: ANN401
    import ctypes

    return ctypes.string_at(buffer, length)
