"""Whether there can be text in a picture at all: a cheap test, so that photos of people and places cost little.

It may only ever say no where text would have shown. What was drawn (screenshots, clean pages, slides) goes on with any
line-like shape. Of photos the first network is asked twice, in so few pixels that both cost a tenth of a real look: the
whole made small, where pages and large letters show, and then the pieces most like words in their own size.
"""

from __future__ import annotations

from typing import Any

from dlp.sight import detect, pieces, recognise
from dlp.sight.networks import SIDES, Networks

SIDE = 640
"""Pixels of the longer side in which shapes are counted."""
DRAWN = 0.5
"""Share of pixels without any change around them from which a picture was drawn and not photographed; in photos with
soft ground it is up to 0.2."""
ASKED = 256
"""Pixels of the longer side at which the network is asked about the whole."""
LONG = 3
"""Times its breadth a picture is long from which it is looked at in any case: made small, a scroll shows no line."""
HINT = 0.25
"""How sure of a line the network must be anywhere in the whole."""
LINE = (2.2, 0.6)
"""Length over height of a line among the pieces, and how sure the network must be of it: a leaf taken for a letter is
as long as high."""
READ = 0.7
"""How surely a shorter one must be read."""
TRIED = 2
"""Shorter ones that are read, the longest first."""
LEAST_LETTERS = 3
"""Pixels of letters in a drawn picture made as small as SIDE: 9 in a screenshot of 1920."""
LEAST_SIDE = 12
"""Pixels; a line of the smallest letters needs them."""
_FAINT = 12


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
    if (change == 0).mean() > DRAWN and len(pieces.words(change, _FAINT, LEAST_LETTERS)):
        return True
    if detect.hint(networks, _fitted(small, ASKED)) > HINT:
        return True
    laid = pieces.sheet(picture, change)
    return laid is not None and _worded(networks, laid)


def _worded(networks: Networks, laid: Any) -> bool:  # noqa: ANN401
    """Whether a line is among the pieces, or something short that can be read."""
    lines = sorted(detect.lines(networks, laid, 1.0), key=lambda box: -box.length)
    if any(box.length >= LINE[0] * box.height and box.sure >= LINE[1] for box in lines):
        return True
    return any(one.sure >= READ for one in recognise.read(networks, laid, lines[:TRIED]))


def _fitted(picture: Any, side: int) -> Any:  # noqa: ANN401
    import cv2

    high, wide = picture.shape[:2]
    share = side / max(high, wide)
    if share >= 1.0:
        return picture
    size = (max(SIDES, round(wide * share)), max(SIDES, round(high * share)))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
