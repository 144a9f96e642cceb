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
BUDGETS = (99, 40, 24, 16, 12, 9, 7, 5, 4, 3)
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
        nodes, _ = _cut(tree, budget)
        expression = "".join(written_parts(nodes, lead=not dropped, tail=True))
        least, most = _sub(nodes).getwidth()
        if not least:
            return None
        if len(expression) <= LONGEST or budget == BUDGETS[-1]:
            return Trigger(expression, min(int(most) + int(_sub(dropped).getwidth()[1]), FARTHEST) + 2)
    return None


def _cut(nodes: Iterable[Node], left: int) -> tuple[list[Node], int]:
    """The nodes of the first ``left`` characters, and how many are left over."""
    found: list[Node] = []
    for op, value in nodes:
        if left <= 0:
            return found, 0
        if op in REPEATS:
            least, _, inner = value
            cut, rest = _cut(inner, left)
            if least and rest <= 0:
                return [*found, (op, (1, 1, _sub(cut)))], 0
            left = rest if least else left
        elif op is c.SUBPATTERN:
            cut, left = _cut(value[3], left)
            value = (*value[:3], _sub(cut))
        elif op is c.BRANCH:
            branches = [_cut(branch, left) for branch in value[1]]
            value = (None, [_sub(branch) for branch, _ in branches])
            left = min(rest for _, rest in branches)
        elif op not in EMPTY_WIDTH:
            left -= 1
        found.append((op, value))
    return found, left


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
