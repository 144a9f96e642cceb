"""Cells of spreadsheets: Blocks that are made, and their Places, when somebody asks.

A workbook has a hundred thousand cells, and few are ever looked at; making each was a third of reading it, and so were
the Places of all.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any, cast, overload

from classifiers.model import Block, Place, Region

_LETTERS = 26


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the cells of a sheet have in common."""

    path: tuple[str, ...]
    name: str
    number: int
    """From 0, over all sheets of the file."""


At = tuple[Sheet, int, int]
"""The sheet, the row and the column of a cell, from 0."""


class Cell(Block):
    """The Block of one cell; once its Place was asked for, it is a Block like any other."""

    __slots__ = ()
    # Blocks are frozen, which makes setting their fields slow. A Cell's are set here, before anybody else has it.
    __setattr__ = object.__setattr__
    __delattr__ = object.__delattr__
    if TYPE_CHECKING:
        at: At
    else:
        at = vars(Block)["place"]
        """Where it is, kept where the Place will be."""

    def __init__(self, text: str, at: At) -> None:
        self.text = text  # type: ignore[misc]
        self.at = at
        self.sure = 1.0  # type: ignore[misc]

    @property
    def place(self) -> Place:
        """As of any Block."""
        (sheet, row, column), made = self.at, cast(Any, self)
        made.at = place = Place(
            Region.CELL, sheet.path, sheet=sheet.name, cell=f"{letters(column)}{row + 1}", table=sheet.number,
            row=row, column=column,
        )  # fmt: skip
        made.__class__ = Block
        return place

    def _placed(self) -> Block:
        assert self.place
        return self

    def __eq__(self, other: object) -> bool:
        """As Blocks are."""
        return Block.__eq__(self._placed(), other._placed() if isinstance(other, Cell) else other)

    def __hash__(self) -> int:
        """As Blocks have it."""
        return hash(self._placed())

    def __repr__(self) -> str:
        """As of a Block."""
        return repr(self._placed())

    def __reduce_ex__(self, protocol: Any) -> Any:  # noqa: ANN401 - pickle's own
        """As a Block it is kept."""
        return self._placed().__reduce_ex__(protocol)


class Cells:
    """The cells of some rows of a sheet that hold anything, row by row; each Cell is made when it is asked for."""

    def __init__(self, sheet: Sheet, row: int, width: int, all_texts: list[str], column: int = 0) -> None:
        """``all_texts`` are those of whole rows from ``row`` on, ``width`` cells from ``column`` on, "" where empty."""
        self.sheet = sheet
        self.row = row
        self.column = column
        self.texts = [*filter(None, all_texts)]
        """Of those that hold anything."""
        self.characters = sum(map(len, self.texts))
        """Code points of these."""
        self._width, self._all = width, all_texts

    @property
    def text(self) -> str:
        """Of all, each on a line of its own."""
        return "\n".join(self.texts)

    @property
    def path(self) -> tuple[str, ...]:
        """Of the document."""
        return self.sheet.path

    def __len__(self) -> int:
        return len(self.texts)

    @overload
    def __getitem__(self, number: int) -> Cell: ...

    @overload
    def __getitem__(self, number: slice) -> list[Cell]: ...

    def __getitem__(self, number: int | slice) -> Cell | list[Cell]:
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(len(self.texts)))]
        row, column = divmod(self._filled[number], self._width)
        return Cell(self.texts[number], (self.sheet, self.row + row, self.column + column))

    def __iter__(self) -> Iterator[Cell]:
        sheet, row, column, width = self.sheet, self.row, self.column, self._width
        return (
            Cell(text, (sheet, row + number // width, column + number % width))
            for number, text in enumerate(self._all)
            if text
        )

    def fitting(self, number: int, room: int) -> tuple[int, int]:
        """How many cells from this one on take fewer code points than this, a line end after each, and how many."""
        whole = self.characters + len(self.texts)
        if not number and whole < room:
            return len(self.texts), whole
        before = self.before
        last = bisect.bisect_left(before, before[number] + room, number) - 1
        return last - number, before[last] - before[number]

    @cached_property
    def _filled(self) -> list[int]:
        """Where in the rows each cell stands."""
        return [number for number, text in enumerate(self._all) if text]

    @cached_property
    def before(self) -> list[int]:
        """Code points before each cell, with a line end after each of them."""
        return [0, *accumulate([len(text) + 1 for text in self.texts])]


@lru_cache(maxsize=1024)
def letters(column: int) -> str:
    """The letters of a column counted from 0: A, B, … Z, AA."""
    found, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, _LETTERS)
        found = chr(65 + digit) + found
    return found
