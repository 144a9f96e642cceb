"""The pieces of a window: Blocks, or what is left of them, each with its text as it stands in the window.

A spreadsheet has a hundred thousand of them and is asked for a few: those of its cells are made when somebody asks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, repeat
from typing import overload

from classifiers.model import Block, Place, Region
from classifiers.standing import TOP_CHARACTERS, is_top, speaks_of_all
from classifiers.unplaced import Cell, Cells

Table = tuple[tuple[str, ...], str, int | None, str]


@dataclass(slots=True)
class Piece:
    """A Block, or the rest of one whose beginning was judged before."""

    text: str
    """With the line end after it; without one where a long line was cut."""
    block: Block
    depth: int
    """Code points of the document's text before it."""

    @property
    def place(self) -> Place:
        """As the Block's."""
        return self.block.place

    @property
    def sure(self) -> float:
        """As the Block's."""
        return self.block.sure

    @property
    def table(self) -> Table | None:
        """The table that it is a cell of."""
        if isinstance(self.block, Cell):
            sheet = self.block.at[0]
            return sheet.path, sheet.name, sheet.number, ""
        place = self.block.place
        return table(place) if place.region is Region.CELL or place.cell else None

    @property
    def leads(self) -> bool:
        """Whether it begins where a mark speaks of the whole document."""
        if isinstance(self.block, Cell):
            return self.depth < TOP_CHARACTERS
        return speaks_of_all(self.block.place) or is_top(self.block.place, self.depth)


@dataclass(frozen=True, slots=True)
class _Run:
    """Cells of some rows."""

    cells: Cells
    first: int
    """The number that the piece of the first cell would have, counted from the first piece that there ever was."""
    depth: int
    """Code points of the document's text before that cell."""

    def piece(self, number: int) -> Piece:
        """The one with this number."""
        index = number - self.first
        return Piece(self.cells.texts[index] + "\n", self.cells[index], self.depth + self.cells.before[index])


class Pieces(Sequence[Piece]):
    """Pieces one after the other; the same object each time that one is asked for."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        """Of each."""
        self._held: list[Piece | _Run] = []
        self._before = 0
        """How many there were before these and are dropped."""

    def add(self, piece: Piece) -> None:
        """One more."""
        self.texts.append(piece.text)
        self._held.append(piece)

    def add_cells(self, cells: Cells, number: int, count: int, depth: int) -> None:
        """So many of the cells more, from that number on; ``depth`` is that of the first added."""
        run = _Run(cells, self._before + len(self._held) - number, depth - cells.before[number] if number else depth)
        self.texts += [f"{text}\n" for text in cells.texts[number : number + count]]
        self._held += repeat(run, count)

    def __len__(self) -> int:
        return len(self._held)

    @overload
    def __getitem__(self, index: int) -> Piece: ...

    @overload
    def __getitem__(self, index: slice) -> list[Piece]: ...

    def __getitem__(self, index: int | slice) -> Piece | list[Piece]:
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(len(self._held)))]
        held = self._held[index]
        if isinstance(held, _Run):
            held = self._held[index] = held.piece(self._before + index % len(self._held))
        return held

    def after(self, index: int, instead: Piece) -> Pieces:
        """Those after a certain one, for which another piece stands."""
        left = Pieces()
        left._before = self._before + index
        left._held, left.texts = self._held[index:], self.texts[index:]
        left._held[0], left.texts[0] = instead, instead.text
        return left

    def starts(self) -> list[int]:
        """Where each begins in the text of all."""
        return list(accumulate(map(len, self.texts[:-1]), initial=0))

    def within(self, regions: Collection[Region]) -> list[int]:
        """Which of them are of these regions, of which CELL is none."""
        return [n for n, held in enumerate(self._held) if isinstance(held, Piece) and held.place.region in regions]

    def leads(self) -> bool:
        """Whether one of them begins where a mark speaks of the whole document."""
        return any(piece.leads for piece in self._first_of_each())

    def tables(self) -> Iterable[Table | None]:
        """The tables that they are cells of."""
        return (piece.table for piece in self._first_of_each())

    def _first_of_each(self) -> Iterator[Piece]:
        """Of cells that follow each other the first: the others are of the same table, and deeper."""
        last: _Run | None = None
        for index, held in enumerate(self._held):
            if isinstance(held, Piece):
                yield held
            elif held is not last:
                last = held
                yield self[index]


def table(place: Place) -> Table:
    """What makes cells belong together."""
    return place.path, place.sheet, place.table, place.part
