"""Leaves out of the sweep what a document has enough of: a thousand findings of a kind say as much as a million.

Without this, a text made to hit everywhere would cost a confirmation at each place. Nothing that could change a verdict
is left out: a higher level is looked for to the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from classifiers.prefilter import Asking
from classifiers.rules import Rule, Rules


def without(asked: Asking, rules: Rules, settled: Mapping[str, int]) -> Asking:
    """What is still asked for; ``settled`` tells, by rule id, up to which level no more is needed."""
    done = {n for n, rule in enumerate(rules.rules) if settled.get(rule.id, -1) >= _highest(rule)}

    def left(numbers: tuple[int, ...], companion: str = "") -> tuple[int, ...]:
        return tuple(n for n in numbers if n not in done and not _settled(rules, rules.rules[n], companion, settled))

    return replace(
        asked,
        words={word: left(numbers) for word, numbers in asked.words.items()},
        pairs={
            one: {pair: kept for pair, numbers in table.items() if (kept := left(numbers, pair[0]))}
            for one, table in asked.pairs.items()
        },
        by_length={key: left(numbers) for key, numbers in asked.by_length.items()},
        grouped=left(asked.grouped),
    )


def _highest(rule: Rule) -> int:
    return int(rule.level if rule.level is not None else max(level for _, level in rule.levels))


def _settled(rules: Rules, rule: Rule, companion: str, settled: Mapping[str, int]) -> bool:
    """Whether the pair's companion (绝 of 绝密) is the first character of words of settled levels only."""
    upto = settled.get(rule.id, -1)
    if upto < 0 or not companion:
        return False
    first = rules.read_as.get(companion, companion)
    levels = [int(level) for word, level in rule.levels if word[0] == first]
    return bool(levels) and max(levels) <= upto
