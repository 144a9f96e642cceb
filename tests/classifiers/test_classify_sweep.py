# ruff: noqa: E501 - 汉字 count double for the line length
"""Hyperscan and the portable way see the same, and both see what looking at every line would see."""

from __future__ import annotations

import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from classifiers.engine import Engine, classify
from classifiers.model import Block, Place, Region
from classifiers.pack import load, shipped
from classifiers.prefilter import asking
from classifiers.rules import Rules
from classifiers.sweep import Hyperscan, Portable

pytest.importorskip("hyperscan", reason="no wheel for this platform; the portable way is the only one here")
RULES = load(shipped())
ASKED = asking(RULES)
WAYS = Portable(ASKED), Hyperscan(ASKED, None)
PIECES = [
    "机密★10年", "机 密 ★ 6 个 月", "絕密", "秘\u200b密", "密级：", "密 级", "工作秘密", "商业秘密", "普通商密▲2年", "内部资料",
    "😀", "\n", " ", "\u3000", "，", "110105", "19491231", "002X", "11010519491231002X", "138-0013-8000", "１３８００１３８０００",
    "1380\u200b0138000", "6228 4804 0256 4890 018", "62284804025648900", "电话", "京A12835", "密码：Aa@2026!xyz", "a@b.cn", "𠀀",
    "12345", "6", "-", "2024-03-15", "\ud800",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
@example("12345\u200b6789012345678")
@example("1380013800013900139000")
@example("1234 5678 9012 3456 789 1234 5678 9012")
def test_both_ways_see_the_same(text: str) -> None:
    portable, fast = (way.hits(text) for way in WAYS)
    assert portable == fast


def both(blocks: list[Block]) -> list[object]:
    found = []
    for way in WAYS:
        rules = Rules(RULES.rules, RULES.digest, RULES.read_as)
        rules.__dict__["engine"] = Engine(rules, way)
        found.append(classify(blocks, rules, b"k"))
    return found


@pytest.mark.parametrize("seed", range(2))
def test_both_ways_find_the_same_in_long_documents_of_small_blocks(seed: int) -> None:
    chance = random.Random(seed)
    blocks = [
        Block("".join(chance.choices(PIECES, k=chance.randint(1, 12))), Place(chance.choice(list(Region)), row=n % 90, column=n % 7))
        for n in range(6_000)
    ]  # fmt: skip
    portable, fast = both(blocks)
    assert portable == fast


def test_how_a_text_is_cut_into_windows_changes_nothing() -> None:
    """The same text as one Block, and far into a long one."""
    secret = "\n绝密★长期\n身份证号：11010519491231002X\n"
    alone = classify([Block("无" * 400 + secret)], RULES, b"k")
    for distance in (131_000, 131_060, 131_072, 132_096, 262_140, 400_001):
        for filler in ("无", "无关。\n"):
            text = (filler * (distance // len(filler) + 1))[:distance] + secret + filler * 1000
            found = classify([Block(text)], RULES, b"k")
            assert [(f.rule, f.score, f.masked) for f in found.findings] == [
                (f.rule, f.score, f.masked) for f in alone.findings
            ], distance
            assert found.characters == len(text)
