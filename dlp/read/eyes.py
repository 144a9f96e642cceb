"""What readers ask of whoever looks at pictures. An ordinary process has nobody; there a picture stays unseen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from classifiers.model import Gap, Place
    from dlp.read.visit import Parts


@dataclass(frozen=True, slots=True)
class Raster:
    """A page or a part of one as drawn: rows of pixels of four bytes (blue, green, red, unused)."""

    width: int
    height: int
    """Pixels."""
    stride: int
    """Bytes from one row to the next."""
    pixels: bytes


class Eyes(Protocol):
    """Looks at the pictures of one file."""

    def look(self, content: bytes, place: Place, unseen: Gap) -> Parts:
        """What is written in a picture in its file format; ``unseen`` is the Gap that stays where that fails."""

    def look_at_page(self, draw: Callable[[], Raster], place: Place, unseen: Gap) -> Parts:
        """The same for something that is drawn only where there is time to look at it."""

    def rest(self) -> Parts:
        """What was put off until everything had its first look; Gaps for what there was no time for."""
