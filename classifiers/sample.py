"""Texts that a pattern matches, made from the pattern: a rule is tried with them before it may be used."""

from __future__ import annotations

import random
import re
import re._constants as c  # type: ignore[import-not-found]  # the matcher's own parser has no stubs
import re._parser as parser  # type: ignore[import-not-found]  # the same
from collections.abc import Iterable, Iterator

from classifiers.characters import EMPTY_WIDTH, REPEATS, SINGLE, Node, merged, taken

SOME = 60
"""Texts made of each pattern."""
TRIES = 5
"""How many times as many are made, because what must stand beside a match is not looked at in making it."""
MORE = 3
"""A repeat is taken up to so many times more often than it must be."""
USUAL = "aZ09 密年，x-"
"""Of a large set, these are taken first."""


def matched(pattern: re.Pattern[str]) -> Iterator[str]:
    """Different texts that the pattern matches as a whole; the same ones each time."""
    chance, found = random.Random(pattern.pattern), set()  # noqa: S311 - the same texts each time, no secret
    tree = list(parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG))
    for _ in range(SOME * TRIES):
        text = "".join(_made(tree, chance))
        if text and text not in found and pattern.fullmatch(text):
            found.add(text)
            yield text
        if len(found) >= SOME:
            return


def _made(nodes: Iterable[Node], chance: random.Random) -> Iterator[str]:
    for op, value in nodes:
        if op in SINGLE:
            yield _one((op, value), chance)
        elif op in REPEATS:
            least, most, inner = value
            for _ in range(chance.randint(least, min(most, least + MORE))):
                yield from _made(inner, chance)
        elif op is c.SUBPATTERN:
            yield from _made(value[3], chance)
        elif op is c.BRANCH:
            yield from _made(chance.choice(value[1]), chance)
        elif op not in EMPTY_WIDTH:
            yield from _made(value, chance)


def _one(node: Node, chance: random.Random) -> str:
    ranges = merged(taken(node))
    usual = [one for one in USUAL if any(a <= ord(one) <= b for a, b in ranges)]
    if usual and sum(b - a + 1 for a, b in ranges) > 1000:
        return chance.choice(usual)
    first, last = chance.choice(ranges)
    return chr(chance.randint(first, last))
