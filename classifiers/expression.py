"""Writes the tree of a pattern in hyperscan's language: as loosely as is cheap, never stricter than the pattern.

Other forms of ASCII letters and digits, and what may stand between these besides ASCII, are left out on purpose: they
are rare, and with them an expression would be many times as dear. Who scans looks for them apart (``characters.odd``).
"""

from __future__ import annotations

import re
import re._constants as c  # type: ignore[import-not-found]  # the matcher's own parser has no stubs

from classifiers.characters import (
    EMPTY_WIDTH,
    LOOSE,
    LOOSE_LINES,
    NEWLINE,
    REPEATS,
    Node,
    Ranges,
    blank,
    complement,
    odd_gap,
    overlap,
    plain,
    single,
    taken,
    written,
)


def written_parts(nodes: list[Node], lead: bool, tail: bool) -> list[str]:
    """The expression's parts. ``lead``: nothing is taken before; ``tail``: nothing after, so what may end has ended."""
    nodes = list(nodes)
    while tail and nodes and _may_be_left_out(nodes[-1]):
        nodes.pop()
    found: list[str] = []
    for number, node in enumerate(nodes):
        last = tail and number == len(nodes) - 1
        gap = _ascii_gap(nodes, number) if _gap(node) else None
        part = _node(node, lead, last) if gap is None else gap
        lead = lead and node[0] in EMPTY_WIDTH
        if found and found[-1] in LOOSE and _gap(node):
            # A loose gap takes whatever may stand in the next one too; two of them after each other are slow.
            if part == LOOSE_LINES:
                found[-1] = part
            if part in LOOSE or found[-1] == LOOSE_LINES or not overlap(_taken_by(node), [(NEWLINE, NEWLINE)]):
                continue
        found += [part] if part else []
    return found


def _taken_by(node: Node) -> Ranges:
    return taken(node[1][2][0])


def _may_be_left_out(node: Node) -> bool:
    op, value = node
    return bool((op in REPEATS and value[0] == 0) or (op is c.ASSERT_NOT and not single(value[1])))


def _node(node: Node, lead: bool, tail: bool) -> str:
    op, value = node
    if op in (c.LITERAL, c.NOT_LITERAL, c.IN, c.ANY):
        ranges = taken(node)
        return written(plain(ranges) or ranges)
    if op is c.AT:
        return "^" if value in (c.AT_BEGINNING, c.AT_BEGINNING_STRING) else "$" if value is c.AT_END else ""
    if op in (c.ASSERT, c.ASSERT_NOT):
        return _beside(op, value, lead, tail)
    if op in REPEATS:
        return _repeat(value, lead, tail)
    if op is c.SUBPATTERN:
        case = "i" if value[1] & re.IGNORECASE else ""
        return f"(?{case}:" + "".join(written_parts(list(value[3]), lead, tail)) + ")"
    if op is c.BRANCH:
        return _joined([written_parts(list(branch), lead, tail) for branch in value[1]])
    return "(?:" + "".join(written_parts(list(value), lead, tail)) + ")"


def _beside(op: object, value: tuple[int, list[Node]], lead: bool, tail: bool) -> str:
    """What must or must not stand before or after: taken as a character where the match begins or ends, else let be."""
    direction, nodes = value
    if op is c.ASSERT:
        return "(?:" + "".join(written_parts(list(nodes), False, True)) + ")" if direction > 0 and tail else ""
    if single(nodes) and (lead if direction < 0 else tail):
        others = complement(taken(next(iter(nodes))))
        # The text has a line end before and after it, so that there is always such a character.
        return written(others) if overlap(others, [(NEWLINE, NEWLINE)]) else ""
    return ""


def _repeat(value: tuple[int, int, list[Node]], lead: bool, tail: bool) -> str:
    least, most, nodes = value
    most = least if tail else most
    once = most == 1 and least == 1
    inner = (
        written(taken(nodes[0]), loose=least == 0)
        if single(nodes) and least == 0
        else "".join(written_parts(list(nodes), lead and once, tail and once))
    )
    if not inner or once:
        return inner
    inner = inner if single(nodes) else f"(?:{inner})"
    if least == most:
        return f"{inner}{{{least}}}"
    # Without an upper bound it is looser, and a fraction of the work.
    if most > 1:
        return inner + ("*" if not least else "+" if least == 1 else f"{{{least},}}")
    return inner + "?"


def _joined(branches: list[list[str]]) -> str:
    """A choice, with what several branches begin with written once."""
    rest = [branch for branch in branches if branch]
    if len(rest) < len(branches):
        return f"(?:{_joined(rest)})?" if rest else ""
    heads: dict[str, list[list[str]]] = {}
    for branch in rest:
        heads.setdefault(branch[0], []).append(branch[1:])
    choices = [head + ("".join(tails[0]) if len(tails) == 1 else _joined(tails)) for head, tails in heads.items()]
    return choices[0] if len(choices) == 1 else "(?:" + "|".join(choices) + ")"


# -- gaps between ASCII characters ----------------------------------------------------------------------------------


def _gap(node: Node) -> bool:
    op, value = node
    return op in REPEATS and value[0] == 0 and single(value[2]) and blank(_taken_by(node))


def _ascii_gap(nodes: list[Node], number: int) -> str | None:
    """A gap between two ASCII characters, reduced to ASCII; None for a gap that stands elsewhere."""
    before = next((node for node in reversed(nodes[:number]) if not _gap(node)), None)
    after = next((node for node in nodes[number + 1 :] if not _gap(node)), None)
    if before is None or after is None or not _edge(before, -1) or not _edge(after, 0):
        return None
    ranges = _taken_by(nodes[number])
    if overlap([(max(a, 128), b) for a, b in ranges if b > 127], complement(odd_gap())):
        return None
    inner: Ranges = [(a, min(b, 127)) for a, b in ranges if a < 128]
    return f"{written(inner)}*" if inner else ""


def _edge(node: Node, end: int) -> bool:
    """Whether a node begins (0) or ends (-1) with an ASCII letter or digit in one of its forms, whatever it takes."""
    op, value = node
    if op in (c.LITERAL, c.IN):
        return bool(plain(taken(node)))
    if op is c.SUBPATTERN:
        inner = list(value[3])
    elif op in REPEATS:
        inner = list(value[2])
    elif op is c.BRANCH:
        return all(branch and _edge(list(branch)[end], end) for branch in value[1])
    else:
        return False
    return bool(inner) and _edge(inner[end], end)
