"""Where a line of text lies in a picture: a turned rectangle in pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle that contains one line, or a part of one."""

    x: float
    y: float
    """Centre."""
    along: float
    """Length in reading direction, pixels."""
    across: float
    """Height of the line, pixels."""
    angle: float
    """Degrees by which the reading direction is turned clockwise, above -45 and up to 45."""
    sure: float
    """0..1."""

    @property
    def upright(self) -> bool:
        """Whether it is higher than wide, as lines are in a picture that lies on its side."""
        return self.across >= 1.5 * self.along

    @property
    def height(self) -> float:
        """Of the letters, whichever way the line runs."""
        return min(self.along, self.across)

    @property
    def length(self) -> float:
        """Of the line, whichever way it runs."""
        return max(self.along, self.across)

    @property
    def left(self) -> float:
        """Horizontal extent, leftmost."""
        return self.x - self.wide / 2

    @property
    def right(self) -> float:
        """Horizontal extent, rightmost."""
        return self.x + self.wide / 2

    @property
    def top(self) -> float:
        """Vertical extent, uppermost."""
        return self.y - self.high / 2

    @property
    def wide(self) -> float:
        """Of the upright rectangle around it."""
        turn = math.radians(self.angle)
        return self.along * math.cos(turn) + self.across * abs(math.sin(turn))

    @property
    def high(self) -> float:
        """Of the upright rectangle around it."""
        turn = math.radians(self.angle)
        return self.along * abs(math.sin(turn)) + self.across * math.cos(turn)

    def corners(self) -> list[tuple[float, float]]:
        """Top left, top right, bottom right, bottom left, as the line is read."""
        turn = math.radians(self.angle)
        ax, ay = math.cos(turn) * self.along / 2, math.sin(turn) * self.along / 2
        bx, by = -math.sin(turn) * self.across / 2, math.cos(turn) * self.across / 2
        return [
            (self.x - ax - bx, self.y - ay - by),
            (self.x + ax - bx, self.y + ay - by),
            (self.x + ax + bx, self.y + ay + by),
            (self.x - ax + bx, self.y - ay + by),
        ]
