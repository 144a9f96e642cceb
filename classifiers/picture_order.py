"""Lines of pictures in the order in which people read them.

Whoever looks at pictures reads first what can be a mark, and the rest later. What stands above or below a mark, and
where a number goes on that a bubble of a chat broke, is known only when the lines stand as they stood in the picture.
"""

from __future__ import annotations

from collections.abc import Iterator

from classifiers.model import Block, Place, Region

MOST_HELD = 50_000
"""Lines of pictures that wait for the end of the file; further ones are judged in the order in which they come."""
Picture = tuple[tuple[str, ...], int | None, int | None]


class PictureOrder:
    """Holds lines of pictures back, and gives them in order at the end."""

    def __init__(self) -> None:
        self._held: dict[Picture, list[Block]] = {}
        self._count = 0
        self._closed = False

    def holds(self, block: Block) -> bool:
        """Whether the Block is kept for the end; what a picture says of itself (its red seal) goes with its lines."""
        place = block.place
        if self._closed or not (place.region is Region.PICTURE or (place.region is Region.METADATA and _of(place))):
            return False
        self._count += 1
        self._closed = self._count >= MOST_HELD
        self._held.setdefault((place.path, place.page, place.slide), []).append(block)
        return True

    def released(self) -> Iterator[Block]:
        """All that was held, picture by picture, from above."""
        self._closed = True
        for lines in self._held.values():
            yield from sorted(lines, key=_from_above)


def _of(place: Place) -> bool:
    return place.part == "picture"


def _from_above(block: Block) -> tuple[float, float]:
    place = block.place
    return -1.0 if place.y is None else place.y, 0.0 if place.x is None else place.x
