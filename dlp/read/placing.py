"""Places and Blocks made fast: a document has thousands of paragraphs, and each has one.

Making a frozen dataclass sets every field through ``object.__setattr__``, six times as long as a plain one takes. So a
plain twin of Place is made, and becomes a Place; Blocks likewise.
"""

from __future__ import annotations

from dataclasses import dataclass

from classifiers.model import Block, Place, Region


@dataclass(slots=True, eq=False)
class Open:
    """The fields of Place in their order; a class can be changed for another only where these are the same."""

    region: Region = Region.BODY
    path: tuple[str, ...] = ()
    part: str = ""
    page: int | None = None
    slide: int | None = None
    sheet: str = ""
    cell: str = ""
    table: int | None = None
    row: int | None = None
    column: int | None = None
    line: int | None = None
    x: float | None = None
    y: float | None = None
    size: float | None = None


@dataclass(slots=True, eq=False)
class _OpenBlock:
    text: str
    place: Place
    sure: float = 1.0


def place(region: Region, path: tuple[str, ...], **where: str | float | None) -> Place:
    """A Place; ``where`` are its fields by name."""
    made = Open(region, path, **where)  # type: ignore[arg-type]
    made.__class__ = Place  # type: ignore[assignment]
    return made  # type: ignore[return-value]


def part(region: Region, path: tuple[str, ...], name: str) -> Place:
    """The Place of a part by its name alone, as most properties have it."""
    made = Open(region, path, name)
    made.__class__ = Place  # type: ignore[assignment]
    return made  # type: ignore[return-value]


def line(path: tuple[str, ...], page: int, line: int, at: tuple[float | None, float | None, float | None]) -> Place:
    """The Place of a line of a page, of which there are more than of anything else; ``at`` is x, y and size."""
    # In the order of the fields: by name takes half as long again.
    made = Open(Region.BODY, path, "", page, None, "", "", None, None, None, line, *at)
    made.__class__ = Place  # type: ignore[assignment]
    return made  # type: ignore[return-value]


def block(text: str, place: Place) -> Block:
    """A Block of certain text."""
    made = _OpenBlock(text, place)
    made.__class__ = Block  # type: ignore[assignment]
    return made  # type: ignore[return-value]
