"""A cell without its Place is the Block that it would be with it."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable
from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.model import Block, Gap, Place, Region
from classifiers.unplaced import Cell, Cells, Sheet, letters
from classifiers.window import Joiner

SHEET = Sheet(("a.xlsx",), "S", 0)
PLAIN = Block("text", Place(Region.CELL, ("a.xlsx",), sheet="S", cell="B2", table=0, row=1, column=1))


def cell() -> Cell:
    return Cell("text", (SHEET, 1, 1))


@pytest.mark.parametrize(
    "asked",
    [
        lambda block: block.place,
        lambda block: (block.text, block.sure),
        lambda block: block == PLAIN,
        lambda block: PLAIN == block,  # noqa: SIM300 - the other side is asked
        lambda block: block == cell(),
        lambda block: block == "text",
        hash,
        repr,
        lambda block: pickle.loads(pickle.dumps(block)),
        lambda block: replace(block, text="other"),
        lambda block: {block: 1}[PLAIN],
    ],
)
def test_whatever_is_asked(asked: Callable[[Block], object]) -> None:
    assert asked(cell()) == asked(PLAIN)


def test_once_placed_it_is_a_block_that_cannot_be_changed() -> None:
    made: Block = cell()
    assert made.place.cell == "B2"
    assert type(made) is Block
    with pytest.raises(FrozenInstanceError):
        made.text = "other"  # type: ignore[misc]


def told(parts: Iterable[Block | Gap | Cells]) -> list[object]:
    """All that is told of the windows."""
    joiner = Joiner()
    found: list[object] = [
        (
            w.text,
            w.starts,
            w.leads,
            w.columns,
            w.judged_from,
            w.judged_to,
            w.apart,
            [(p.depth, p.place) for p in w.pieces],
        )
        for w in joiner.windows(parts)
    ]
    return [*found, joiner.characters]


def test_windows_are_the_same() -> None:
    """Over several sheets and documents, with headers, long texts, and more than one window."""
    sheets = [SHEET, Sheet(("a.xlsx",), "T", 1), Sheet(("b.xlsx",), "S", 0)]
    rows = range(0, 2000, 50)
    texts = {
        row: [f"值{n}" * (4000 if n == 700 else 1) for n in range(row, row + 50) for _ in range(3)] for row in rows
    }
    together = [Cells(sheet, row, 3, texts[row]) for sheet in sheets for row in rows]
    placed = [replace(cell) for cells in together for cell in cells]
    assert told(together) == told(placed) == told([cell for cells in together for cell in cells])


@given(
    st.lists(
        st.tuples(
            st.sampled_from([0, 1, 2]),  # which sheet, the third of another document
            st.integers(1, 40),  # columns
            st.integers(1, 30),  # rows
            st.sampled_from([0, 1, 7, 300, 9000]),  # code points of the longest cell
            st.booleans(),  # something else after it
        ),
        max_size=12,
    )
)
@settings(max_examples=60, deadline=None)
def test_windows_of_any_cells_are_the_same(drawn: list[tuple[int, int, int, int, bool]]) -> None:
    sheets = [SHEET, Sheet(("a.xlsx",), "T", 1), Sheet(("b.xlsx",), "S", 0)]
    parts: list[Block | Gap | Cells] = [Block("a.xlsx", Place(Region.FILE_NAME, ("a.xlsx",)))]
    for number, (sheet, columns, rows, longest, more) in enumerate(drawn):
        texts = ["字" * (n * 31 % (longest + 1)) for n in range(columns * rows)]
        parts.append(Cells(sheets[sheet], number * 30, columns, texts))
        if more:
            parts.append(Block("内部资料", Place(Region.METADATA, sheets[sheet].path, "subject")))
    singly = [one for part in parts for one in (part if isinstance(part, Cells) else (part,))]
    placed = [replace(one) if isinstance(one, Cell) else one for one in singly]
    assert told(parts) == told(placed)


def test_cells_of_rows_are_those_that_hold_anything() -> None:
    cells = Cells(SHEET, 7, 3, ["", "甲", "", "乙", "", "丙"])
    assert [(cell.text, cell.place.cell) for cell in cells] == [("甲", "B8"), ("乙", "A9"), ("丙", "C9")]
    assert [cells[number] for number in range(3)] == list(cells) == cells[:] == cells[0:3]
    assert cells[-1].place.cell == "C9"
    assert (len(cells), cells.characters, cells.text, cells.before) == (3, 3, "甲\n乙\n丙", [0, 2, 4, 6])
    with pytest.raises(IndexError):
        cells[3]


@pytest.mark.parametrize(
    ("number", "room", "fitting"), [(0, 7, (3, 6)), (0, 6, (2, 4)), (1, 3, (1, 2)), (1, 2, (0, 0)), (2, 9, (1, 2))]
)
def test_how_many_cells_fit(number: int, room: int, fitting: tuple[int, int]) -> None:
    assert Cells(SHEET, 7, 3, ["甲", "乙", "丙"]).fitting(number, room) == fitting


def test_letters_of_columns() -> None:
    assert [letters(number) for number in (0, 25, 26, 701, 702, 16383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
