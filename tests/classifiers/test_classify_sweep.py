# ruff: noqa: E501 - 汉字 count double for the line length
"""Hyperscan and the portable way find the same, and both find what trying every rule on every line would find."""

from __future__ import annotations

import random
import re
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from classifiers.build import build
from classifiers.database import opened
from classifiers.engine import Engine, classify
from classifiers.gathering import ENOUGH
from classifiers.hyper import Hyperscan
from classifiers.model import Block, Certainty, Classification, Place, Region
from classifiers.pack import load, shipped
from classifiers.portable import Portable
from classifiers.rules import Rules
from classifiers.sample import matched
from classifiers.stretch import Settled, Stretch, Sweep
from classifiers.sweep import for_text

pytest.importorskip("hyperscan", reason="no wheel for this platform; the portable way is the only one here")
PIECES = [
    "机密★10年", "机 密 ★ 6 个 月", "絕密", "秘\u200b密", "密级：", "密 级", "工作秘密", "商业秘密", "普通商密▲2年", "内部资料",
    "😀", "\n", " ", "\u3000", "，", "110105", "19491231", "002X", "11010519491231002X", "138-0013-8000", "１３８００１３８０００",
    "1380\u200b0138000", "6228 4804 0256 4890 018", "62284804025648900", "电话", "京A12835", "密码：Aa@2026!xyz", "a@b.cn", "𠀀",
    "12345", "6", "-", "2024-03-15", "\ud800", "坐标", "116.3974, 39.9092", "SECRET//NOFORN", "S E C R E T", "ＳＥＣＲＥＴ", "TLP:RED",
    "Strictly Confidential", "C\u200bonfidential", "password=", "PassWord: Xk29@vpn", "AKIA2OGYBAH6QZ3LMNPR", ".", "A\u3000B",
]  # fmt: skip


class EveryLine:
    """The slowest and surest way: every rule on all of the text."""

    def stretches(self, text: str, settled: Settled) -> list[Stretch]:
        numbers = [n for n in for_text(rules()) if n not in settled.whole]
        return [Stretch(n, 0, len(text), len(text)) for n in numbers if not rules().rules[n].digits]


@cache
def rules() -> Rules:
    return load(shipped())


@cache
def portable() -> Portable:
    return Portable(rules(), for_text(rules()))


@cache
def hyperscan() -> Hyperscan:
    body = for_text(rules())
    return Hyperscan(rules(), body, opened(build(rules(), body)), portable())


def found(way: Sweep, blocks: list[Block]) -> Classification:
    own = Rules(rules().rules, rules().digest, rules().read_as)
    own.__dict__["engine"] = Engine(own, way)
    return classify(blocks, own, b"k")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
@example("12345\u200b6789012345678")
@example("1380013800013900139000")
@example("1234 5678 9012 3456 789 1234 5678 9012")
@example("１23456789012")
def test_both_ways_find_the_same(text: str) -> None:
    assert found(portable(), [Block(text)]) == found(hyperscan(), [Block(text)])


@pytest.mark.parametrize("seed", range(2))
def test_both_ways_find_the_same_in_long_documents_of_small_blocks(seed: int) -> None:
    chance = random.Random(seed)
    blocks = [
        Block("".join(chance.choices(PIECES, k=chance.randint(1, 12))), Place(chance.choice(list(Region)), row=n % 90, column=n % 7))
        for n in range(6_000)
    ]  # fmt: skip
    assert found(portable(), blocks) == found(hyperscan(), blocks)


@pytest.mark.parametrize("rule", [rule for rule in rules().rules if rule.pattern], ids=lambda rule: rule.id)
def test_whatever_a_pattern_matches_is_found_by_both_ways_as_by_trying_every_line(rule) -> None:
    """Texts made from the pattern itself: a hyperscan expression that is stricter than its pattern would show here."""
    pattern = re.compile(rule.pattern, re.MULTILINE | (re.IGNORECASE if rule.ignore_case else 0))
    region = min(rule.regions, default=Region.BODY)
    made = [Block(f"{text}\n略", Place(region)) for text in matched(pattern)]
    assert len(made) > 10
    for block in made:
        slow, fast = found(portable(), [block]), found(hyperscan(), [block])
        assert slow == fast
        if not rule.digits and not rule.grouped and not rule.regions:
            every = {one for one in found(EveryLine(), [block]).findings if one.rule == rule.id}
            assert {one for one in slow.findings if one.rule == rule.id} == every


def test_how_a_text_is_cut_into_windows_changes_nothing() -> None:
    """The same text as one Block, and far into a long one."""
    secret = "\n绝密★长期\n身份证号：11010519491231002X\n"
    alone = classify([Block("无" * 400 + secret)], rules(), b"k")
    for distance in (31_743, 32_768, 33_800, 65_000, 131_000, 262_140, 400_001):
        for filler in ("无", "无关。\n"):
            text = (filler * (distance // len(filler) + 1))[:distance] + secret + filler * 1000
            long = classify([Block(text)], rules(), b"k")
            assert [(f.rule, f.score, f.masked) for f in long.findings] == [
                (f.rule, f.score, f.masked) for f in alone.findings
            ], distance
            assert long.characters == len(text)


def test_a_document_that_has_enough_says_at_least_and_still_sees_a_higher_level() -> None:
    many = "机密★5年\n身份证号：11010519491231002X\n" * 5_000
    for way in (portable(), hyperscan()):
        judged = found(way, [Block(many), Block("绝密★长期\n特急\n某方案")])
        assert judged.level.id == "top_secret"
        star = next(one for one in judged.findings if one.masked == "机密★5年")
        assert star.at_least
        assert star.count >= ENOUGH
        numbers = next(one for one in judged.findings if one.rule == "cn.id.resident")
        assert numbers.score >= Certainty.HIGH
        few = next(one for one in judged.findings if one.level.id == "top_secret")
        assert (few.count, few.at_least) == (1, False)
