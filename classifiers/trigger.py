"""Turns a rule's pattern into an expression for hyperscan, so that Python looks only where a match may be.

The expression is looser than the pattern, never stricter: it ends at or just after the first place where a match of the
pattern can be complete.
"""

from __future__ import annotations

import re._constants as c  # type: ignore[import-not-found]  # the matcher's own parser has no stubs
import re._parser as parser  # type: ignore[import-not-found]  # the same
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from classifiers.characters import EMPTY_WIDTH, REPEATS, Node, blank, single, taken
from classifiers.expression import written_parts

LONGEST = 4_500
"""Characters of an expression; hyperscan takes 16,000 and is slow to compile long ones."""
WIDE = 8
"""Repeats of a large set from which a beginning may be left out."""
CERTAIN, FEW = 2, 6
"""So many characters in a row, each of so few, are worth to be looked for."""
FARTHEST = 2_000
AHEAD = 2
"""Characters that are looked at of what must follow a match."""
SPELLED, LARGE = 4, 8
"""Characters after which a group of more than so many that may be left out is."""
BUDGETS = (16, 12, 10, 9, 8, 7, 6, 5, 4, 3)
"""Characters of a match that the expression spells out; the first that makes it short enough is taken."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """What hyperscan is given for one rule."""

    expression: str
    width: int
    """Code points that the match may begin before the place where the expression ends."""


def trigger(pattern: str, tightness: int = 0) -> Trigger | None:
    """The expression for a pattern; None where it would say nothing. A higher ``tightness`` number makes it simpler."""
    dropped, tree = _wide_start(_opened(parser.parse(pattern)))
    for budget in BUDGETS[tightness:]:
        nodes, _ = _cut(tree, budget, budget - SPELLED)
        expression = "".join(written_parts(nodes, lead=not dropped, tail=True))
        least, most = _sub(nodes).getwidth()
        if not least:
            return None
        if len(expression) <= LONGEST or budget == BUDGETS[-1]:
            return Trigger(expression, min(int(most) + int(_sub(dropped).getwidth()[1]), FARTHEST) + 2)
    return None


def _cut(nodes: Iterable[Node], left: int, enough: int) -> tuple[list[Node], int]:
    """The nodes of the first ``left`` characters, and how many are left over.

    With no more than ``enough`` left over, it also ends at the first large group that may be left out.
    """
    found: list[Node] = []
    nodes = list(nodes)
    for number, (op, value) in enumerate(nodes):
        if left <= 0 or (left <= enough and op in REPEATS and not value[0] and _count(value[2]) > LARGE):
            return found, 0
        if op in REPEATS:
            least, _, inner = value
            cut, rest = _cut(inner, left, enough)
            if least and rest <= 0:
                return [*found, (op, (1, 1, _sub(cut)))], 0
            left = rest if least else left
        elif op is c.SUBPATTERN:
            cut, left = _cut(value[3], left, enough)
            value = (*value[:3], _sub(cut))
        elif op is c.BRANCH:
            branches = [_cut(branch, left, enough) for branch in value[1]]
            ended = [branch for branch, rest in branches if rest <= 0]
            going_on = [branch for branch, rest in branches if rest > 0]
            if ended and going_on:
                # Only what ended early is without the rest of the pattern.
                choice = (c.BRANCH, (None, list(map(_sub, going_on))))
                after, _ = _cut(nodes[number + 1 :], min(rest for _, rest in branches if rest > 0), enough)
                return [*found, (c.BRANCH, (None, list(map(_sub, [*ended, [choice, *after]]))))], 0
            value = (None, [_sub(branch) for branch, _ in branches])
            left = min(rest for _, rest in branches)
        elif op is c.ASSERT:
            value = (value[0], _sub(_cut(value[1], AHEAD, 0)[0]))
        elif op not in EMPTY_WIDTH:
            left -= 1
        found.append((op, value))
    return found, left


def _count(nodes: Iterable[Node]) -> int:
    """Characters in all choices together."""
    total = 0
    for op, value in nodes:
        if op in REPEATS:
            total += _count(value[2])
        elif op is c.SUBPATTERN:
            total += _count(value[3])
        elif op is c.BRANCH:
            total += sum(map(_count, value[1]))
        else:
            total += op not in EMPTY_WIDTH
    return total


def _wide_start(tree: list[Node]) -> tuple[list[Node], list[Node]]:
    """A beginning that says little, and the rest: hyperscan is slow where a match may begin with a run of anything."""
    for number in range(len(tree) - 1, -1, -1):
        op, value = tree[number]
        rest = tree[number + 1 :]
        wide = op in REPEATS and value[1] >= WIDE and single(value[2]) and not blank(taken(value[2][0]))
        if wide and _certain(tree[:number]) < CERTAIN and _sub(rest).getwidth()[0] >= CERTAIN:
            return tree[: number + 1], rest
    return [], tree


def _opened(nodes: Iterable[Node]) -> list[Node]:
    """Groups that are no choice, taken apart."""
    found: list[Node] = []
    for op, value in nodes:
        if op is c.SUBPATTERN and not value[1] and not value[2]:
            found += _opened(value[3])
        else:
            found.append((op, value))
    return found


def _certain(nodes: Iterable[Node]) -> int:
    """How many characters of few kinds follow each other in every match."""
    longest = run = 0
    for op, value in nodes:
        if op is c.SUBPATTERN:
            inner = _certain(value[3])
        elif op is c.BRANCH:
            inner = min(map(_certain, value[1]))
        elif op is c.LITERAL or (op is c.IN and sum(b - a + 1 for a, b in taken((op, value))) <= FEW):
            run += 1
            longest = max(longest, run)
            continue
        elif op in EMPTY_WIDTH or (op in REPEATS and not value[0]):
            continue
        else:
            inner = 0
        run = 0
        longest = max(longest, inner)
    return longest


def _sub(nodes: list[Node]) -> Any:  # noqa: ANN401 - the parser's own type, which tells widths
    return parser.SubPattern(parser.State(), nodes)
