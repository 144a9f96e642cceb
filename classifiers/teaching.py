"""Tells a document that carries marks from one that teaches them, as far as the marks together tell."""

from __future__ import annotations

from classifiers.candidate import Candidate
from classifiers.standing import speaks_of_all

MOST_MARKS = 500
"""Distinct marks of one document that are told apart; further ones only raise the count of the strongest."""
DIFFERENT_MARKS = 3
"""A document with so many different marks teaches marks (facts: 1.5)."""
SOME_MARKS, SOME_CUES = 2, 3
Path = tuple[str, ...]


class Teaching:
    """The marks of each document inside of a file, counted."""

    def __init__(self) -> None:
        self._marks: dict[Path, set[str]] = {}
        self._cues: dict[Path, int] = {}
        self._official: set[Path] = set()

    def marks(self, path: Path) -> int:
        """Different ones."""
        return len(self._marks.get(path, ()))

    def add(self, one: Candidate) -> None:
        """Count a mark."""
        path = one.place.path
        marks = self._marks.setdefault(path, set())
        if len(marks) < MOST_MARKS:
            marks.add(f"{int(one.level)} {one.value}")
        if one.doubted:
            self._cues[path] = self._cues.get(path, 0) + 1
        if one.official:
            self._official.add(path)

    def teaches(self, one: Candidate) -> bool:
        """Whether this mark is one of those that a document teaches by."""
        place = one.place
        if stands_alone(one):
            return False
        if place.path in self._official and not one.doubted:
            # A collection of issued papers has several marks too, and nothing speaks against any of them.
            return False
        marks, cues = self.marks(place.path), self._cues.get(place.path, 0)
        return marks >= DIFFERENT_MARKS or (marks >= SOME_MARKS and cues >= SOME_CUES)


def stands_alone(one: Candidate) -> bool:
    """Whether a mark speaks of the document itself, even where the text below it teaches marks: as on a cover."""
    return speaks_of_all(one.place) or ("isolated_line" in one.signs and "first_page_top" in one.signs)
