"""Runs the examples of rules before the rules may be used."""

from __future__ import annotations

import re
from collections.abc import Collection

from classifiers.engine import classify
from classifiers.model import Certainty, Finding
from classifiers.pack import PackError
from classifiers.portable import Portable
from classifiers.rules import Example, Rule, Rules
from classifiers.sample import matched
from classifiers.stretch import Settled


def run_examples(rules: Rules, ids: Collection[str]) -> None:
    """Raise PackError for the first example that one of these rules judges otherwise; it names rule and score."""
    for place, rule in enumerate(rules.rules):
        if rule.id not in ids:
            continue
        _has_needs(rules, place)
        for number, example in enumerate(rule.examples, 1):
            _must_match(rules, rule, example, number)
        for number, example in enumerate(rule.not_examples, 1):
            found = _strongest(rules, rule, example)
            if found and found.score >= Certainty.MEDIUM:
                raise _error(rule, "not_matching", number, found, "expected no match", "不应命中")


def _has_needs(rules: Rules, place: int) -> None:
    """Every text that the pattern matches must have a word of ``needs``, or the rule is not tried on it.

    Not asked of numbers: patterns allow more between digits than anybody writes.
    """
    rule = rules.rules[place]
    if rule.terms or rule.digits or rule.grouped:
        return
    sweep = Portable(rules, [place])
    pattern = re.compile(rule.pattern, re.MULTILINE | (re.IGNORECASE if rule.ignore_case else 0))
    for text in matched(pattern):
        if not sweep.stretches(text, Settled()):
            raise PackError(
                rule.pack,
                f"rule {rule.id}, needs",
                f"a match such as {text!r} has none of these words, so it would not be found",
                f"形如 {text!r} 的内容不含 needs 中的任何词，因此不会被发现",
            )


def _must_match(rules: Rules, rule: Rule, example: Example, number: int) -> None:
    found = _strongest(rules, rule, example)
    if found is None or found.score < Certainty.MEDIUM:
        raise _error(rule, "matching", number, found, f"expected a score of {Certainty.MEDIUM:d}", "应当命中")
    if example.level is not None and found.level is not example.level:
        raise _error(
            rule, "matching", number, found, f"expected level {example.level.id}", f"级别应为 {example.level.id}"
        )


def _strongest(rules: Rules, rule: Rule, example: Example) -> Finding | None:
    findings = classify(example.blocks, rules, b"example").findings
    return max((one for one in findings if one.rule == rule.id), key=lambda one: one.score, default=None)


def _error(rule: Rule, field: str, number: int, found: Finding | None, en: str, zh: str) -> PackError:
    got = f"{found.level.id} {found.score} ({', '.join(found.supports)})" if found else ""
    return PackError(
        rule.pack,
        f"rule {rule.id}, {field} {number}",
        f"got {got or 'nothing'}, {en}; the pack is not used",
        f"结果为 {got or '未命中'}，{zh}；该规则包不会启用",
    )
