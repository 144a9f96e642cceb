"""Finds the few lines that a rule is worth trying on, in one pass over the text for all rules.

A rule says which words, or how many digits in a row, every match has in its line. All of them are looked for at once
(``classifiers.sweep``); nothing else touches the text that has none of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

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
MOST_DIGITS = 24
"""Longer rows of digits are all alike."""
DIGITS = "0123456789０１２３４５６７８９"
BACK = 12
"""Code points before a word that its match may begin, when a mark is broken over two lines."""
FAR = 2000
"""Code points of a line on each side of a word; some files are one single line."""

REACH = 24
"""Code points around a number in which its rules are tried."""

Hit = tuple[int, int, tuple[int, ...]]
"""Offset of a word's last character and -1, or both ends of a number, and the rules that asked for it."""


class Region(NamedTuple):
    """Where one rule is tried: lines, or what is around a number. A tuple, because there are many of them."""

    rule: int
    start: int
    end: int
    """A match starts before it."""
    limit: int
    """A match ends before it; -1: as the rule says."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What the rules ask for, by what is looked for."""

    words: dict[str, tuple[int, ...]]
    """Words to the rules that need them."""
    pairs: dict[str, dict[tuple[str, bool], tuple[int, ...]]]
    """A character to its companions, and whether they stand before it, with the rules."""
    by_length: dict[tuple[int, str], tuple[int, ...]]
    """Rules to try on a number of so many digits that begins with this one."""
    grouped: tuple[int, ...]
    exact: frozenset[int]
    """Rules whose words are all that they look for."""

    def in_order(self) -> list[str]:
        """All that is looked for besides numbers, each once."""
        return list(dict.fromkeys([*self.words, *self.pairs]))


@dataclass(frozen=True, slots=True)
class Tables:
    """What a sighting means, by the number of the word that was seen."""

    rules: list[tuple[int, ...]]
    pairs: list[dict[tuple[str, bool], tuple[int, ...]] | None]
    by_length: dict[tuple[int, str], tuple[int, ...]]
    grouped: tuple[int, ...]


def tables(asked: Asking, words: list[str]) -> Tables:
    """The tables for words in this order."""
    pairs = [asked.pairs.get(word) for word in words]
    return Tables([asked.words.get(word, ()) for word in words], pairs, asked.by_length, asked.grouped)


def asking(rules: Rules) -> Asking:
    """All that the rules need, turned round."""
    words: dict[str, list[int]] = {}
    pairs: dict[str, dict[tuple[str, bool], list[int]]] = {}
    for number, rule in enumerate(rules.rules):
        for word in rule.needs:
            # In a fixed order: the stored database of another process counts the same words by the same numbers.
            forms = (word, word.lower(), word.upper(), word.capitalize()) if rule.ignore_case else (word,)
            for form in dict.fromkeys(forms):
                words.setdefault(form, []).append(number)
        for sought, companion, before in rule.pairs:
            pairs.setdefault(sought, {}).setdefault((companion, before), []).append(number)
    return Asking(
        {word: tuple(sorted(numbers)) for word, numbers in words.items()},
        {one: {pair: tuple(numbers) for pair, numbers in table.items()} for one, table in pairs.items()},
        {
            (length, first): tuple(n for n, rule in enumerate(rules.rules) if _may_be(rule, length, first))
            for length in range(MOST_DIGITS + 1)
            for first in DIGITS
        },
        tuple(n for n, rule in enumerate(rules.rules) if rule.grouped),
        frozenset(n for n, rule in enumerate(rules.rules) if rule.terms),
    )


def _may_be(rule: Rule, length: int, first: str) -> bool:
    span = rule.digits
    return span is not None and span[0] <= length <= span[1] and (not rule.starts or first in rule.starts)


def regions(text: str, hits: Iterable[Hit], count: int, exact: frozenset[int]) -> list[Region]:
    """Where to try which rule, no place twice for one rule; ``count`` is the number of rules.

    For an ``exact`` rule the region is the last character of its word.
    """
    reached = [0] * count
    found = []
    line_start = line_end = -1
    for offset, end, rules in hits:
        if end >= 0:
            start, stop = max(0, offset - REACH), end
            limit = end + REACH
        else:
            if not line_start <= offset - BACK or not offset <= line_end:
                line_start = text.rfind("\n", max(0, offset - FAR), max(0, offset - BACK)) + 1 or max(0, offset - FAR)
                line_end = text.find("\n", offset, offset + FAR)
                line_end = min(len(text), offset + FAR) if line_end < 0 else line_end
            start, stop, limit = line_start, line_end, -1
        for rule in rules:
            if rule in exact:
                found.append(Region(rule, offset, offset + 1, offset + 1))
            elif max(offset, end - 1) >= reached[rule]:
                found.append(Region(rule, max(start, reached[rule]), stop, limit))
                reached[rule] = stop + 1
    return found
