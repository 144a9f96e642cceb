"""A stretch of text joined from Blocks, so that it is scanned once and not once per cell.

The text is that of the Blocks with ``\\n`` after each. A document inside of another begins a window of its own: what
stands around a mark is looked for in its own document only. A document property is joined as ``name: value``, so that a
mark in a property named 密级 reads like the same field on a page.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, chain

from classifiers.model import Block, Gap, Place, Region
from classifiers.picture_order import PictureOrder
from classifiers.standing import NOT_ON_THE_PAGE, TOP_CHARACTERS, is_top, speaks_of_all
from classifiers.unplaced import Cell

SIZE = 1 << 15
"""Code points judged at a time."""
FIRST_SIZE = 1 << 13
"""At first fewer, and twice as many each time: what a document has enough of is known the sooner."""
OVERLAP = 1 << 10
"""Code points before and after what is judged that stay visible, so that a match never lacks its surroundings."""
HEADER_ROWS = 5
HEADER_COLUMNS = 512
HEADER_CHARACTERS = 60
FIRST_LINE = 1000
"""What is kept of a table's first rows and of a document's first line, to know the columns by their headers."""
APART = frozenset({Region.METADATA, Region.FILE_NAME, Region.PICTURE})
"""Regions with little text; rules that look only there are kept out of the sweep over the rest."""
ADDRESS = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")

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


@dataclass(frozen=True)
class Window:
    """The joined text of one document, where each piece starts in it, and which part is to be judged."""

    text: str
    starts: list[int]
    pieces: list[Piece]
    judged_from: int
    judged_to: int
    columns: dict[Table, dict[int, str]]
    """Headers by table and column."""
    first_lines: dict[tuple[str, ...], str]
    apart: list[int]
    """Which pieces are properties, file names and pictures."""

    def index(self, offset: int) -> int:
        """Which piece the code point at ``offset`` belongs to."""
        return bisect.bisect_right(self.starts, offset) - 1

    @property
    def path(self) -> tuple[str, ...]:
        """Which document it is of."""
        return self.pieces[0].place.path

    @cached_property
    def leads(self) -> bool:
        """Whether some of it is where a mark speaks of the whole document: a first page's top or header, a property."""
        return any(piece.leads for piece in self.pieces)

    def leads_at(self, offset: int) -> bool:
        """Whether the code point at ``offset`` is such a place."""
        if not self.leads:
            return False
        index = self.index(offset)
        piece = self.pieces[index]
        return speaks_of_all(piece.place) or is_top(piece.place, piece.depth + offset - self.starts[index])


