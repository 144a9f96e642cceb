"""A match that holds, before the document as a whole has its say."""

from __future__ import annotations

from dataclasses import dataclass, replace

from classifiers.masks import masked
from classifiers.model import Category, Level, Place
from classifiers.rules import Rule
from classifiers.signs import Spot


@dataclass(slots=True)
class Candidate:
    """What a rule found. Never leaves the process: it holds the text that was matched."""

    rule: Rule
    level: Level
    category: Category
    at: Spot | None
    """None once it is kept: a Spot holds a whole window."""
    value: str
    """Folded."""
    shown: str
    signs: tuple[str, ...]
    points: int
    cap: int
    doubted: bool
    """A sign took points away."""
    official: bool
    """A sign stands by that only papers which were really issued have."""
    raw: str
    """The whole match as written."""
    place: Place
    """Without the line until it is kept."""
    masked: str = ""

    @property
    def score(self) -> int:
        """As far as the match itself says."""
        return min(self.points, self.cap)

    def kept(self) -> Candidate:
        """The same, complete and without its window."""
        if self.at is not None:
            self.place = _exact(self.at)
            self.masked = masked(self.shown, self.rule.keep)
            self.at = None
        return self


def _exact(at: Spot) -> Place:
    """The piece's place with the line moved on to the match."""
    place = at.place
    if place.line is None:
        return place
    lines = at.window.text.count("\n", at.window.starts[at.index], at.start)
    return replace(place, line=place.line + lines) if lines else place
