"""Sets of characters as ranges of code points: what a node of a pattern takes, and how hyperscan is told so."""

from __future__ import annotations

import re._constants as c  # type: ignore[import-not-found]  # the matcher's own parser has no stubs
import re._parser as parser  # type: ignore[import-not-found]  # the same
from collections.abc import Iterable
from functools import cache
from typing import Any

from classifiers.spelling import BLANK

Ranges = list[tuple[int, int]]
Node = tuple[Any, Any]

LAST = 0x10FFFF
NEWLINE = ord("\n")
SPACE: Ranges = [
    *((9, 13), (0x1C, 0x20), (0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A)),
    *((0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000)),
]
"""What ``\\s`` takes."""
ASCII_WORD: Ranges = [(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)]
LETTERS: Ranges = [(0x30, 0x39), (0x41, 0x5A), (0x61, 0x7A), (0x4E00, 0x9FFF)]
"""Letters, digits and 汉字: what stands for itself and is never a gap."""
ODD_FORMS: Ranges = [(0x24B6, 0x24E9), (0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A)]
"""Circled letters, full-width digits and letters."""
LOOSE_LINE, LOOSE_LINES = "[^\\x{a}0-9A-Za-z\u4e00-\u9fff]*", "[^0-9A-Za-z\u4e00-\u9fff]*"
"""A gap as hyperscan is told of it: anything but letters, digits and 汉字, within a line or over its end."""
LOOSE = (LOOSE_LINE, LOOSE_LINES)
MANY_RANGES = 12
SMALL = 400
"""Characters up to which a set is looked through one by one."""
SINGLE = (c.LITERAL, c.NOT_LITERAL, c.IN, c.ANY)
REPEATS = (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT)
EMPTY_WIDTH = (c.ASSERT, c.ASSERT_NOT, c.AT)


def complement(ranges: Ranges) -> Ranges:
    """All other characters."""
    found, at = [], 0
    for first, last in sorted(ranges):
        if first > at:
            found.append((at, first - 1))
        at = max(at, last + 1)
    return [*found, (at, LAST)] if at <= LAST else found


def merged(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """In order, touching ranges joined, without the halves of surrogate pairs."""
    joined: Ranges = []
    for first, last in sorted(ranges):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    found: Ranges = []
    for first, last in joined:
        found += [(first, min(last, 0xD7FF))] if first <= 0xD7FF else []
        found += [(max(first, 0xE000), last)] if last >= 0xE000 else []
    return found


CATEGORY = {
    c.CATEGORY_SPACE: SPACE,
    c.CATEGORY_NOT_SPACE: complement(SPACE),
    # Wider than the matcher's own, never narrower.
    c.CATEGORY_DIGIT: [(0x30, 0x39), (0x80, LAST)],
    c.CATEGORY_NOT_DIGIT: complement([(0x30, 0x39)]),
    c.CATEGORY_WORD: [*ASCII_WORD, (0x80, LAST)],
    c.CATEGORY_NOT_WORD: complement(ASCII_WORD),
}


@cache
def odd_gap() -> Ranges:
    """What may stand between the characters of a word, besides ASCII."""
    blank_node: Node = parser.parse(f"[{BLANK}]")[0]
    return [(0x85, 0x85), *((max(first, 128), last) for first, last in taken(blank_node) if last > 127)]


def odd() -> list[str]:
    """Expressions for text in which ASCII letters or digits have another form, or something odd between them."""
    # Each form as a word of its own: hyperscan looks for many words at once, for a set that begins like 汉字 slowly.
    forms = [chr(code) for first, last in ODD_FORMS for code in range(first, last + 1)]
    between = written([*odd_gap(), (9, 10), (32, 32)])
    return [*forms, f"[0-9A-Za-z][ \\t\\n]*{written(odd_gap())}{between}*[0-9A-Za-z]"]


def single(nodes: Iterable[Node]) -> bool:
    """Whether this is one character."""
    nodes = list(nodes)
    return len(nodes) == 1 and nodes[0][0] in SINGLE


def taken(node: Node) -> Ranges:
    """The characters that a node of one character takes."""
    op, value = node
    if op is c.LITERAL:
        return [(value, value)]
    if op is c.NOT_LITERAL:
        return complement([(value, value)])
    if op is c.ANY:
        return complement([(NEWLINE, NEWLINE)])
    ranges: Ranges = []
    for kind, part in value:
        if kind is c.LITERAL:
            ranges.append((part, part))
        elif kind is c.RANGE:
            ranges.append(part)
        elif kind is c.CATEGORY:
            ranges += CATEGORY[part]
    return complement(ranges) if value[0][0] is c.NEGATE else ranges


def plain(ranges: Ranges) -> Ranges:
    """The ASCII letters or digits of a set that holds nothing but those and their other forms; else nothing."""
    ascii_part = [(first, min(last, 127)) for first, last in ranges if first < 128]
    if not ascii_part or sum(last - first + 1 for first, last in ranges) > SMALL:
        return []
    for first, last in ranges:
        for code in range(first, last + 1):
            if not (code < 128 and chr(code).isalnum()) and not overlap([(code, code)], ODD_FORMS):
                return []
    return ascii_part


def blank(ranges: Ranges) -> bool:
    """Whether a set holds neither letters nor digits nor 汉字."""
    return not overlap(ranges, LETTERS)


def overlap(some: Ranges, others: Ranges) -> bool:
    """Whether two sets have a character in common."""
    return any(a <= d and e <= b for a, b in some for e, d in others)


def written(ranges: Ranges, loose: bool = False) -> str:
    """The set in hyperscan's language; ``loose`` allows a larger one that is simpler to scan for."""
    ranges = merged(ranges)
    if loose and len(ranges) > MANY_RANGES and blank(ranges):
        return (LOOSE_LINES if overlap(ranges, [(NEWLINE, NEWLINE)]) else LOOSE_LINE)[:-1]
    if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        return _one(ranges[0][0])
    return "[" + "".join(map(_range, ranges)) + "]"


def _range(ends: tuple[int, int]) -> str:
    first, last = ends
    return _one(first) if first == last else f"{_one(first)}-{_one(last)}"


def _one(code: int) -> str:
    return chr(code) if code >= 0xA1 or chr(code).isalnum() else f"\\x{{{code:x}}}"
