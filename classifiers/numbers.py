"""Digits in a row, or in the groups of telephone numbers and cards, and the rules that are tried on them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from classifiers.rules import Rule, Rules

ZERO = "\u200b-\u200f\u2060\ufeff\u00ad"
NUMBER = re.compile(rf"[0-9０-９](?:[{ZERO}]{{0,2}}[0-9０-９]){{5,}}")
"""Six digits and more in a row; what is not seen between them does not end the row."""
_DIGIT = f"[0-9０-９][{ZERO}]{{0,2}}"
_SEPARATOR = rf"[ \-－\u3000\u00a0][{ZERO}]{{0,2}}"
GROUPED = re.compile(
    rf"[0-9０-９][{ZERO}]{{0,2}}(?:(?:{_DIGIT}){{2,3}}{_SEPARATOR}(?:{_DIGIT}){{4}}{_SEPARATOR}[0-9０-９]"
    rf"|(?:{_DIGIT}){{5}}{_SEPARATOR}(?:{_DIGIT}){{7}}[0-9０-９])"
)
"""Digits in the groups of telephone numbers, cards and identity numbers."""
MOST_DIGITS = 19
"""Of an identifier; a bank card has so many. Longer rows of digits are none."""


class Numbers:
    """Which rules ask for a number; told by its length, its first digit and whether a point stands before it."""

    def __init__(self, rules: Rules, chosen: Iterable[int]) -> None:
        self._rules = rules.rules
        numbers = list(chosen)
        self.grouped = tuple(n for n in numbers if self._rules[n].grouped)
        self.asking = [n for n in numbers if self._rules[n].digits]
        self._known: dict[tuple[int, str, bool], tuple[int, ...]] = {}

    def rules(self, length: int, first: str, point: bool) -> tuple[int, ...]:
        """The rules for such a number."""
        key = length, first, point
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = tuple(n for n in self.asking if _may_be(self._rules[n], *key))
        return found

    def asked(self, match: re.Match[str]) -> tuple[int, ...]:
        """The rules for a match of ``NUMBER``."""
        said, start = match[0], match.start()
        digits = len(said) if said.isdecimal() else sum(map(str.isdecimal, said))
        return self.rules(digits, said[0], start > 0 and match.string[start - 1] == ".")


def _may_be(rule: Rule, length: int, first: str, point: bool) -> bool:
    span = rule.digits
    return (
        span is not None
        and span[0] <= length <= span[1]
        and (not rule.starts or first in rule.starts)
        and (point or not rule.after_point)
    )
