"""A cell without its Place is the Block that it would be with it."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace

import pytest

from classifiers.model import Block, Place, Region
from classifiers.unplaced import Cell, Sheet, letters
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


def test_windows_are_the_same() -> None:
    """Over several sheets and documents, with headers, long texts, and more than one window."""
    sheets = [SHEET, Sheet(("a.xlsx",), "T", 1), Sheet(("b.xlsx",), "S", 0)]
    at = [(sheet, row, column) for sheet in sheets for row in range(2000) for column in range(3)]
    texts = [f"值{row}" * (4000 if row == 700 else 1) for _, row, _ in at]
    cells = [Cell(text, where) for text, where in zip(texts, at, strict=True)]
    placed = [replace(Cell(text, where)) for text, where in zip(texts, at, strict=True)]

    def told(blocks: list[Block]) -> list[object]:
        joiner = Joiner()
        found: list[object] = [
            (w.text, w.starts, w.leads, w.columns, w.judged_from, w.judged_to, [(p.depth, p.place) for p in w.pieces])
            for w in joiner.windows(blocks)
        ]
        return [*found, joiner.characters]

    assert told([*cells]) == told(placed)


def test_letters_of_columns() -> None:
    assert [letters(number) for number in (0, 25, 26, 701, 702, 16383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
