"""Cells of spreadsheets: Blocks whose Places are made when somebody asks.

A workbook has a hundred thousand cells, and the Places of a few are ever looked at; making them all was a third of
reading it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

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


@lru_cache(maxsize=1024)
def letters(column: int) -> str:
    """The letters of a column counted from 0: A, B, … Z, AA."""
    found, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, _LETTERS)
        found = chr(65 + digit) + found
    return found
