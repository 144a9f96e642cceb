"""Where in a document a mark speaks of all of it: the top of the first page, headers, titles, properties, the name."""

from __future__ import annotations

from classifiers.model import Place, Region
from classifiers.places import TOP_SHARE

TOP_CHARACTERS = 300
"""Where no position is known, the first so many code points of a document are its top."""
STANDING = frozenset({Region.HEADER, Region.FOOTER, Region.TITLE, Region.WATERMARK, Region.METADATA, Region.FILE_NAME})
NOT_ON_THE_PAGE = frozenset({Region.METADATA, Region.FILE_NAME, Region.COMMENT, Region.NOTE})
"""They do not push the text of the page down."""


def speaks_of_all(place: Place) -> bool:
    """Whether a mark here speaks of the document itself, whatever the text teaches."""
    return place.region in STANDING and (place.page or place.slide or 1) == 1


def is_top(place: Place, depth: int) -> bool:
    """Whether this is the top of the first page; ``depth`` are the code points of the document before it."""
    if place.region in NOT_ON_THE_PAGE or (place.page or place.slide or 1) > 1:
        return False
    return place.y < TOP_SHARE if place.y is not None else depth < TOP_CHARACTERS
