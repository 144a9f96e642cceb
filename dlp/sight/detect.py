"""Where lines of text are in a picture, by the first network."""

from __future__ import annotations

from typing import Any

from dlp.sight.box import Box
from dlp.sight.networks import SIDES, Networks

LINE_FROM = 0.3
"""A pixel as sure as this belongs to a line (PaddleOCR: thresh)."""
SURE_FROM = 0.5
"""A line is one whose pixels are as sure as this on average (PaddleOCR: box_thresh)."""
WIDER = 1.6
"""The network marks the core of a line; it reaches further by its area over its perimeter, so many times."""
MOST_LINES = 1000
"""Of one pass; a page of small print has some 150."""
_LEAST = 3.0


def lines(networks: Networks, picture: Any, scale: float, sure: float = SURE_FROM) -> list[Box]:  # noqa: ANN401 - numpy
    """The lines of a picture (height × width × 3, blue first), looked at in so many times its size."""
    import cv2
    import numpy as np

    high, wide = picture.shape[:2]
    sureness = _sureness(networks, picture, scale)
    seen = sureness.shape
    mask = cv2.dilate((sureness > LINE_FROM).astype(np.uint8), np.ones((2, 2), np.uint8))
    found, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    boxes = []
    for shape in found[:MOST_LINES]:
        core = cv2.minAreaRect(shape)
        if min(core[1]) < _LEAST or (share := _sure(sureness, shape)) < sure:
            continue
        boxes.append(_box(core, wide / seen[1], high / seen[0], share))
    return boxes


def hint(networks: Networks, picture: Any) -> float:  # noqa: ANN401
    """How sure of a line the network is anywhere in the picture, looked at in its own size."""
    return float(_sureness(networks, picture, 1.0).max())


def _sureness(networks: Networks, picture: Any, scale: float) -> Any:  # noqa: ANN401
    """Per pixel of the picture, so many times its size and rounded to what the network takes."""
    import cv2
    import numpy as np

    high, wide = picture.shape[:2]
    seen = (max(1, round(high * scale / SIDES)) * SIDES, max(1, round(wide * scale / SIDES)) * SIDES)
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(picture, (seen[1], seen[0]), interpolation=way)
    pixels = small.transpose(2, 0, 1)[None].astype(np.float32)
    pixels *= 1 / 127.5
    pixels -= 1.0
    return networks.where(pixels)


def _sure(sureness: Any, shape: Any) -> float:  # noqa: ANN401
    import cv2
    import numpy as np

    left, top, wide, high = cv2.boundingRect(shape)
    mask = np.zeros((high, wide), np.uint8)
    cv2.drawContours(mask, [shape - np.array([left, top])], -1, 1, -1)
    return float(cv2.mean(sureness[top : top + high, left : left + wide], mask)[0])


def _box(core: Any, across: float, down: float, sure: float) -> Box:  # noqa: ANN401
    """The core made as large as the line, in the picture's own pixels; read from left to right or from above."""
    (x, y), (along, high), angle = core
    more = 2 * along * high * WIDER / (2 * (along + high))
    along, high = along + more, high + more
    # OpenCV's angle lies in a range of 90 degrees that differs by version; reading directions lie within ±45.
    while angle > 45:
        angle, along, high = angle - 90, high, along
    while angle <= -45:
        angle, along, high = angle + 90, high, along
    return Box(x * across, y * down, along * across, high * down, angle, sure)
