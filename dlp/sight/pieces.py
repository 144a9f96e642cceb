"""The pieces of a picture that look most like words, laid side by side at their own size for one look of the network.

A line of small letters vanishes where a whole photo is made small, and a look at the photo in its own size costs half a
second. What could be a word is a small part of it: eight such pieces are looked at in 8 ms.
"""

from __future__ import annotations

from typing import Any

ACROSS, DOWN = 2, 4
"""Pieces side by side and below each other."""
CELL = (128, 48)
"""Pixels of the room for a piece, along and across; a larger one is made smaller, or its middle is taken."""
STRONG = 95
"""Of 100 pixels, how many change less than the strokes of letters: leaves and noise are what most of a photo is."""
LEAST_EDGE = 40
"""Change of grey (0..255) between letter and ground, however quiet the rest of the photo is."""
LEAST_LETTERS = 4
"""Pixels of letters in a picture made as small as ``texture.SIDE``."""
LARGEST = 60
"""The same for the largest: larger ones show in the whole picture made small."""
LONG_ENOUGH = 5
"""Times its height from which a longer shape looks no more like a line."""
_GROUND = 127


def words(change: Any, edge: float, height: int) -> Any:  # noqa: ANN401 - numpy
    """Shapes as long and as full as words are, lying or standing: left, top, wide, high in pixels, one a row.

    ``change``: how much grey changes at each pixel; ``height``: of the least letters.
    """
    import cv2
    import numpy as np

    edges, found = (change > edge).astype(np.uint8), []
    for lying in (True, False):
        joined = cv2.morphologyEx(edges, cv2.MORPH_CLOSE, np.ones((1, 9) if lying else (9, 1), np.uint8))
        joined = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((min(3, height - 1),) * 2, np.uint8))
        shapes = cv2.connectedComponentsWithStats(joined)[2][1:]
        along, across, area = shapes[:, 2], shapes[:, 3], shapes[:, 4]
        if not lying:
            along, across = across, along
        likely = (across >= height) & (across <= LARGEST) & (along >= 1.8 * across) & (area > 0.5 * along * across)
        found.append(shapes[likely, :4])
    return np.concatenate(found)


def sheet(picture: Any, change: Any) -> Any:  # noqa: ANN401
    """The pieces on one sheet; None where nothing looks like a word. ``change`` may be of the picture made smaller."""
    import numpy as np

    edge = max(LEAST_EDGE, float(np.percentile(change[::4, ::4], STRONG)))
    chosen = _best(change, words(change, edge, LEAST_LETTERS))
    if not chosen:
        return None
    times = picture.shape[1] / change.shape[1]
    along, across = CELL
    # No more room than is needed: what the network costs is the size of the sheet.
    laid = np.full((across * -(-len(chosen) // ACROSS), along * ACROSS, 3), _GROUND, np.uint8)
    for number, shape in enumerate(chosen):
        piece = _cut(picture, shape, times)
        left, top = along * (number % ACROSS), across * (number // ACROSS)
        laid[top : top + piece.shape[0], left : left + piece.shape[1]] = piece
    return laid


def _best(change: Any, shapes: Any) -> list[tuple[int, int, int, int]]:  # noqa: ANN401
    """Those of strongest change that are longest, each place once."""
    import cv2
    import numpy as np

    if not len(shapes):
        return []
    left, top, wide, high = shapes.T
    sums = cv2.integral(change)
    right, low = left + wide, top + high
    mean = (sums[low, right] - sums[top, right] - sums[low, left] + sums[top, left]) / (wide * high)
    long = np.minimum(np.maximum(wide, high) / np.minimum(wide, high), LONG_ENOUGH)
    kept: list[tuple[int, int, int, int]] = []
    for at in np.argsort(-mean * long, kind="stable"):
        shape = (int(left[at]), int(top[at]), int(wide[at]), int(high[at]))
        if not any(_same(shape, one) for one in kept):
            kept.append(shape)
            if len(kept) == ACROSS * DOWN:
                break
    return kept


def _same(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    """Whether one lies on the other by half in both directions: found lying and standing."""
    return all(
        min(one[at] + one[at + 2], other[at] + other[at + 2]) - max(one[at], other[at])
        > 0.5 * min(one[at + 2], other[at + 2])
        for at in (0, 1)
    )


def _cut(picture: Any, shape: tuple[int, int, int, int], times: float) -> Any:  # noqa: ANN401
    """A piece lying in the middle of what surrounds it, as much as there is room for."""
    import cv2
    import numpy as np

    left, top, wide, high = shape
    standing = high > wide
    along, across = CELL
    share = max(1.0, (2 * min(wide, high) + 4) * times / across)
    far_x, far_y = (across * share, along * share) if standing else (along * share, across * share)
    x = _inside((left + wide / 2) * times, far_x, picture.shape[1])
    y = _inside((top + high / 2) * times, far_y, picture.shape[0])
    piece = picture[y : y + round(far_y), x : x + round(far_x)]
    if standing:
        piece = np.rot90(piece)
    size = (min(along, round(piece.shape[1] / share)), min(across, round(piece.shape[0] / share)))
    return cv2.resize(np.ascontiguousarray(piece), size, interpolation=cv2.INTER_AREA)


def _inside(middle: float, room: float, end: int) -> int:
    """Where so many pixels around a place begin, within the picture."""
    return max(0, min(end - round(room), round(middle - room / 2)))
