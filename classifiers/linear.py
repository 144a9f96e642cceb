"""Refuses patterns whose cost could grow faster than the text: an officer's slip must not stop the scanner.

The standard library's matcher goes back and tries again. That costs more than linear time where a repeat stands inside
a repeat, where two repeats that take the same characters follow each other, and with references to earlier groups. Such
patterns are refused when a pack loads; those that are left are also only ever run on a bounded piece of text.
"""

from __future__ import annotations

import re
import re._constants as c  # type: ignore[import-not-found]  # the matcher's own parser has no stubs
import re._parser as parser  # type: ignore[import-not-found]  # the same
from collections.abc import Iterator
from typing import Any

MANY = 100
"""A repeat of more than this counts as without bound."""
PRODUCT = 5_000
"""Most that bounded repeats inside each other may multiply to."""
SAMPLE = "0９aZ_ -:/.,;|\t\n，。：、★密机国\u3000\u200b\U0001f600Ａ(\"'<@=+"
"""Characters by which two sets are compared; one of each sort that patterns of packs tell apart."""

Node = tuple[Any, Any]
REPEATS = (c.MAX_REPEAT, c.MIN_REPEAT)


def worse_than_linear(pattern: str) -> str:
    """Why the pattern may cost more than linear time, in English; empty where it does not. The pattern must compile."""
    try:
        tree = list(parser.parse(pattern))
    except re.error as error:
        return str(error)
    return next(_problems(tree, 1, False), "")


def _problems(nodes: list[Node], product: int, unbounded: bool) -> Iterator[str]:
    yield from _neighbours(nodes)
    for op, value in nodes:
        if op in (c.GROUPREF, c.GROUPREF_EXISTS):
            yield "a reference to an earlier group"
        elif op in REPEATS:
            least, most, inner = value
            big = most > MANY
            if big and unbounded:
                yield "a repeat without bound inside a repeat without bound"
            inside = product * (min(int(most), MANY) if least != most else 1)
            if inside > PRODUCT:
                yield "repeats inside repeats that multiply"
            yield from _problems(list(inner), inside, unbounded or (big and not _single(list(inner))))
        else:
            for inner in _parts(op, value):
                yield from _problems(inner, product, unbounded)


def _parts(op: Any, value: Any) -> Iterator[list[Node]]:  # noqa: ANN401 - the parser's own constants
    if op is c.SUBPATTERN:
        yield list(value[3])
    elif op is c.BRANCH:
        yield from (list(branch) for branch in value[1])
    elif op in (c.ASSERT, c.ASSERT_NOT):
        yield list(value[1])
    elif op is c.ATOMIC_GROUP:
        yield list(value)


def _single(nodes: list[Node]) -> bool:
    return len(nodes) == 1 and nodes[0][0] in (c.LITERAL, c.NOT_LITERAL, c.ANY, c.IN)


def _neighbours(nodes: list[Node]) -> Iterator[str]:
    """Two repeats without bound that can take the same character, with nothing certain between them."""
    open_sets: list[set[str]] = []
    for op, value in nodes:
        if op in REPEATS and value[1] > MANY and _single(list(value[2])):
            taken = _set(next(iter(value[2])))
            if any(taken & other for other in open_sets):
                yield "two repeats without bound that take the same characters"
            open_sets.append(taken)
        elif op in REPEATS and value[0] == 0:
            continue
        elif _single([(op, value)]):
            # A character that no open repeat takes divides the text in only one way.
            fixed = _set((op, value))
            open_sets = [other for other in open_sets if other & fixed]


def _set(node: Node) -> set[str]:
    return {one for one in SAMPLE if _takes(node, one)} | ({chr(node[1])} if node[0] is c.LITERAL else set())


def _takes(node: Node, one: str) -> bool:
    op, value = node
    if op is c.LITERAL:
        return bool(ord(one) == value)
    if op is c.NOT_LITERAL:
        return bool(ord(one) != value)
    if op is c.ANY:
        return one != "\n"
    negate = bool(value) and value[0][0] is c.NEGATE
    return negate != any(_in(part, one) for part in value)


def _in(part: Node, one: str) -> bool:
    op, value = part
    if op is c.LITERAL:
        return bool(ord(one) == value)
    if op is c.RANGE:
        return bool(value[0] <= ord(one) <= value[1])
    if op is c.CATEGORY:
        word = one.isalnum() or one == "_"
        sorts = {
            c.CATEGORY_DIGIT: one.isdigit(), c.CATEGORY_NOT_DIGIT: not one.isdigit(), c.CATEGORY_SPACE: one.isspace(),
            c.CATEGORY_NOT_SPACE: not one.isspace(), c.CATEGORY_WORD: word, c.CATEGORY_NOT_WORD: not word,
        }  # fmt: skip
        return bool(sorts[value])
    return False
