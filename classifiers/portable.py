"""The sweep that runs everywhere: an Aho-Corasick automaton over characters for words, and ``re`` for numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from classifiers.numbers import GROUPED, NUMBER, Numbers
from classifiers.rules import Rules
from classifiers.spelling import BLANK, gap_characters
from classifiers.stretch import AROUND_NUMBER, BACK, FAR, Settled, Stretch

MOST_GAP = 6
GAP_AFTER = re.compile(rf"[{BLANK}\n]{{0,{MOST_GAP}}}")
Hit = tuple[int, int, tuple[int, ...]]
"""Offset of a word's last character and -1, or both ends of a number, and the rules that asked for it."""
Companions = dict[tuple[str, bool], tuple[int, ...]]
"""What stands next to a character, and whether before it, to the rules that ask for both."""


class Portable:
    """All that the rules with these numbers need, in one automaton."""

    def __init__(self, rules: Rules, numbers: Iterable[int] | None = None) -> None:
        chosen = range(len(rules.rules)) if numbers is None else list(numbers)
        self._rules = rules.rules
        self._numbers = Numbers(rules, chosen)
        words: dict[str, list[int]] = {}
        pairs: dict[str, dict[tuple[str, bool], list[int]]] = {}
        for number in chosen:
            rule = rules.rules[number]
            for word in rule.needs:
                for form in _cases(word) if rule.ignore_case else (word,):
                    words.setdefault(form, []).append(number)
            for sought, companion, before in rule.pairs:
                pairs.setdefault(sought, {}).setdefault((companion, before), []).append(number)
        self._sought = list(dict.fromkeys([*words, *pairs]))
        self._words = [tuple(dict.fromkeys(words.get(word, ()))) for word in self._sought]
        self._pairs: list[Companions] = [
            {pair: tuple(found) for pair, found in pairs.get(word, {}).items()} for word in self._sought
        ]
        self._gaps = gap_characters()

    @cached_property
    def _automaton(self) -> Any:  # noqa: ANN401 - the wheel ships no types
        import daachorse

        return daachorse.CharwiseDoubleArrayAhoCorasick(self._sought) if self._sought else None

    def stretches(self, text: str, settled: Settled) -> list[Stretch]:
        """As Sweep."""
        return self._tried(text, self._hits(text), settled.whole)

    def _hits(self, text: str) -> list[Hit]:
        found: list[Hit] = []
        if self._automaton is not None:
            for _, end, number in self._automaton.find_overlapping(_encodable(text)):
                if self._words[number]:
                    found.append((end - 1, -1, self._words[number]))
                if self._pairs[number] and (rules := self._companions(text, end, self._pairs[number])):
                    found.append((end - 1, -1, rules))
        for match in NUMBER.finditer(text):
            if rules := self._numbers.asked(match):
                found.append((*match.span(), rules))
        if self._numbers.grouped:
            found += [(*match.span(), self._numbers.grouped) for match in GROUPED.finditer(text)]
        found.sort()
        return found

    def _companions(self, text: str, end: int, table: Companions) -> tuple[int, ...]:
        at = end - 2
        if at >= 0 and text[at] in self._gaps:
            least = max(-1, at - MOST_GAP)
            while at > least and text[at] in self._gaps:
                at -= 1
        before = text[at] if at >= 0 else ""
        after = text[end] if end < len(text) else ""
        if after in self._gaps:
            matched = GAP_AFTER.match(text, end)
            at = matched.end() if matched else end
            after = text[at] if at < len(text) else ""
        return table.get((before, True), ()) + table.get((after, False), ())

    def _tried(self, text: str, hits: list[Hit], done: set[int]) -> list[Stretch]:
        """For a rule with words, the line of each; for one with numbers, what is around them."""
        reached: dict[int, int] = {}
        found: list[Stretch] = []
        line_start = line_end = -1
        for offset, end, rules in hits:
            if end >= 0:
                start, last, limit = max(0, offset - AROUND_NUMBER), end, end + AROUND_NUMBER
            else:
                if not line_start <= offset - BACK or not offset <= line_end:
                    line_start, line_end = line(text, offset, max(0, offset - BACK))
                start, last, limit = line_start, line_end, -1
            for number in rules:
                if number in done:
                    continue
                rule = self._rules[number]
                if rule.terms:
                    found.append(Stretch(number, offset, offset, offset + 1))
                elif max(offset, end - 1) >= reached.get(number, 0):
                    found.append(Stretch(number, start, last, limit if limit >= 0 else last + rule.reach))
                    reached[number] = last + 1
        return found


def line(text: str, offset: int, start: int) -> tuple[int, int]:
    """Where the line that ``start`` stands in begins, and where that of ``offset`` ends; no further than ``FAR``."""
    begin = text.rfind("\n", max(0, offset - FAR), start) + 1 or max(0, offset - FAR)
    end = text.find("\n", offset, offset + FAR)
    return begin, min(len(text), offset + FAR) if end < 0 else end


def _cases(word: str) -> list[str]:
    """The word in every way of writing its first letters large or small; what follows is then not looked for."""
    head, forms = word[:3], [""]
    for one in head:
        forms = [form + case for form in forms for case in dict.fromkeys((one.lower(), one.upper()))]
    return forms


def _encodable(text: str) -> str:
    """The text with every half of a surrogate pair as a question mark, as long as before: engines take UTF-8 only."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")
    return text
