"""Lines in reading order: what stands side by side is one row, so that a mark in two boxes stays whole."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass

from dlp.sight.box import Box

APART = 2.5
"""Heights of the letters that may lie between two boxes of a row; columns of a table lie further apart."""
TOUCH = 0.35
"""Heights of the letters below which there is no blank between two boxes."""
LEAST_SKEW = 0.5
"""Degrees; less is how the boxes scatter."""


@dataclass(frozen=True, slots=True)
class Row:
    """Boxes that are read one after the other as one line."""

    boxes: tuple[Box, ...]
    upper: float
    """Share of the picture's height above it, 0..1, with the picture's skew taken out."""

    @property
    def left(self) -> float:
        """Pixels."""
        return min(box.left for box in self.boxes)

    @property
    def right(self) -> float:
        """Pixels."""
        return max(box.right for box in self.boxes)

    @property
    def height(self) -> float:
        """Of its letters, pixels."""
        return statistics.median(box.height for box in self.boxes)

    def joined(self, texts: Iterable[str]) -> str:
        """The texts of its boxes as one line."""
        line, before = "", None
        for box, text in zip(self.boxes, texts, strict=True):
            if before is not None and line and text and box.left - before.right > TOUCH * self.height:
                line += " "
            line, before = line + text, box
        return line


def skew(boxes: Iterable[Box]) -> float:
    """Degrees by which the lines are turned clockwise: the middle of the longer ones, whose angle is sure."""
    told = [box.angle for box in boxes if box.along > 3 * box.across]
    middle = statistics.median(told) if told else 0.0
    return middle if abs(middle) >= LEAST_SKEW else 0.0


def rows(boxes: Iterable[Box], size: tuple[int, int]) -> list[Row]:
    """Rows from above to below; ``size``: width and height of the picture in pixels."""
    known = list(boxes)
    turn = math.radians(-skew(known))
    placed = sorted(((_level(box, turn), box) for box in known if not box.upright), key=lambda one: one[0])
    found: list[list[tuple[float, Box]]] = []
    for level, box in placed:
        for row in reversed(found[-12:]):
            if _beside(row, level, box):
                row.append((level, box))
                break
        else:
            found.append([(level, box)])
    made = [_row([box for _, box in row], min(level for level, _ in row), size) for row in found]
    made += [_row([box], box.top, size) for box in known if box.upright]
    return sorted(made, key=lambda row: (row.upper, row.left))


def _level(box: Box, turn: float) -> float:
    """Height of its centre with the skew taken out."""
    return box.x * math.sin(turn) + box.y * math.cos(turn)


def _beside(row: list[tuple[float, Box]], level: float, box: Box) -> bool:
    heights = [one.height for _, one in row]
    high = min(*heights, box.height)
    if abs(level - statistics.fmean(at for at, _ in row)) > 0.5 * high or max(*heights, box.height) > 2.5 * high:
        return False
    gaps = (max(box.left, one.left) - min(box.right, one.right) for _, one in row)
    return min(gaps) <= APART * max(*heights, box.height)


def _row(boxes: list[Box], level: float, size: tuple[int, int]) -> Row:
    ordered = tuple(sorted(boxes, key=lambda box: box.x))
    above = level - ordered[0].height / 2 if not ordered[0].upright else level
    return Row(ordered, min(1.0, max(0.0, above / max(1, size[1]))))
