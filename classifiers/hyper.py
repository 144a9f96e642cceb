"""The fast sweep: one hyperscan scan over a window; Python only looks where an expression of a rule ended."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate
from typing import Any

from classifiers.database import FIRST, IS_GROUPED, IS_ODD, Database
from classifiers.numbers import GROUPED, Numbers
from classifiers.portable import Portable, line
from classifiers.rules import Rules
from classifiers.stretch import AROUND_NUMBER, BACK, FAR, Settled, Stretch

SLICE = 1 << 10
"""Code points that are encoded at a time, so that a place in bytes is found again without decoding all before it."""
SHIFT = 20
"""Bits for the number of an expression beside its end."""
MASK = (1 << SHIFT) - 1
LEAD = 24
"""Code points that a group may begin before the place where hyperscan is sure of it."""
MOST_ODD = 200
"""Lines of a window that are swept one by one; with more of them the portable sweep takes the whole window."""
POINT = ord(".")
DIGITS = "0123456789"
ODD = frozenset("０１２３４５６７８９\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad")


class Hyperscan:
    """A database with the rules that it was made of."""

    def __init__(self, rules: Rules, chosen: list[int], database: Database, portable: Portable) -> None:
        self.rules = rules.rules
        self.numbers = Numbers(rules, chosen)
        self.rule_of, self.widths, self.also = database.rules, database.widths, database.also
        self.portable = portable
        self._database = _loaded(database.raw)

    def stretches(self, text: str, settled: Settled) -> list[Stretch]:
        """As Sweep."""
        reading = _Reading(self, text, settled)
        seen: list[int] = []
        if settled.whole:
            settled.quiet = settled.quiet or self._quiet(settled)
            self._database.scan(reading.raw, match_event_handler=_collecting(seen.append, settled.quiet))
        else:
            self._database.scan(reading.raw, match_event_handler=_collect, context=seen.append)
        seen.sort()
        return reading.read(seen)

    def _quiet(self, settled: Settled) -> bytes:
        """Which expressions ask only for rules of which the document has enough."""
        whole = settled.whole
        quiet = bytearray(FIRST + len(self.rule_of))
        quiet[IS_GROUPED] = whole.issuperset(self.numbers.grouped)
        for length in range(IS_GROUPED + 1, FIRST):
            quiet[length] = all(
                whole.issuperset(self.numbers.rules(length, first, point))
                for first in DIGITS
                for point in (False, True)
            )
        for number, rule in enumerate(self.rule_of):
            others = (self.rule_of[other] for other in self.also.get(number, ()))
            quiet[FIRST + number] = rule in whole and whole.issuperset(others)
        return bytes(quiet)


def _loaded(raw: bytes) -> Any:  # noqa: ANN401 - the wheel's own types say less than its documentation
    import hyperscan

    database = hyperscan.loadb(raw, hyperscan.HS_MODE_BLOCK)
    database.scratch = hyperscan.Scratch(database)
    return database


class _Reading:
    """What the sightings in one window mean. The scan tells bytes; rules are tried on characters."""

    def __init__(self, sweep: Hyperscan, text: str, settled: Settled) -> None:
        self._sweep, self._text, self._settled = sweep, text, settled
        slices = [text[at : at + SLICE].encode("utf-8", "replace") for at in range(0, len(text), SLICE)]
        self._starts = list(accumulate(map(len, slices), initial=1))
        # Line ends around it: a match at the edge of the text has then, as inside of it, a character on each side.
        self.raw = b"".join([b"\n", *slices, b"\n"])
        self._found: list[Stretch] = []
        self._byte, self._at, self._grouped_end = 1, 0, 0

    def read(self, seen: list[int]) -> list[Stretch]:
        """Stretches for all sightings, which are ends and numbers in one."""
        rule_of, widths, whole, raw = self._sweep.rule_of, self._sweep.widths, self._settled.whole, self.raw
        numbers, also = self._settled.numbers, self._sweep.also
        odd: list[int] = []
        for one in seen:
            number, end = one & MASK, one >> SHIFT
            if number >= FIRST:
                rule = rule_of[number - FIRST]
                if rule not in whole:
                    self._rule(rule, widths[number - FIRST], self._to(end))
                if number - FIRST in also:
                    for other in also[number - FIRST]:
                        if rule_of[other] not in whole:
                            self._rule(rule_of[other], widths[other], self._to(end))
            elif number > IS_GROUPED:
                first = end - 1 - number
                key = number << 9 | raw[first] << 1 | (raw[first - 1] == POINT)
                rules = numbers.get(key)
                if rules is None:
                    rules = numbers[key] = self._asked(number, raw[first], bool(key & 1))
                if rules:
                    self._run(rules, number, self._to(end - 1))
            elif number == IS_ODD:
                odd.append(self._to(end))
            else:
                self._grouped(self._to(end))
        if odd:
            self._sweep_lines(odd)
        return self._found

    def _asked(self, length: int, first: int, point: bool) -> tuple[int, ...]:
        """Rules that are still tried on such a number."""
        return tuple(n for n in self._sweep.numbers.rules(length, chr(first), point) if n not in self._settled.whole)

    def _to(self, end: int) -> int:
        """Characters before a byte."""
        byte = self._byte
        if end - byte > 3 * SLICE:
            number = bisect_right(self._starts, end) - 1
            self._byte = byte = self._starts[number]
            self._at = number * SLICE
        if end > byte:
            self._at += len(self.raw[byte:end].decode("utf-8", "ignore"))
            self._byte = end
        return min(self._at, len(self._text))

    def _rule(self, number: int, width: int, at: int) -> None:
        rule, text = self._sweep.rules[number], self._text
        if rule.terms:
            self._found.append(Stretch(number, at - 1, at - 1, at))
            return
        if width < 0:
            start, end = line(text, at - 1, max(0, at - 1 - BACK))
            self._found.append(Stretch(number, start, end, end + rule.reach))
            return
        start = max(0, at - width)
        needed = self._settled.below.get(number)
        if needed and needed.isdisjoint(text[start:at]):
            return
        end = text.find("\n", at, at + FAR)
        self._found.append(Stretch(number, start, at, (min(len(text), at + FAR) if end < 0 else end) + rule.reach))

    def _run(self, rules: tuple[int, ...], length: int, stop: int) -> None:
        start = stop - length
        # Where it goes on in another form, that is an odd sighting of its own.
        if self._text[start - 1 : start] not in ODD and self._text[stop : stop + 1] not in ODD:
            self._around(rules, start, stop)

    def _around(self, rules: tuple[int, ...], start: int, end: int) -> None:
        begin, limit = max(0, start - AROUND_NUMBER), end + AROUND_NUMBER
        for number in rules:
            self._found.append(Stretch(number, begin, end, limit))

    def _grouped(self, at: int) -> None:
        rules = tuple(n for n in self._sweep.numbers.grouped if n not in self._settled.whole)
        if not rules or at <= self._grouped_end:
            return
        match = GROUPED.search(self._text, max(self._grouped_end, at - LEAD), at + LEAD)
        if match:
            self._grouped_end = match.end()
            self._around(rules, *match.span())

    def _sweep_lines(self, odd: list[int]) -> None:
        """The portable sweep over every line with something odd in it, and the lines beside it."""
        text, spans = self._text, [(0, 0)]
        for at in odd:
            if at >= spans[-1][1]:
                start = line(text, at, max(0, at - 1))[0]
                end = line(text, min(len(text), at), at)[1]
                spans.append((line(text, start, max(0, start - 1))[0], line(text, min(len(text), end + 1), end)[1]))
        for start, end in spans[1:] if len(spans) <= MOST_ODD else [(0, len(text))]:
            for one in self._sweep.portable.stretches(text[start:end], self._settled):
                self._found.append(Stretch(one.rule, one.start + start, one.last + start, one.limit + start))


def _collecting(keep: Callable[[int], None], quiet: bytes) -> Callable[[int, int, int, int, object], None]:
    """As ``_collect``, without the expressions that are quiet: in a text that hits everywhere they are most of all."""

    def collect(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
        if not quiet[number]:
            keep(end << SHIFT | number)

    return collect


def _collect(number: int, _start: int, end: int, _flags: int, keep: Any) -> None:  # noqa: ANN401 - list.append
    # One number and no pair: a list of pairs would be searched for garbage again and again.
    keep(end << SHIFT | number)
