"""One picture being looked at: its lines in rows, the right way up, read in the order in which they can matter."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from dlp.sight import detect, recognise, rows
from dlp.sight.box import Box
from dlp.sight.networks import Networks
from dlp.sight.recognise import Reading
from dlp.sight.rows import Row

SIDE = (960, 1600)
"""Pixels of the longer side at which lines are looked for, least and most; in between half of what the picture has.
Letters of 12 pixels are found in a picture of 1920 looked at in half its size as well as in its own."""
UPPER = 1 / 3
"""Share of the height in which marks stand."""
MARK_WIDTH = 3000
"""Pixels that the second network may go along in all when it reads for marks; a page has some 40,000."""
LONGEST_MARK = 1500
"""Pixels of a line, made 48 high, that may still be a mark with its urgency and number beside it."""
SQUEEZE = 0.66
"""Width over natural width at which lines are read: a third less work, and no more is misread (12 to 40 pixels)."""
CLEAR = (0.9, 0.97)
"""A short line read less surely, and a line with a long number, are read once more in their natural width: digits are
narrow, and two that are alike and made narrower still become one."""
_STAR = "★"
_NUMBER = re.compile(r"[0-9]{9}")
TURNS_TRIED = 3
"""Lines that are read both ways up to tell whether a picture stands on its head."""
DOUBTFUL = 0.75
"""Lines read less surely than this may stand on their heads."""
CERTAIN = 0.93
"""A line read as surely as this stands upright, whatever the others do."""
MIDDLING = 400
"""Pixels of a line, made 48 high, that is long enough to tell and costs little."""
LEAST = 0.35
"""How sure a line must be to be told at all; beneath are leaves and grilles taken for letters."""
TILE = 1600
"""Pixels of a scroll that are looked at in one pass."""
OVERLAP = 120


@dataclass(frozen=True, slots=True)
class Line:
    """A line read: where it stands in the picture, as shares of width and height, and how surely it was read."""

    text: str
    sure: float
    x: float
    y: float
    height: float
    """Of its letters, as a share of the picture's height."""


