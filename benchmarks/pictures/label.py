"""What a picture holds and how it was made: the truth that a reading is held against."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from PIL import Image


class Want(StrEnum):
    """What must be found; NOTHING is a hard negative."""

    MARK = "mark"
    NUMBER = "resident number"
    PHONES = "phone list"
    NOTHING = "nothing"


@dataclass(slots=True)
class Label:
    """The truth about one picture."""

    want: Want
    family: str
    """How it looks: an official paper, a chat, a receipt."""
    said: str = ""
    """The mark as drawn, or the numbers, one a line."""
    level: str = ""
    px: int = 0
    """Height in pixels of the type of what must be found, or of the text where nothing must be."""
    number: int = 0
    turn: int = 0
    """Degrees, counter-clockwise."""
    wear: tuple[str, ...] = ()
    """What was done to it, in order."""
    size: tuple[int, int] = (0, 0)
    """Width and height, pixels."""

    def json(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)


@dataclass(slots=True)
class Drawn:
    """A clean picture before it is worn."""

    label: Label
    image: Image.Image
    screen: bool = False
    """It is a screen's own picture: never turned by a few degrees, never shaded, unless a camera took it."""
    tall: bool = False
    """A long scroll: only compressed."""


@dataclass(slots=True)
class Made:
    """A finished picture."""

    label: Label
    content: bytes = field(repr=False)
    suffix: str = ".jpg"
