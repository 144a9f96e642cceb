"""Where in a picture a mark stands: near its upper edge, or with hardly a word above it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from classifiers.model import Region
from classifiers.places import TOP_SHARE

if TYPE_CHECKING:
    from classifiers.signs import Spot

HEAD_CHARACTERS = 60
"""Code points above a mark, at most: a copy number, the name and the menu of the program that shows the page. Photos
are cut as people like, so that a mark's share of the height alone does not tell."""


def picture_head(at: Spot) -> bool:
    """It is a line in the upper quarter of a picture, or among its first words."""
    if at.place.region is not Region.PICTURE:
        return False
    if at.place.y is not None and at.place.y < TOP_SHARE:
        return True
    return at.piece.depth + at.start - at.window.starts[at.index] < HEAD_CHARACTERS
