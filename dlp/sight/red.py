"""Signs of an official document in a picture: red letters across the top, the red line below them, a round red seal.

A support for what is read there, never a finding of its own: invitations and price tags are red too. Source of the
shapes: GB/T 9704-2012 (7.2.4 issuing authority, 7.2.7 line; 7.3.5 seals).
"""

from __future__ import annotations

from typing import Any

SIDE = 400
"""Pixels of the longer side in which the shapes are looked for."""
HEAD = 0.4
"""Share of the height in which head and line stand."""


def signs(picture: Any) -> list[str]:  # noqa: ANN401 - numpy
    """``red head``, ``red line``, ``red seal``: those that are there. ``picture``: height × width × 3, blue first."""
    import cv2
    import numpy as np

    high, wide = picture.shape[:2]
    share = min(1.0, SIDE / max(high, wide))
    small = cv2.resize(
        picture, (max(1, round(wide * share)), max(1, round(high * share))), interpolation=cv2.INTER_AREA
    )
    blue, green, red = (small[:, :, at].astype(np.int16) for at in range(3))
    mask = ((red > 110) & (red - green > 50) & (red - blue > 50)).astype(np.uint8)
    if mask.mean() > 0.5:
        return []  # a red picture, not red on paper
    head = mask[: max(1, round(mask.shape[0] * HEAD))]
    found = []
    run = cv2.morphologyEx(head, cv2.MORPH_OPEN, np.ones((1, max(3, head.shape[1] // 3)), np.uint8))
    if run.any() and run.any(axis=1).sum() <= max(3, mask.shape[0] // 60):
        found.append("red line")
    letters = head & (1 - run)
    if 0.01 < letters.mean() < 0.3 and (letters.any(axis=0).mean() > 0.25):
        found.append("red head")
    if _seal(mask):
        found.append("red seal")
    return found


def _seal(mask: Any) -> bool:  # noqa: ANN401
    """A ring about as wide as high, of a twelfth to a half of the picture's width."""
    import cv2
    import numpy as np

    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    count, _, shapes, _ = cv2.connectedComponentsWithStats(closed)
    wide = mask.shape[1]
    for at in range(1, count):
        across, down, area = (
            int(shapes[at, part]) for part in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA)
        )
        alike = 0.8 < across / max(1, down) < 1.25
        if alike and wide / 12 < across < wide / 2 and 0.1 < area / (across * down) < 0.75:
            return True
    return False
