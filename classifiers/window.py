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
from itertools import chain

from classifiers.model import Block, Gap, Place, Region
from classifiers.picture_order import PictureOrder
from classifiers.pieces import Piece, Pieces, Table, table
from classifiers.standing import NOT_ON_THE_PAGE, is_top, speaks_of_all
from classifiers.unplaced import Cells

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


@dataclass(frozen=True)
class Window:
    """The joined text of one document, where each piece starts in it, and which part is to be judged."""

    text: str
    starts: list[int]
    pieces: Pieces
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
        return self.pieces.leads()

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
        self._pieces = Pieces()
        self._size = 0
        self._judged = 0
        self._depth: dict[tuple[str, ...], int] = {}
        self._columns: dict[Table, dict[int, str]] = {}
        self._first: dict[tuple[str, ...], str] = {}
        self._apart = False
        self._path: tuple[str, ...] = ()
        self._most = FIRST_SIZE

    def windows(self, parts: Iterable[Block | Gap | Cells]) -> Iterator[Window]:
        """Windows that together judge every code point exactly once."""
        pictures = PictureOrder()
        for part in self._without_most_cells(chain(parts, pictures.released())):
            if isinstance(part, Gap):
                self.gaps.append(part)
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
        self._path, self._pieces, self._size, self._judged, self._apart = path, Pieces(), 0, 0, False
        self._columns = {key: value for key, value in self._columns.items() if path[: len(key[0])] == key[0]}

    def _without_most_cells(self, parts: Iterable[Block | Gap | Cells]) -> Iterator[Block | Gap]:
        """Cells of which no more than the text is asked are added here, many at once; whatever is left comes out."""
        for part in parts:
            if not isinstance(part, Cells):
                yield part
                continue
            number = 0
            while number < len(part):
                number += self._add_cells(part, number)
                # The next fills the window, or more than its text is asked for.
                yield from part[number : number + 1]
                number += 1

    def _add_cells(self, cells: Cells, number: int) -> int:
        """Add the cells from this one on that leave the window open; how many. None of them can be a header here."""
        path = cells.sheet.path
        depth = self._depth.get(path, 0)
        long = cells.characters > FIRST_SIZE and max(map(len, cells.texts)) > FIRST_SIZE
        if cells.row < HEADER_ROWS or not depth or path != self._path or long:
            return 0
        count, size = cells.fitting(number, self._most + OVERLAP - self._size)
        if count:
            self._pieces.add_cells(cells, number, count, depth)
            self._depth[path] = depth + size
            self._size += size
            self.characters += size - count
        return count

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
        self._pieces.add(Piece(text + end, block, depth))
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
        text = "".join(pieces.texts)
        apart = pieces.within(APART) if self._apart else []
        self._apart = bool(apart)
        judged_to = len(text) if final else len(text) - OVERLAP
        return Window(text, pieces.starts(), pieces, self._judged, judged_to, self._columns, self._first, apart)

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
        self._pieces = window.pieces.after(index, piece)
        self._size -= cut
        self._judged = window.judged_to - cut
        self._forget_tables()

    def _forget_tables(self) -> None:
        """Only tables that still have a cell in the window keep their headers."""
        if len(self._columns) > 1:
            live = set(self._pieces.tables())
            self._columns = {key: value for key, value in self._columns.items() if key in live}


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
