"""Whether there can be text in a picture at all: a cheap test, so that photos of people and places cost little.

It may only ever say no where text would have shown: pictures with flat ground (screenshots, pages, slides) go on with
any line-like shape, others with many; of the rest the first network is asked at a small size.
"""

from __future__ import annotations

from typing import Any

from dlp.sight import detect
from dlp.sight.networks import SIDES, Networks

SIDE = 640
"""Pixels of the longer side in which shapes are counted."""
FLAT = 0.5
"""Share of pixels without any change around them from which a picture was drawn and not photographed."""
SHAPES = 30
"""Line-like shapes from which there is no need to ask the network."""
ASKED = 416
"""Pixels of the longer side at which the network is asked."""
LONG = 3
"""Times its breadth a picture is long from which it is looked at in any case: made small, a scroll shows no line."""
HINT = 0.25
"""How sure of a line the network must be anywhere."""
LEAST_LETTERS = 3
"""Pixels of letters in a drawn picture made as small as SIDE: 9 in a screenshot of 1920."""
LEAST_SIDE = 12
"""Pixels; a line of the smallest letters needs them."""
_EDGE, _FAINT, _STILL = 32, 12, 3


def has_text(networks: Networks, picture: Any) -> bool:  # noqa: ANN401 - numpy
    """False where a picture (height × width × 3, blue first) has no text that anybody could read."""
    import cv2
    import numpy as np

    high, wide = picture.shape[:2]
    if min(high, wide) < LEAST_SIDE:
        return False
    if max(high, wide) > LONG * min(high, wide):
        return True
    small = _fitted(picture, SIDE)
    change = cv2.morphologyEx(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    if not (change > _FAINT).any():
        return False
    drawn = bool((change <= _STILL).mean() > FLAT)
    if (drawn and _shapes(change, _FAINT, LEAST_LETTERS)) or _shapes(change, _EDGE, 5) >= SHAPES:
        return True
    asked = _fitted(picture, ASKED)
    return detect.hint(networks, asked) > HINT


def _fitted(picture: Any, side: int) -> Any:  # noqa: ANN401
    import cv2

    high, wide = picture.shape[:2]
    share = side / max(high, wide)
    if share >= 1.0:
        return picture
    size = (max(SIDES, round(wide * share)), max(SIDES, round(high * share)))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def _shapes(change: Any, edge: int, height: int) -> int:  # noqa: ANN401
    """Shapes as long and as full as words are, lying or standing; ``height`` of the least letters, pixels."""
    import cv2
    import numpy as np

    edges, found = (change > edge).astype(np.uint8), 0
    for lying in (True, False):
        joined = cv2.morphologyEx(edges, cv2.MORPH_CLOSE, np.ones((1, 9) if lying else (9, 1), np.uint8))
        joined = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((min(3, height - 1),) * 2, np.uint8))
        shapes = cv2.connectedComponentsWithStats(joined)[2][1:]
        along, across, area = shapes[:, 2], shapes[:, 3], shapes[:, 4]
        if not lying:
            along, across = across, along
        words = (across >= height) & (across <= 60) & (along >= 1.8 * across) & (area > 0.5 * along * across)
        found += int(words.sum())
    return found
