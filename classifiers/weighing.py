"""How the signs around a match make its score: asked from cheap to dear, and no further than could change anything."""

from __future__ import annotations

from dataclasses import dataclass

from classifiers.asked import question
from classifiers.model import Certainty, Region
from classifiers.rules import Rule, Sign, Where
from classifiers.signs import IN_REGIONS, SHAPES, Ask, Spot, shape

COST = [
    *(Where.BUILT_IN, Where.CHECK, Where.GROUP, Where.PART, Where.BEFORE, Where.AFTER, Where.LINE, Where.COLUMN),
    *(Where.NEAR, Where.ABOVE, Where.BELOW, Where.AROUND),
]
"""From cheap to dear."""
DEAR = "several_levels"
"""A built-in sign that reads the whole line and row with a pattern: asked after all others against a match."""
MOST_GROUPS = 500
"""Different texts of groups, such as the star of a mark, whose signs are remembered."""
Worth = tuple[tuple[str, ...], int]
"""Names of signs and the sum of their points."""
NONE: Worth = ((), 0)


@dataclass(frozen=True, slots=True)
class _Asking:
    name: str
    points: int
    ask: Ask | None
    """None: the check names it."""
    left: int
    """The most that this sign and those after it can add."""
    official: bool = False


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the signs around a match say."""

    names: list[str]
    points: int
    """With the base."""
    doubted: bool
    """A sign took points away."""
    official: bool
    """A sign stands by that only papers which were really issued have."""


class Weighing:
    """The supports of one rule."""

    def __init__(self, rule: Rule) -> None:
        self._base = rule.base
        self._regions = {region: _worth(rule, IN_REGIONS, region) for region in Region}
        self._shapes = {name: _named(rule, name) for name in SHAPES} if _uses(rule, SHAPES) else {}
        self._groups = [(sign, points, question(sign, rule.ignore_case)) for sign, points in _of(rule, Where.GROUP)]
        self._known_groups: dict[object, Worth] = {}
        names = dict.fromkeys(sign.group for sign, *_ in self._groups)
        self._names = [0 if name == "match" else name for name in names if _is_in(rule.pattern, name)]
        self._rest = _ordered(rule, {*IN_REGIONS, *SHAPES})
        self._against = [one for one in self._rest if one.points < 0]

    def score(self, at: Spot, seen: tuple[str, ...], many: bool) -> Weighed:
        """What the signs say.

        With ``many``, a match that cannot reach a medium score is not asked to the end: it decides nothing, and texts
        that only talk about marks are full of them.
        """
        found: list[str] = []
        points, doubted, official = self._base, False, False
        for names, worth in (self._regions[at.piece.place.region], self._shape(at), self._of_groups(at)):
            found += names
            points += worth
            doubted = doubted or worth < 0
        for one in self._rest:
            if many and points + one.left < Certainty.MEDIUM:
                break
            if one.ask(at) if one.ask else one.name in seen:
                found.append(one.name)
                points += one.points
                doubted = doubted or one.points < 0
                official = official or one.official
        return Weighed(found, points, doubted, official)

    def speaks_against(self, at: Spot, seen: tuple[str, ...]) -> bool:
        """Whether any sign takes points away."""
        if self._regions[at.piece.place.region][1] < 0 or self._shape(at)[1] < 0 or self._of_groups(at)[1] < 0:
            return True
        for one in self._against:  # noqa: SIM110 - any() with a generator costs more, and this is the inner loop
            if one.ask(at) if one.ask else one.name in seen:
                return True
        return False

    def _shape(self, at: Spot) -> Worth:
        return self._shapes[shape(at)] if self._shapes else NONE

    def _of_groups(self, at: Spot) -> Worth:
        if not self._groups:
            return NONE
        key = at.match.group(*self._names)
        known = self._known_groups.get(key)
        if known is None:
            fired = [(sign.name, points) for sign, points, ask in self._groups if ask and ask(at)]
            known = tuple(name for name, _ in fired), sum(points for _, points in fired)
            if len(self._known_groups) < MOST_GROUPS:
                self._known_groups[key] = known
        return known


def _ordered(rule: Rule, apart: set[str]) -> list[_Asking]:
    """Signs against a match before those for it; those in its line by weight, then the others from cheap to dear."""
    rest = [one for one in rule.supports if one[0].name not in apart and one[0].where is not Where.GROUP]
    rest.sort(key=lambda one: _turn(*one))
    left, found = sum(points for _, points in rest if points > 0), []
    for sign, points in rest:
        found.append(_Asking(sign.name, points, question(sign, rule.ignore_case), left, sign.official))
        left -= max(0, points)
    return found


def _turn(sign: Sign, points: int) -> tuple[bool, bool, bool, int, int]:
    cost = COST.index(sign.where)
    near = cost <= COST.index(Where.LINE)
    return points >= 0, sign.name == DEAR, not near, points if near and points < 0 else 0, cost


def _is_in(pattern: str, group: str) -> bool:
    return group == "match" or f"(?P<{group}>" in pattern


def _of(rule: Rule, where: Where) -> list[tuple[Sign, int]]:
    return [(sign, points) for sign, points in rule.supports if sign.where is where]


def _uses(rule: Rule, names: tuple[str, ...]) -> bool:
    return any(sign.name in names for sign, _ in rule.supports)


def _named(rule: Rule, name: str) -> Worth:
    points = [points for sign, points in rule.supports if sign.name == name and sign.where is Where.BUILT_IN]
    return ((name,), points[0]) if points else NONE


def _worth(rule: Rule, table: dict[str, frozenset[Region]], region: Region) -> Worth:
    fired = [_named(rule, name) for name, regions in table.items() if region in regions]
    return tuple(name for names, _ in fired for name in names), sum(points for _, points in fired)
