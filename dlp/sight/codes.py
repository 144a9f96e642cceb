"""QR codes and barcodes in a picture, by zxing-cpp."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

SIDE = 1200
"""Pixels of the longer side that are enough for a code which a phone could read."""
QUICK_SIDE = 640
"""The same for a photo without text, where a code is what it is about or not there."""
MOST = 20


def texts(picture: Any, side: int = SIDE) -> list[tuple[str, float, float]]:  # noqa: ANN401 - numpy
    """What the codes of a picture (height × width × 3) say, each with the place of its corner as shares (0..1)."""
    if find_spec("zxingcpp") is None:
        return []
    import cv2
    import zxingcpp

    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    high, wide = grey.shape
    share = min(1.0, side / max(high, wide))
    if share < 1.0:
        grey = cv2.resize(grey, (round(wide * share), round(high * share)), interpolation=cv2.INTER_AREA)
    found = []
    # Tried turned and inverted too, a search takes three times as long; QR codes are found in any turn without.
    thorough = side == SIDE
    read = zxingcpp.read_barcodes(grey, try_downscale=False, try_rotate=thorough, try_invert=thorough)
    for code in read[:MOST]:
        corner = code.position.top_left
        found.append((code.text, corner.x / grey.shape[1], corner.y / grey.shape[0]))
    return [one for one in found if one[0].strip()]
