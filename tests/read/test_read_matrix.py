"""The hidden-text matrix: one marked sentence in every part that can hold text; each found once, where it stands."""

from __future__ import annotations

import pytest
from matrix import every
from reading import read_bytes

CASES = every()


@pytest.mark.parametrize("name", sorted(CASES))
def test_every_mark_is_found_once_in_its_region(name: str) -> None:
    content, marks = CASES[name]
    found = read_bytes(content, name)
    wrong = []
    for mark, region in marks.items():
        blocks = [block for block in found.blocks for _ in range(block.text.count(mark))]
        # 图表标题 also holds the shorter mark 标题 of another part: the longer ones are not it.
        blocks = [b for b in blocks if not any(mark in longer != mark and longer in b.text for longer in marks)]
        if len(blocks) != 1:
            wrong.append(f"{mark}: {len(blocks)} times {[b.place.part for b in blocks]}")
        elif region is not None and blocks[0].place.region is not region:
            wrong.append(f"{mark}: in {blocks[0].place.region}, expected {region}")
    assert not wrong
    assert not [gap for gap in found.gaps if gap.kind == "unreadable"], found.gaps
