"""One page of an OFD: its text objects put into lines by where they stand, in the order that people read them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from classifiers.model import Block, GapReason, Place, Region
from dlp.read.visit import Parts, Visit

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_MM_TO_POINT = 72 / 25.4
_PRIVATE = re.compile("[\ue000-\uf8ff\ufffd]")
_PRIVATE_SHARE = 0.02
"""Characters without meaning (subset fonts) from which a page counts as partly unread."""


@dataclass(frozen=True, slots=True)
class _Run:
    y: float
    x: float
    size: float
    text: str


class Page:
    """Reads one page, or one annotation on it. ``box`` is the physical box of the document in mm."""

    def __init__(self, visit: Visit, number: int | None, box: str | None, region: Region = Region.BODY) -> None:
        self._visit, self._number, self._region = visit, number, region
        self._box = _numbers(box)

    def read(self, roots: list[Element]) -> Parts:
        """Lines from top to bottom of the page and its templates together."""
        for root in roots:
            for area in root.iter("{*}PhysicalBox"):
                self._box = _numbers(area.text) or self._box
        runs = sorted((run for root in roots for run in self._runs(root)), key=lambda run: (round(run.y / 2), run.x))
        text = ""
        for order, line in enumerate(_lines(runs), 1):
            written = "".join(run.text for run in line)
            text += written
            if written.strip():
                yield Block(written, self._place(order, line[0]))
        strange = len(_PRIVATE.findall(text))
        if text and strange / len(text) > _PRIVATE_SHARE:
            yield self._visit.unread(GapReason.BROKEN, "characters", strange / len(text), page=self._number)
        yield from self._pictures(roots, bool(text.strip()))

    def _runs(self, root: Element) -> list[_Run]:
        found = []
        for element in root.iter("{*}TextObject"):
            box = _numbers(element.get("Boundary")) or (0.0, 0.0, 0.0, 0.0)
            size = (_numbers(element.get("Size")) or (0.0,))[0]
            x, y = 0.0, 0.0
            for code in element.iter("{*}TextCode"):
                # X and Y may be left out after the first code of an object: then they stay what they were.
                x = (_numbers(code.get("X")) or (x,))[0]
                y = (_numbers(code.get("Y")) or (y,))[0]
                if code.text:
                    found.append(_Run(box[1] + y, box[0] + x, size, code.text))
        return found

    def _place(self, order: int, run: _Run) -> Place:
        x = y = None
        if self._box and len(self._box) == 4 and self._box[2] and self._box[3]:
            x = (run.x - self._box[0]) / self._box[2]
            y = (run.y - run.size - self._box[1]) / self._box[3]
        size = round(run.size * _MM_TO_POINT, 1) or None
        return self._visit.place(self._region, page=self._number, line=order, x=x, y=y, size=size)

    def _pictures(self, roots: list[Element], written: bool) -> Parts:
        area, paths = 0.0, 0
        whole = self._box[2] * self._box[3] if self._box and len(self._box) == 4 else 0.0
        for root in roots:
            for element in root.iter("{*}ImageObject"):
                box = _numbers(element.get("Boundary"))
                area += box[2] * box[3] if box and len(box) == 4 else whole
            paths += sum(1 for _ in root.iter("{*}PathObject"))
        if area and self._region is Region.BODY:
            share = min(1.0, area / whole) if whole else 1.0
            yield self._visit.unseen(GapReason.PICTURE, share, page=self._number)
        elif not written and paths and self._region is Region.BODY:
            yield self._visit.unseen(GapReason.NO_TEXT, 1.0, page=self._number)


def _lines(runs: list[_Run]) -> list[list[_Run]]:
    """Runs that stand on one line, left to right; text is often placed character by character."""
    lines: list[list[_Run]] = []
    for run in runs:
        if lines and abs(lines[-1][0].y - run.y) < max(1.0, run.size * 0.4):
            lines[-1].append(run)
        else:
            lines.append([run])
    return [sorted(line, key=lambda run: run.x) for line in lines]


def _numbers(text: str | None) -> tuple[float, ...] | None:
    try:
        return tuple(float(number) for number in (text or "").split()) or None
    except ValueError:
        return None
