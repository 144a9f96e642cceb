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
        self._plain: dict[Path, set[str]] = {}
        """Marks on a line of their own that nothing speaks against."""

    def marks(self, path: Path) -> int:
        """Different ones."""
        return len(self._marks.get(path, ()))

    def add(self, one: Candidate) -> None:
        """Count a mark."""
        path = one.place.path
        marks = self._marks.setdefault(path, set())
        if len(marks) < MOST_MARKS:
            marks.add(_name(one))
        if one.doubted:
            self._cues[path] = self._cues.get(path, 0) + 1
        if one.official:
            self._official.add(path)
        if _plain(one) and len(plain := self._plain.setdefault(path, set())) < MOST_MARKS:
            plain.add(_name(one))

    def lone(self, one: Candidate) -> bool:
        """Whether a document that speaks of marks has this one, and no other, on a line of its own.

        Who teaches shows several, or says of the one that it is an example. A single one may be that of an appendix:
        a person must look.
        """
        asked = any(sign.name == "lone_mark" for sign, _ in one.rule.caps)
        return asked and _plain(one) and self._plain[one.place.path] == {_name(one)} and self._speaks_of_marks(one)

    def teaches(self, one: Candidate) -> bool:
        """Whether this mark is one of those that a document teaches by."""
        return self._speaks_of_marks(one) and not self.lone(one)

    def _speaks_of_marks(self, one: Candidate) -> bool:
        place = one.place
        if stands_alone(one):
            return False
        if place.path in self._official and not one.doubted:
            # A collection of issued papers has several marks too, and nothing speaks against any of them.
            return False
        marks, cues = self.marks(place.path), self._cues.get(place.path, 0)
        return marks >= DIFFERENT_MARKS or (marks >= SOME_MARKS and cues >= SOME_CUES)


def _name(one: Candidate) -> str:
    return f"{int(one.level)} {one.value}"


def _plain(one: Candidate) -> bool:
    return not one.doubted and "isolated_line" in one.signs


def stands_alone(one: Candidate) -> bool:
    """Whether a mark speaks of the document itself, even where the text below it teaches marks: as on a cover."""
    return speaks_of_all(one.place) or ("isolated_line" in one.signs and "first_page_top" in one.signs)
