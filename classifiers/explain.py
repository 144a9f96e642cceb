"""A finding's score, redone from its rule: the base, the points of each sign it names, and what capped it."""

from __future__ import annotations

from dataclasses import dataclass

from classifiers.model import HIGHEST, Finding
from classifiers.rules import Rule, Rules


@dataclass(frozen=True, slots=True)
class Sum:
    """How a score came about."""

    base: int
    points: tuple[tuple[str, int], ...]
    """Signs that moved it, in the rule's order."""
    caps: tuple[tuple[str, int], ...]
    """Signs that keep it from being higher than a number."""

    @property
    def total(self) -> int:
        """The sum as it is."""
        return self.base + sum(points for _, points in self.points)

    @property
    def score(self) -> int:
        """The sum, within 0 and 99 and under the caps."""
        return max(0, min(self.total, HIGHEST, *(cap for _, cap in self.caps)))


def redone(finding: Finding, rules: Rules) -> Sum | None:
    """The sum for a finding; None where no rule of these packs made it."""
    rule: Rule | None = next((rule for rule in rules.rules if rule.id == finding.rule), None)
    if rule is None:
        return None
    named = set(finding.supports)
    return Sum(
        rule.base,
        tuple((sign.name, points) for sign, points in rule.supports if sign.name in named),
        tuple((sign.name, cap) for sign, cap in rule.caps if sign.name in named),
    )
