"""Signs of text in pictures: whether a line stands where marks stand, and how surely it was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from classifiers.model import Region
from classifiers.places import TOP_SHARE

if TYPE_CHECKING:
    from classifiers.signs import Spot

SURE_FROM = 0.6
"""Of how surely a line was read, 0..1. Of 9,500 marks that were drawn and worn, none was read as another level whatever
the reader thought of it, and below this hardly one was read right."""
HEAD_CHARACTERS = 60
"""Code points above a mark, at most: a copy number, the name and the menu of the program that shows the page."""
HEAD_SHARE = 0.6
"""Above this share of the height even then: photos are cut as people like, so that the upper quarter alone does not
tell, but what stands in the lower half of a picture with hardly a word is the caption of a poster, not a mark."""


def picture_head(at: Spot) -> bool:
    """It is a line in the upper quarter of a picture, or among its first words."""
    place = at.place
    if place.region is not Region.PICTURE:
        return False
    if place.y is not None and (place.y < TOP_SHARE or place.y > HEAD_SHARE):
        return place.y < TOP_SHARE
    return at.piece.depth + at.start - at.window.starts[at.index] < HEAD_CHARACTERS


def unsure(at: Spot) -> bool:
    """The line was read with so little certainty that a person should look."""
    return at.piece.sure < SURE_FROM
