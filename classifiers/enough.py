"""What a document has enough of is not looked for any more: two hundred marks of a kind say as much as a million.

Without this, a text made to hit everywhere would cost a confirmation at each place. Nothing that could change a verdict
is left out: a higher level is looked for to the end.
"""

from __future__ import annotations

from collections.abc import Mapping

from classifiers.rules import Rule, Rules
from classifiers.spelling import compatible
from classifiers.stretch import Settled


def settled_by_number(rules: Rules, found: Mapping[str, int]) -> Settled:
    """``found`` tells, by rule id, up to which level no more is needed."""
    settled = Settled()
    for number, rule in enumerate(rules.rules):
        upto = found.get(rule.id, -1)
        if upto >= _highest(rule):
            settled.whole.add(number)
        elif upto >= 0 and rule.levels:
            settled.below[number] = _beginnings(rule, upto, rules.read_as)
    return settled


def _highest(rule: Rule) -> int:
    return int(rule.level if rule.level is not None else max(level for _, level in rule.levels))


def _beginnings(rule: Rule, upto: int, read_as: Mapping[str, str]) -> frozenset[str]:
    """All forms of the characters that words for a higher level begin with, in both cases."""
    first = {word[0] for word, level in rule.levels if level > upto}
    same = compatible()
    forms = first | {other for other, one in read_as.items() if one in first}
    forms |= {other for one in forms for other in same.get(one, "")}
    return frozenset(forms | {one.lower() for one in forms} | {one.upper() for one in forms})
