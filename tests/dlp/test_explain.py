# ruff: noqa: E501 - 汉字 count double for the line length
"""An explanation is enough to redo the score by hand, and names the fewest findings that a verdict hangs on."""

from __future__ import annotations

import pytest

from classifiers.engine import classify
from classifiers.explain import redone
from classifiers.model import Block, Category, Classification, Finding, Gap, GapKind, GapReason, Level, Place
from classifiers.pack import load, shipped
from dlp import policy_file
from dlp.explain import Judge, lines, to_json, turning
from dlp.language import Language
from dlp.model import Action, Document, Origin

STANDARD = policy_file.load(policy_file.shipped("standard"))
RULES = load(shipped())
DOCUMENT = Document("a.txt", 10, "0" * 64, "text/plain")


def judge(content: Classification) -> Judge:
    return Judge(STANDARD.decide(DOCUMENT, content, Origin()), STANDARD, Origin(), False)


def made(*findings: Finding, gaps: tuple[Gap, ...] = ()) -> Judge:
    level = max((one.level for one in findings if one.score >= 65), default=Level.PUBLIC)
    return judge(Classification(level, findings, gaps, ""))


def finding(level: Level, category: Category, score: int, rule: str = "r") -> Finding:
    return Finding(rule, level, category, score, Place(), rule, "")


MARK = finding(Level.SECRET, Category.STATE_SECRET, 90, "mark")
LIKELY = finding(Level.SECRET, Category.STATE_SECRET, 70, "likely")
PERSON = finding(Level.SENSITIVE, Category.PERSONAL_INFO, 90, "person")
KEY = finding(Level.SENSITIVE, Category.CREDENTIAL, 95, "key")


@pytest.mark.parametrize(
    "text",
    ["000012\n机密★10年\n特急\n某某省人民政府文件", "例如：“机密★10年”表示", "姓名：张三 身份证号：11010519491231002X", "密码：Aa@2026!xyz",
     "密级：秘密\n编号：1", "内部资料　注意保存", "\n".join(f"手机 1380013800{n}" for n in range(10)), "TLP:RED\nReport"],
)  # fmt: skip
def test_every_score_can_be_redone_from_the_rule_and_the_named_signs(text: str) -> None:
    findings = classify([Block(text, Place(line=1))], RULES, b"k").findings
    assert findings
    for one in findings:
        sum_ = redone(one, RULES)
        assert sum_ is not None
        assert sum_.score == one.score
        assert {name for name, _ in (*sum_.points, *sum_.caps)} == set(one.supports)


@pytest.mark.parametrize(
    ("findings", "hangs_on", "then"),
    [
        ((MARK, PERSON), {"mark"}, Action.ENCRYPT),
        ((MARK,), {"mark"}, Action.ALLOW),
        ((MARK, KEY), {"mark", "key"}, Action.ALLOW),
        ((PERSON, finding(Level.SENSITIVE, Category.TRADE_SECRET, 70, "trade")), {"person", "trade"}, Action.ALLOW),
        ((MARK, MARK.__class__(**{f: getattr(MARK, f) for f in MARK.__slots__}), LIKELY), {"mark"}, Action.HOLD),
    ],
)
def test_the_fewest_findings_that_the_verdict_hangs_on(findings, hangs_on, then) -> None:
    found = turning(made(*findings))
    assert found is not None
    assert {one.rule for one in found.findings} == hangs_on
    assert found.action is then
    again = made(*(one for one in findings if all(one is not gone for gone in found.findings)))
    assert again.verdict.action is then


def test_many_findings_are_thinned_to_those_that_matter() -> None:
    crowd = [finding(Level.SENSITIVE, Category.PERSONAL_INFO, 90, f"p{n}") for n in range(80)]
    found = turning(made(MARK, *crowd))
    assert found is not None
    assert {one.rule for one in found.findings} == {"mark"} or len(found.findings) == 81
    assert found.action is not Action.BLOCK


def test_a_verdict_that_a_gap_made_hangs_on_no_finding() -> None:
    content = made(PERSON, gaps=(Gap(GapKind.UNREADABLE, GapReason.ENCRYPTED),))
    assert turning(content) is None
    assert "no finding made this verdict" in lines(content, RULES, Language.EN)[-1]


def test_the_json_says_the_same_as_the_lines() -> None:
    content = judge(classify([Block("机密★10年\n特急", Place(line=1))], RULES, b"k"))
    told = to_json(content, RULES)
    assert told["turning"] == {"findings": [0], "action": "allow"}
    assert told["scores"][0]["points"]["strong_symbol"] == 60
    text = "\n".join(lines(content, RULES, Language.ZH))
    assert "基础分 0, 带星号 (strong_symbol) +60" in text
    assert "如果没有 机密★10年，结论将是允许发送" in text