@dataclass(slots=True)
class View:
    """A picture with its rows; ``upright`` first, then ``marks``, then ``whole``."""

    networks: Networks
    picture: Any
    words: int = 0
    """Pixels of text in what ``marks`` looked at: how text-like it is."""
    left: float = 1.0
    """Share of the picture that ``whole`` did not get to, 0..1."""
    quarters: int = 0
    """By how many quarters it was turned against the clock to be read."""
    _rows: list[Row] = field(default_factory=list)
    _read: list[Row] = field(default_factory=list)
    _told: dict[Box, Reading] = field(default_factory=dict)

    def marks(self) -> Iterator[Line]:
        """Lines that can be marks, ``upright`` before: the upper ones, and short ones elsewhere."""
        spent = 0.0
        for row in _likely(self._rows):
            spent += SQUEEZE * sum(recognise.width(box) for box in row.boxes)
            if spent > MARK_WIDTH:
                return
            yield from self._line(row)

    def whole(self, on: Callable[[], bool]) -> Iterator[Line]:
        """Every line that was not read yet, while ``on`` says so; ``left`` tells the share that was not."""
        tiles = self._tiles()
        for number, (above, end) in enumerate(tiles):
            found = self._found(above, end) if number and on() else self._rows if not number else []
            for order, row in enumerate(found):
                if not on():
                    self.left = 1 - (number + order / len(found)) / len(tiles)
                    return
                yield from self._line(row)
            if number and not on():
                self.left = 1 - number / len(tiles)
                return
        self.left = 0.0

    @property
    def pixels(self) -> int:
        """How many it holds now."""
        return 0 if self.picture is None else int(self.picture.shape[0] * self.picture.shape[1])

    def let_go(self) -> None:
        """Forget the picture, and keep where its lines are."""
        self.picture = None

    def take_up(self, picture: Any) -> None:  # noqa: ANN401 - numpy
        """The picture again, as it was given first."""
        import numpy as np

        self.picture = np.ascontiguousarray(np.rot90(picture, self.quarters))

    @property
    def scroll(self) -> bool:
        """Whether it is much longer than wide, as a screenshot of a whole chat."""
        high, wide = self.picture.shape[:2]
        return bool(high > 3 * wide and high > TILE)

    def _tiles(self) -> list[tuple[int, int]]:
        """Where the parts that are looked at in one pass begin and end, pixels from above."""
        high = self.picture.shape[0]
        if not self.scroll:
            return [(0, high)]
        return [(at, min(high, at + TILE)) for at in range(0, max(1, high - OVERLAP), TILE - OVERLAP)]

    def _found(self, above: int, end: int) -> list[Row]:
        """Rows of a part of the picture, in the whole picture's pixels."""
        part = self.picture[above:end]
        longer = max(part.shape[:2])
        side = min(SIDE[1], max(SIDE[0], longer // 2))
        boxes = detect.lines(self.networks, part, min(1.0, side / longer))
        placed = [replace(box, y=box.y + above) for box in boxes]
        return rows.rows(placed, (self.picture.shape[1], self.picture.shape[0]))

    def upright(self) -> bool:
        """Turn the picture so that most of it can be read; whether there are any lines in (the first part of) it."""
        self._rows = self._found(*self._tiles()[0])
        boxes = [box for row in self._rows for box in row.boxes]
        standing = sum(box.length for box in boxes if box.upright)
        if not self.scroll and standing > sum(box.length for box in boxes if not box.upright):
            self._turn(1)
        if not self.scroll and self._on_its_head():
            self._turn(2)
        self.words = round(sum(recognise.width(box) for row in self._rows for box in row.boxes))
        return bool(self._rows)

    def _turn(self, quarters: int) -> None:
        import numpy as np

        self.picture = np.ascontiguousarray(np.rot90(self.picture, quarters))
        self.quarters += quarters
        self._told.clear()
        self._rows = self._found(*self._tiles()[0])

    def _on_its_head(self) -> bool:
        """Whether its lines read better upside down."""
        lying = [row.boxes[0] for row in self._rows if not row.boxes[0].upright]
        tried = sorted(lying, key=lambda box: abs(recognise.width(box) - MIDDLING))[:TURNS_TRIED]
        upright = turned = 0.0
        for box in tried:
            reading = self._reading(box)
            if reading.sure >= CERTAIN:
                return False
            upright += reading.sure
        if upright >= DOUBTFUL * len(tried):
            return False
        for box in tried:
            over = replace(box, angle=box.angle + 180)
            turned += recognise.read(self.networks, self.picture, [over], SQUEEZE)[0].sure
        return turned > upright

    def _reading(self, box: Box) -> Reading:
        """What stands in a box, read once."""
        if box not in self._told:
            (told,) = recognise.read(self.networks, self.picture, [box], SQUEEZE)
            if told.sure < _clear(box, told.text):
                (wider,) = recognise.read(self.networks, self.picture, [box])
                # A star is never read for nothing, and often taken for a character that the network knows better.
                told = max(told, wider, key=lambda one: (_STAR in one.text, one.sure))
            self._told[box] = told
        return self._told[box]

    def _line(self, row: Row) -> Iterator[Line]:
        """The row read, unless a line at this place was."""
        high, wide = self.picture.shape[:2]
        if any(_covers(known, row) for known in self._read):
            return
        read = [self._reading(box) for box in row.boxes]
        text = row.joined(one.text for one in read)
        signs = sum(len(one.text) for one in read)
        sure = sum(one.sure * len(one.text) for one in read) / signs if signs else 0.0
        self._read.append(row)
        if text.strip() and sure >= LEAST:
            yield Line(text, sure, max(0.0, row.left / wide), row.upper, row.height / high)


def _clear(box: Box, text: str) -> float:
    """How surely a line must be read to be read once only."""
    if _NUMBER.search(text):
        return CLEAR[1]
    return CLEAR[0] if recognise.width(box) <= MIDDLING else 0.0


def _likely(found: list[Row]) -> list[Row]:
    """Rows in the order in which they can be marks; long ones never are."""
    kept = [row for row in found if sum(recognise.width(box) for box in row.boxes) <= LONGEST_MARK]
    upper = [row for row in kept if row.upper < UPPER]
    lower = sorted((row for row in kept if row.upper >= UPPER), key=lambda row: -row.height)
    return [*upper, *lower]


def _covers(known: Row, row: Row) -> bool:
    """Whether a row that was read is the same line as this, found once more."""
    box = row.boxes[0]
    near = min(known.boxes, key=lambda one: abs(one.x - box.x))
    # Along the slope of the longer of both: askew, the short last line of a paragraph stands as high as the middle of
    # the line above.
    turn = math.radians(max(near, box, key=lambda one: one.length).angle) if not near.upright else 0.0
    apart = (box.y - near.y) * math.cos(turn) - (box.x - near.x) * math.sin(turn)
    if abs(apart) > 0.6 * min(known.height, row.height):
        return False
    shared = min(known.right, row.right) - max(known.left, row.left)
    return shared > 0.8 * (row.right - row.left)
