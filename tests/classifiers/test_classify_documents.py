"""What one document says is not held for or against another in the same file, nor its text against its own header."""

from __future__ import annotations

import pytest

from classifiers.engine import classify
from classifiers.model import Block, Certainty, Finding, Level, Place, Region
from classifiers.pack import load, shipped
from classifiers.rules import Rules

FILLING = "正文。\n" * 150
DRILL = "\n".join(f"{level}★{years}年" for level in ("机密", "秘密", "绝密") for years in (3, 5, 10))
ISSUED = "000012\n机密★10年\n特急\n某某省人民政府文件\n某政发〔2024〕12号\n关于某项工作的通知"
OUTER, INNER = Place(path=("a.docx",)), Place(path=("b.docx",))


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load(shipped())


def strongest(blocks: list[Block], rules: Rules) -> tuple[Level, Finding]:
    found = classify(blocks, rules, b"k")
    return found.level, found.findings[0]


@pytest.mark.parametrize("times", [1, 2, 400])
def test_a_drill_beside_an_issued_paper_excuses_nothing_and_accuses_nobody(times: int, rules: Rules) -> None:
    drill = Block(FILLING + f"{DRILL}\n" * times, OUTER)
    assert classify([drill], rules, b"k").level is Level.PUBLIC
    for blocks in ([drill, Block(ISSUED, INNER)], [Block(ISSUED, INNER), drill]):
        level, first = strongest(blocks, rules)
        assert level is Level.HIGHLY_SECRET
        assert (first.place.path, first.masked) == (("b.docx",), "机密★10年")


@pytest.mark.parametrize("times", [1, 2, 400])
@pytest.mark.parametrize("region", [Region.HEADER, Region.TITLE, Region.WATERMARK])
def test_a_mark_that_speaks_of_the_document_is_seen_after_the_same_in_its_text(
    times: int, region: Region, rules: Rules
) -> None:
    header = Block("机密★10年", Place(region, page=1, path=("a.docx",)))
    level, first = strongest([Block(FILLING + f"{DRILL}\n" * times, OUTER), header], rules)
    assert level is Level.HIGHLY_SECRET
    assert first.place.region is region
    assert first.certainty is Certainty.HIGH


def test_signs_are_looked_for_in_the_mark_s_own_document(rules: Rules) -> None:
    alone = classify([Block("密级：", OUTER)], rules, b"k")
    beside = classify([Block("密级：", OUTER), Block("机密", INNER), Block("正文", INNER)], rules, b"k")
    assert not [one for one in (*alone.findings, *beside.findings) if one.rule == "cn.mark.field"]
    assert [one.rule for one in classify([Block("密级：", OUTER), Block("机密", OUTER)], rules, b"k").findings]
