"""Decides whether a pattern's match is what the rule is about, and collects the signs that make its score."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Protocol

from classifiers.asked import question
from classifiers.candidate import Candidate
from classifiers.checks import CHECKS
from classifiers.model import HIGHEST, Category, Certainty, Level
from classifiers.rules import Rule, Sign
from classifiers.signs import MOST_VALUES, Ask, Spot, spot
from classifiers.spelling import Folding
from classifiers.stretch import Stretch
from classifiers.weighing import Weighing
from classifiers.window import Window


class Memory(Protocol):
    """What a document's matches so far say of the next one."""

    def known(self, rule: Rule, raw: str, path: tuple[str, ...]) -> bool:
        """Whether the same, as written, was met so often that another look could not change the verdict."""

    def counting(self, rule: Rule) -> set[str] | None:
        """The values counted so far, where the rule's score can rise no more and matches are only counted."""

    def many(self, rule: Rule) -> bool:
        """Whether the document has so many matches of the rule that only those that could matter are asked to the end.

        Before that, all are, so that what is reported of low ones is complete.
        """

    def add(self, one: Candidate) -> None:
        """Take a match that holds."""


class Confirm:
    """One rule, compiled when it is first tried."""

    def __init__(self, rule: Rule, folding: Folding) -> None:
        self.rule = rule
        self.folding = folding
        self.levels = dict(rule.levels)
        self.check = CHECKS[rule.check] if rule.check else None

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The rule's own."""
        return re.compile(self.rule.pattern, re.MULTILINE | (re.IGNORECASE if self.rule.ignore_case else 0))

    @cached_property
    def group(self) -> str | int:
        """What of a match is its value."""
        return "value" if "value" in self.pattern.groupindex else 0

    @cached_property
    def level_words(self) -> re.Pattern[str] | None:
        """Any spelling of any level of the rule: the part of the pattern that the group ``level`` holds."""
        return re.compile(_group_source(self.rule.pattern, "level")) if self.rule.levels else None

    @cached_property
    def weighing(self) -> Weighing:
        """The rule's supports."""
        return Weighing(self.rule)

    @cached_property
    def caps(self) -> list[tuple[Sign, int, Ask]]:
        """Signs that keep the score low."""
        return [(sign, cap, ask) for sign, cap in self.rule.caps if (ask := self._ask(sign))]

    @cached_property
    def unless(self) -> list[Ask]:
        """Questions that must all be answered with no."""
        return [ask for ask in map(self._ask, self.rule.unless) if ask]

    @cached_property
    def categories(self) -> list[tuple[Ask, Category]]:
        """Questions that choose another category."""
        return [(ask, category) for sign, category in self.rule.categories if (ask := self._ask(sign))]

    def _ask(self, sign: Sign) -> Ask | None:
        return question(sign, self.rule.ignore_case)

    def gather(self, window: Window, at: Stretch, since: int, memory: Memory) -> int:
        """Add what holds among the matches in the stretch that start from ``since``; where the next may start.

        ``since`` lies before the end of the stretch.
        """
        rule, text = self.rule, window.text
        start = max(at.start, since)
        since, last = at.last + 1, min(at.last, window.judged_to - 1)
        counted = None if rule.per_value else memory.counting(rule)
        if counted is not None and len(counted) >= MOST_VALUES:
            return since
        for match in self._term(text, at.limit) if rule.terms else self._matches(text, start, last, at.limit):
            start, end = match.span()
            if start > last:
                break
            since = max(since, end)
            if start < window.judged_from:
                continue
            if counted is None and self._known(window, match, memory):
                continue
            found = self._candidate(window, match, memory, counted)
            if found is not None:
                memory.add(found)
        return since

    def _known(self, window: Window, match: re.Match[str], memory: Memory) -> bool:
        # Where a mark speaks of the whole document it is looked at, however often the text has the same.
        if self.rule.per_value and window.leads_at(match.start()):
            return False
        return memory.known(self.rule, match[0], window.path)

    def _matches(self, text: str, start: int, last: int, limit: int) -> Iterator[re.Match[str]]:
        """As ``finditer``, but what lies behind the last place where a match may start is not searched for another."""
        search = self.pattern.search
        while start <= last and (match := search(text, start, limit)):
            yield match
            start = match.end()

    @cached_property
    def _lengths(self) -> list[tuple[int, re.Pattern[str]]]:
        return [
            (n, re.compile(rf"(?s:.{{{n}}})")) for n in sorted({len(term) for term in self.rule.terms}, reverse=True)
        ]

    def _term(self, text: str, end: int) -> Iterator[re.Match[str]]:
        """The longest term that ends there."""
        for length, pattern in self._lengths:
            start = end - length
            if start >= 0 and text[start:end] in self.rule.terms:
                if not _inside_a_word(text, start, end) and (match := pattern.match(text, start)):
                    yield match
                return

    def _candidate(
        self, window: Window, match: re.Match[str], memory: Memory, counted: set[str] | None
    ) -> Candidate | None:
        rule = self.rule
        shown = match[self.group] or match[0]
        value = self.folding.folded(shown)
        if rule.grouped:
            # The same number with hyphens and without is one number, and check digits are over digits.
            value = value.replace("-", "")
        if counted is not None and value in counted:
            return None
        seen = self.check(value) if self.check else ()
        if seen is None:
            return None
        at = spot(window, match, self.level_words)
        where = at.piece.place.region
        if (rule.regions and where not in rule.regions) or where in rule.not_regions:
            return None
        for ask in self.unless:
            if ask(at):
                return None
        if counted is not None and not self.weighing.speaks_against(at, seen):
            counted.add(value)
            return None
        level = rule.level if rule.level is not None else self.levels.get(self.folding.folded(match["level"]))
        return None if level is None else self._weighed(at, level, value, shown, seen, memory.many(rule))

    def _weighed(self, at: Spot, level: Level, value: str, shown: str, seen: tuple[str, ...], many: bool) -> Candidate:
        rule = self.rule
        weighed = self.weighing.score(at, seen, many)
        names, points, cap, category = weighed.names, weighed.points, HIGHEST, rule.category
        if not many or points >= Certainty.MEDIUM:
            for sign, most, ask in self.caps:
                if ask(at):
                    cap = min(cap, most)
                    names += [sign.name] if sign.name not in names else []
            category = next((other for ask, other in self.categories if ask(at)), category)
        return Candidate(
            rule,
            level,
            category,
            at,
            value,
            shown,
            tuple(names),
            points,
            cap,
            weighed.doubted,
            weighed.official,
            at.match[0],
            at.piece.place,
        )


def _inside_a_word(text: str, start: int, end: int) -> bool:
    """Whether a term of Latin letters or digits goes on to the left or right."""
    left, right = text[start - 1 : start], text[end : end + 1]
    return any(
        a.isascii() and a.isalnum() and b.isascii() and b.isalnum()
        for a, b in ((left, text[start]), (text[end - 1], right))
    )


def _group_source(pattern: str, name: str) -> str:
    """The source of a named group, by counting brackets outside of character classes."""
    start = pattern.index(f"(?P<{name}>") + len(name) + 5
    depth, at, inside = 1, start, False
    while depth:
        one = pattern[at]
        if one == "\\":
            at += 1
        elif inside:
            inside = one != "]"
        elif one == "[":
            inside = True
        else:
            depth += (one == "(") - (one == ")")
        at += 1
    return pattern[start : at - 1]