class Joiner:
    """Takes Blocks, gives Windows. Holds one window's text and a few header cells, whatever the file's size."""

    def __init__(self) -> None:
        self.gaps: list[Gap] = []
        self.characters = 0
        self._pieces: list[Piece] = []
        self._size = 0
        self._judged = 0
        self._depth: dict[tuple[str, ...], int] = {}
        self._columns: dict[Table, dict[int, str]] = {}
        self._first: dict[tuple[str, ...], str] = {}
        self._apart = False
        self._path: tuple[str, ...] = ()
        self._most = FIRST_SIZE

    def windows(self, parts: Iterable[Block | Gap]) -> Iterator[Window]:
        """Windows that together judge every code point exactly once."""
        pictures = PictureOrder()
        for part in chain(parts, pictures.released()):
            if isinstance(part, Gap):
                self.gaps.append(part)
                continue
            if isinstance(part, Cell) and self._add_cell(part):
                if self._size >= self._most + OVERLAP:
                    yield from self._full()
                continue
            if part.place.region in APART and pictures.holds(part):
                continue
            self.characters += len(part.text)
            if part.place.path != self._path:
                if self._pieces:
                    yield self._window(final=True)
                self._turn(part.place.path)
            for block, end in self._split(part) if len(part.text) > FIRST_SIZE else ((part, "\n"),):
                self._add(block, end)
                yield from self._full()
        if self._pieces:
            yield self._window(final=True)

    def _full(self) -> Iterator[Window]:
        while self._size >= self._most + OVERLAP:
            self._most = min(SIZE, 2 * self._most)
            window = self._window(final=False)
            yield window
            self._keep_tail(window)

    def _turn(self, path: tuple[str, ...]) -> None:
        """Begin with another document; only those that it is part of keep their tables' headers."""
        self._path, self._pieces, self._size, self._judged, self._apart = path, [], 0, 0, False
        self._columns = {key: value for key, value in self._columns.items() if path[: len(key[0])] == key[0]}

    def _add_cell(self, cell: Cell) -> bool:
        """Add a cell without making its Place; False where more than the text of it is asked for."""
        (sheet, row, _), text = cell.at, cell.text
        depth = self._depth.get(sheet.path, 0)
        if row < HEADER_ROWS or not depth or sheet.path != self._path or len(text) > FIRST_SIZE:
            return False
        length = len(text) + 1
        self._pieces.append(Piece(text + "\n", cell, depth))
        self._depth[sheet.path] = depth + length
        self._size += length
        self.characters += length - 1
        return True

    def _add(self, block: Block, end: str) -> None:
        place, text = block.place, block.text
        if not text:
            return
        region = place.region
        if region is Region.METADATA and place.part:
            text = f"{place.part}: {text}"
        depth = self._depth.get(place.path, 0)
        if region not in NOT_ON_THE_PAGE:
            self._depth[place.path] = depth + len(text) + 1
            if not depth:
                self._first[place.path] = text[:FIRST_LINE].partition("\n")[0]
            if (region is Region.CELL or place.cell) and (place.row is None or place.row < HEADER_ROWS):
                self._header(place, text)
        if region in APART:
            self._apart = True
        self._pieces.append(Piece(text + end, block, depth))
        self._size += len(text) + len(end)

    def _split(self, block: Block) -> Iterator[tuple[Block, str]]:
        """A Block as it is, or a long one cut at line ends: joining must not copy a whole file for each window."""
        text, place = block.text, block.place
        at = 0
        while len(text) - at > self._most:
            end = text.rfind("\n", at + self._most // 2, at + self._most)
            # A line longer than a window is cut within; the overlap keeps a match on the cut whole.
            cut = end if end >= 0 else at + self._most
            yield Block(text[at:cut], place, block.sure), "\n" if end >= 0 else ""
            if place.line is not None:
                place = replace(place, line=place.line + text.count("\n", at, cut) + (end >= 0))
            at = cut + (end >= 0)
        yield Block(text[at:], place, block.sure), "\n"

    def _header(self, place: Place, text: str) -> None:
        row, column = address(place)
        if row is None or column is None or row >= HEADER_ROWS or column >= HEADER_COLUMNS:
            return
        headers = self._columns.setdefault(table(place), {})
        headers[column] = f"{headers.get(column, '')}\n{text[:HEADER_CHARACTERS]}"

    def _window(self, final: bool) -> Window:
        pieces = self._pieces
        starts = [0, *accumulate([len(piece.text) for piece in pieces])]
        starts.pop()
        text = "".join([piece.text for piece in pieces])
        apart = [n for n, piece in enumerate(pieces) if piece.place.region in APART] if self._apart else []
        self._apart = bool(apart)
        judged_to = len(text) if final else len(text) - OVERLAP
        return Window(text, starts, pieces, self._judged, judged_to, self._columns, self._first, apart)

    def _keep_tail(self, window: Window) -> None:
        """Drop what is judged, but for the overlap; a long piece is cut, its line and depth moved on."""
        cut = max(0, window.judged_to - OVERLAP)
        index = window.index(cut)
        piece = window.pieces[index]
        inside = min(cut - window.starts[index], len(piece.text))
        if inside:
            newline = piece.text.rfind("\n", 0, inside) + 1
            if newline and inside - newline < OVERLAP:
                inside = newline
            line = piece.place.line
            place = piece.place if line is None else replace(piece.place, line=line + piece.text.count("\n", 0, inside))
            piece = Piece(piece.text[inside:], Block("", place, piece.sure), piece.depth + inside)
        cut = window.starts[index] + inside
        self._pieces = [piece, *window.pieces[index + 1 :]]
        self._size -= cut
        self._judged = window.judged_to - cut
        self._forget_tables()

    def _forget_tables(self) -> None:
        """Only tables that still have a cell in the window keep their headers."""
        if len(self._columns) > 1:
            live = {table for piece in self._pieces if (table := piece.table)}
            self._columns = {key: value for key, value in self._columns.items() if key in live}


def table(place: Place) -> Table:
    """What makes cells belong together."""
    return place.path, place.sheet, place.table, place.part


def address(place: Place) -> tuple[int | None, int | None]:
    """Row and column from 0, from the place or from an address such as B12."""
    if place.row is not None or place.column is not None or not place.cell:
        return place.row, place.column
    match = ADDRESS.fullmatch(place.cell)
    if match is None:
        return None, None
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1
