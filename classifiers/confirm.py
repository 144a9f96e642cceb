"""Decides whether a pattern's match is what the rule is about, and collects the signs that make its score."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from classifiers.asked import question
from classifiers.checks import CHECKS
from classifiers.masks import masked
from classifiers.model import Category, Level, Place
from classifiers.prefilter import Region
from classifiers.rules import Rule, Sign, Where
from classifiers.signs import Ask, Spot, spot
from classifiers.spelling import folded
from classifiers.window import Window

HOPELESS = 30
"""A match that cannot come near a medium score is not asked further: it decides nothing, and texts that only talk about
marks are full of them."""
COST = [
    *(Where.BUILT_IN, Where.CHECK, Where.GROUP, Where.PART, Where.LINE, Where.BEFORE, Where.AFTER, Where.COLUMN),
    *(Where.NEAR, Where.ABOVE, Where.BELOW, Where.AROUND),
]
"""From cheap to dear."""
Known = Callable[[Rule, str], bool]
"""Whether a match, as written, was met so often that another look could not change the verdict."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A match that holds, before the document as a whole has its say."""

    rule: Rule
    level: Level
    category: Category
    place: Place
    value: str
    """Folded; never leaves the process."""
    masked: str
    signs: tuple[str, ...]
    points: int
    cap: int
    raw: str
    """The whole match as written; never leaves the process."""


class Confirm:
    """One rule, compiled when it is first tried."""

    def __init__(self, rule: Rule, read_as: dict[str, str]) -> None:
        self.rule = rule
        self.read_as = read_as
        self.levels = dict(rule.levels)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The rule's own."""
        return re.compile(self.rule.pattern, re.MULTILINE | (re.IGNORECASE if self.rule.ignore_case else 0))

    @cached_property
    def level_words(self) -> re.Pattern[str] | None:
        """Any spelling of any level of the rule: the part of the pattern that the group ``level`` holds."""
        return re.compile(_group_source(self.rule.pattern, "level")) if self.rule.levels else None

    @cached_property
    def supports(self) -> list[tuple[Sign, int, Ask | None, int]]:
        """Signs with points and questions, the cheap first, each with the most that those after it can add."""
        ordered = sorted(self.rule.supports, key=lambda one: COST.index(one[0].where))
        found, left = [], sum(points for _, points in ordered if points > 0)
        for sign, points in ordered:
            left -= max(0, points)
            found.append((sign, points, self._ask(sign), left))
        return found

    @cached_property
    def caps(self) -> list[tuple[Sign, int, Ask | None]]:
        """The same for caps."""
        return [(sign, cap, self._ask(sign)) for sign, cap in self.rule.caps]

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

    def candidates(self, window: Window, region: Region, known: Known) -> Iterator[Candidate]:
        """What holds among the matches that start in the region's judged part and are not known well enough."""
        rule = self.rule
        if rule.regions and window.pieces[window.index(region.end - 1)].place.region not in rule.regions:
            return
        if rule.terms:
            yield from self._term(window, region, known)
            return
        first, last = max(region.start, window.judged_from), min(region.end, window.judged_to)
        limit = region.limit if region.limit >= 0 else region.end + rule.reach
        for match in self.pattern.finditer(window.text, region.start, limit):
            start = match.start()
            if start > last or start >= window.judged_to:
                break
            if start < first or known(self.rule, match[0]):
                continue
            found = self._candidate(window, match)
            if found:
                yield found

    @cached_property
    def _lengths(self) -> list[tuple[int, re.Pattern[str]]]:
        return [
            (n, re.compile(rf"(?s:.{{{n}}})")) for n in sorted({len(term) for term in self.rule.terms}, reverse=True)
        ]

    def _term(self, window: Window, region: Region, known: Known) -> Iterator[Candidate]:
        """The longest term that ends where the region says."""
        text, end = window.text, region.end
        for length, pattern in self._lengths:
            start = end - length
            if start < 0 or text[start:end] not in self.rule.terms:
                continue
            if window.judged_from <= start < window.judged_to and not _inside_a_word(text, start, end):
                match = pattern.match(text, start)
                if match and not known(self.rule, match[0]) and (found := self._candidate(window, match)):
                    yield found
            return

    def _candidate(self, window: Window, match: re.Match[str]) -> Candidate | None:
        rule, at = self.rule, spot(window, match, self.level_words)
        where = at.place.region
        if (rule.regions and where not in rule.regions) or where in rule.not_regions:
            return None
        group = "value" if "value" in self.pattern.groupindex and match["value"] else 0
        value = folded(match[group], self.read_as)
        seen = CHECKS[rule.check](value) if rule.check else ()
        if seen is None or any(ask(at) for ask in self.unless):
            return None
        level = rule.level
        if level is None:
            level = self.levels.get(folded(match["level"], self.read_as))
            if level is None:
                return None
        names, points = self._score(at, seen)
        cap = min((cap for sign, cap, ask in self.caps if ask and ask(at)), default=99)
        names += [sign.name for sign, _, ask in self.caps if ask and ask(at) and sign.name not in names]
        category = next((other for ask, other in self.categories if ask(at)), rule.category)
        shown = masked(match[group], rule.keep)
        return Candidate(rule, level, category, _exact(at), value, shown, tuple(names), points, cap, match[0])

    def _score(self, at: Spot, seen: tuple[str, ...]) -> tuple[list[str], int]:
        names, points = [], self.rule.base
        for sign, worth, ask, left in self.supports:
            if ask(at) if ask else sign.where is Where.CHECK and sign.name in seen:
                names.append(sign.name)
                points += worth
            if points + left < HOPELESS:
                break
        return names, points


def _inside_a_word(text: str, start: int, end: int) -> bool:
    """Whether a term of Latin letters or digits goes on to the left or right."""
    left, right = text[start - 1 : start], text[end : end + 1]
    return any(
        a.isascii() and a.isalnum() and b.isascii() and b.isalnum()
        for a, b in ((left, text[start]), (text[end - 1], right))
    )


def _exact(at: Spot) -> Place:
    """The piece's place with the line moved on to the match."""
    place = at.place
    if place.line is None:
        return place
    from dataclasses import replace

    lines = at.window.text.count("\n", at.window.starts[at.index], at.start)
    return replace(place, line=place.line + lines) if lines else place


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
