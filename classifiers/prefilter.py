"""Finds the few lines that a rule is worth trying on, in one pass over the text for all rules.

A rule says which words (or runs of digits) every match has in its line. The words of all rules are one Aho-Corasick
automaton; nothing else touches the text that has none of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from classifiers.rules import Rules

RUNS = {
    "digits": r"[0-9０-９](?:[\s\-－\u200b-\u200f\u2060\ufeff]{0,3}[0-9０-９]){6,}",
    "code": r"[0-9A-Za-z０-９Ａ-Ｚ]{15,}",
}
"""What may stand for a word of ``needs``: seven digits or more, also in groups; fifteen letters and digits or more."""
BACK = 12
"""Code points before a word that its match may begin, when a mark is broken over two lines."""
FAR = 2000
"""Code points of a line on each side of a word; some files are one single line."""


@dataclass(frozen=True, slots=True)
class Region:
    """Lines in which one rule is tried."""

    rule: int
    start: int
    end: int


class Words:
    """The portable way: daachorse for words, ``re`` for runs."""

    def __init__(self, rules: Rules) -> None:
        import daachorse

        asking: dict[str, set[int]] = {}
        for number, rule in enumerate(rules.rules):
            for word in rule.needs:
                for form in {word, word.lower(), word.upper(), word.capitalize()} if rule.ignore_case else {word}:
                    asking.setdefault(form, set()).add(number)
        self._asking = [tuple(sorted(numbers)) for numbers in asking.values()]
        self._automaton = daachorse.CharwiseDoubleArrayAhoCorasick(list(asking)) if asking else None
        self._runs = [
            (re.compile(pattern), tuple(n for n, rule in enumerate(rules.rules) if name in rule.runs))
            for name, pattern in RUNS.items()
        ]

    def hits(self, text: str) -> list[tuple[int, tuple[int, ...]]]:
        """Offsets of words and runs, each with the rules that asked for it, in rising order."""
        found = (
            [(start, self._asking[n]) for start, _, n in self._automaton.find_overlapping(text)]
            if self._automaton
            else []
        )
        for pattern, asking in self._runs:
            if asking:
                found += [(match.start(), asking) for match in pattern.finditer(text)]
        found.sort()
        return found


def regions(text: str, hits: Iterable[tuple[int, tuple[int, ...]]], count: int) -> list[Region]:
    """Whole lines around the hits, no line twice for one rule; ``count`` is the number of rules."""
    reached = [0] * count
    found = []
    line_start = line_end = -1
    for offset, asking in hits:
        if not line_start <= offset - BACK or not offset <= line_end:
            line_start = text.rfind("\n", max(0, offset - FAR), max(0, offset - BACK)) + 1 or max(0, offset - FAR)
            line_end = text.find("\n", offset, offset + FAR)
            line_end = min(len(text), offset + FAR) if line_end < 0 else line_end
        for rule in asking:
            if offset >= reached[rule]:
                found.append(Region(rule, max(line_start, reached[rule]), line_end))
                reached[rule] = line_end
    return found
