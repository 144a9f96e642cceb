"""What a line of text in a picture says, by the second network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dlp.sight.box import Box
from dlp.sight.networks import LINE_HEIGHT, Networks

MOST_WIDTH = 2560
"""Pixels of a line as it is read; longer ones are read more narrowly."""
LEAST_WIDTH = 96
STEP = 32
"""Widths are rounded up to this, so that the runtime meets few different ones."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A line read."""

    text: str
    sure: float
    """0..1, over its signs."""


NOTHING = Reading("", 0.0)


def read(networks: Networks, picture: Any, boxes: Sequence[Box], squeeze: float = 1.0) -> list[Reading]:  # noqa: ANN401
    """What stands in each box. Lines higher than wide are tried both ways. ``squeeze``: width over natural width."""
    return [_either(networks, picture, box, squeeze) for box in boxes]


def width(box: Box) -> float:
    """Pixels that the network has to go along for it: what reading it costs."""
    return LINE_HEIGHT * box.length / max(1.0, box.height)


def _either(networks: Networks, picture: Any, box: Box, squeeze: float) -> Reading:  # noqa: ANN401
    import numpy as np

    cut = _cut(picture, box, squeeze)
    if not box.upright:
        return _one(networks, cut)
    first = _one(networks, cut)
    return first if first.sure > 0.9 else max(first, _one(networks, np.rot90(cut, 2)), key=lambda one: one.sure)


def _cut(picture: Any, box: Box, squeeze: float) -> Any:  # noqa: ANN401
    """The line by itself, straight, 48 pixels high; one that runs downwards is laid on its side."""
    import cv2
    import numpy as np

    corners = box.corners()
    if box.upright:
        # It then runs from below to above; ``_either`` tries the other way.
        corners = [*corners[1:], corners[0]]
    wide = min(MOST_WIDTH, max(LINE_HEIGHT // 2, round(width(box) * squeeze)))
    goal = np.array([[0, 0], [wide, 0], [wide, LINE_HEIGHT], [0, LINE_HEIGHT]], np.float32)
    turn = cv2.getPerspectiveTransform(np.array(corners, np.float32), goal)
    return cv2.warpPerspective(
        picture, turn, (wide, LINE_HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


def _one(networks: Networks, cut: Any) -> Reading:  # noqa: ANN401
    import numpy as np

    wide = max(LEAST_WIDTH, -(-cut.shape[1] // STEP) * STEP)
    pixels = np.zeros((1, 3, LINE_HEIGHT, wide), np.float32)
    pixels[0, :, :, : cut.shape[1]] = cut.transpose(2, 0, 1)
    pixels[0, :, :, : cut.shape[1]] *= 1 / 127.5
    pixels[0, :, :, : cut.shape[1]] -= 1.0
    return _said(networks, networks.what(pixels)[0])


def _said(networks: Networks, steps: Any) -> Reading:  # noqa: ANN401
    """Signs that repeat from step to step are one, and step 0 means none (connectionist temporal classification)."""
    best = steps.argmax(axis=1)
    kept = best != 0
    kept[1:] &= best[1:] != best[:-1]
    if not kept.any():
        return NOTHING
    text = "".join(networks.signs[sign] for sign in best[kept])
    return Reading(text, float(steps.max(axis=1)[kept].mean()))
