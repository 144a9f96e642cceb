"""Every score that is reported can be redone by hand, whatever the document and however low the score."""

from __future__ import annotations

import pytest

from benchmarks.eval.judge import judged
from benchmarks.eval.second import cases
from classifiers.engine import classify
from classifiers.explain import redone
from classifiers.model import Block, Certainty, Classification, Level, Place, Region
from classifiers.pack import load, shipped
from classifiers.rules import Rules


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load(shipped())


def redo(found: Classification, rules: Rules) -> int:
    """How many findings there were; each must be what its rule and the named signs make it."""
    made = [one for one in found.findings if one.rule != "label.contradiction"]
    for one in made:
        sum_ = redone(one, rules)
        assert sum_ is not None
        assert sum_.score == one.score, one
        assert {name for name, _ in (*sum_.points, *sum_.caps)} == set(one.supports), one
    return len(made)


def test_the_scores_of_generated_documents_can_be_redone(rules: Rules) -> None:
    assert sum(redo(result.classification, rules) for result in judged(320, seed=9, rules=rules)) > 300


def test_the_scores_of_documents_that_talk_about_marks_can_be_redone(rules: Rules) -> None:
    low = 0
    for case in cases():
        found = classify([Block(case.text, Place(case.region, part=case.part, line=1))], rules, b"k")
        redo(found, rules)
        low += sum(one.score < Certainty.MEDIUM for one in found.findings)
    assert low > 60


def test_a_document_full_of_mentions_still_tells_its_strongest_whole(rules: Rules) -> None:
    text = "\n".join(f"{n}．请在首页标注“秘密★{n % 10 + 1}年”字样。" for n in range(400))
    found = classify([Block(text), Block("绝密★长期", Place(Region.HEADER, page=1))], rules, b"k")
    assert found.level is Level.TOP_SECRET
    assert redo(found, rules) > 5


ISSUED = "000123\n机密★10年\n特急\n某某省人民政府文件\n某政发〔2024〕12号\n关于某项工作的通知\n" + "正文。\n" * 80
COLLECTION = [
    Block(ISSUED, Place(page=1)),
    Block("秘密★5年\n某某厅\n某函〔2023〕7号\n关于某事的函\n", Place(page=4)),
    Block("机密★3年\n某某办公室\n某办〔2022〕1号\n", Place(page=9)),
    Block("绝密★长期\n某专项工作领导小组\n某专〔2021〕2号\n", Place(page=12)),
]


def test_a_collection_of_issued_papers_teaches_nothing(rules: Rules) -> None:
    """Four different marks in the body, three of them far from the first page: other evidence says they are real."""
    found = classify(COLLECTION, rules, b"k")
    assert found.level is Level.TOP_SECRET
    stars = [one for one in found.findings if one.rule == "cn.mark.star"]
    assert len(stars) == 4
    assert all(one.score >= Certainty.HIGH for one in stars), stars


def test_a_notice_about_marking_with_a_number_of_its_own_is_still_teaching(rules: Rules) -> None:
    text = (
        "某某省国家保密局文件\n某保发〔2024〕3号\n关于规范国家秘密标志的通知\n各单位：\n"
        + "正文。\n" * 90
        + "例如：机密★10年、秘密★5年。\n标注示例：绝密★长期。\n形式为“秘密★解密时间”。\n"
    )
    found = classify([Block(text, Place(page=1))], rules, b"k")
    assert found.level is Level.PUBLIC, found.findings


def test_three_marks_without_any_evidence_are_teaching(rules: Rules) -> None:
    text = "正文。\n" * 80 + "\n机密★10年\n秘密★5年\n绝密★长期\n"
    assert classify([Block(text, Place(page=2))], rules, b"k").level is Level.PUBLIC


MENTION = "本文提到机密★5年的文件应当妥善保管。\n"


@pytest.mark.parametrize("mentions", [1, 3, 8, 100])
@pytest.mark.parametrize("mark", ["机密★10年", "机密★5年"])
def test_the_one_mark_of_an_appendix_behind_a_text_on_secrecy_is_looked_at_by_a_person(
    rules: Rules, mentions: int, mark: str
) -> None:
    """It is no example: the text shows no other, and nothing around it says so. It was allowed once."""
    text = MENTION * mentions + "正文内容。\n" * 400 + f"{mark}\n附件一\n某项工作方案\n"
    found = classify([Block(text)], rules, b"k")
    assert found.level is Level.HIGHLY_SECRET, found.findings
    redo(found, rules)


def test_several_examples_in_such_a_text_teach(rules: Rules) -> None:
    text = MENTION * 3 + "正文内容。\n" * 400 + "机密★10年\n秘密★5年\n绝密★长期\n"
    assert classify([Block(text)], rules, b"k").level is Level.PUBLIC


def test_an_example_that_is_called_one_teaches(rules: Rules) -> None:
    text = MENTION * 3 + "正文内容。\n" * 400 + "标注示例：机密★10年\n"
    assert classify([Block(text)], rules, b"k").level is Level.PUBLIC
