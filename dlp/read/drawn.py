"""Drawn pictures (EMF, WMF): the words that their records hold; what they show beyond words is unseen."""

from __future__ import annotations

import struct

from classifiers.model import GapReason, Region
from dlp.read import metafile, metafile_emf, metafile_wmf, picture
from dlp.read.metafile_wmf import PLACEABLE
from dlp.read.placing import block
from dlp.read.visit import Parts, Visit

_A4_INCHES = 8.27 * 11.69


def read(visit: Visit) -> Parts:
    """Each line with its position; a Gap where there is no text, or dots and curves that could be some."""
    visit.budget.held(visit.source.size)
    content = visit.source.all()
    try:
        drawn = (metafile_emf if visit.media_type == "image/emf" else metafile_wmf).read(content)
    except (struct.error, IndexError) as error:
        yield visit.unread(GapReason.BROKEN, type(error).__name__, _coverage(visit, content))
        return
    for note in drawn.notes:
        yield from visit.property("description", note)
    told = [
        block(line.text, visit.place(Region.PICTURE, part="drawing", x=line.left, y=line.top))
        for line in metafile.lines(drawn.runs)
    ]
    yield from visit.together(told)
    if drawn.unread or not told:
        yield visit.unseen(GapReason.PICTURE, _coverage(visit, content), visit.source.size)


def _coverage(visit: Visit, content: bytes) -> float:
    """0..1 of a page: as the document around it shows it, else by the size that it says it has."""
    if visit.source.coverage is None and visit.source.depth and content.startswith(PLACEABLE) and len(content) > 16:
        left, top, right, bottom, inch = struct.unpack_from("<4hH", content, 6)
        return min(1.0, abs(right - left) * abs(bottom - top) / max(1, inch) ** 2 / _A4_INCHES) or 1.0
    return picture.coverage(visit)
