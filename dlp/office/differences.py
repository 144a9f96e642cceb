"""What changes between two texts of a policy, rule by rule, so that the second person sees what they confirm."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from enum import StrEnum

RULE = re.compile(r"\s*- id:\s*[\"']?([^\s\"'#]+)")
FIELD = re.compile(r"([a-z_]+):")
AROUND = 2
"""Unchanged lines shown before and after a change."""


class Change(StrEnum):
    """What became of a part."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    """Its text is the same; it stands elsewhere among the rules, and the first that fits decides."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a part; ``sign`` is + where it comes, - where it goes, else a space."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """One rule (or, with an empty name, what stands before the rules) that is not as it was."""

    name: str
    change: Change
    lines: tuple[Line, ...]
    fields: tuple[str, ...] = ()
    """Of what stands before the rules: the fields that differ, in the order of the new text."""


def between(before: str, after: str) -> tuple[Part, ...]:
    """The parts that differ, in the order of the new text, and then those that are gone; empty where none does."""
    old, new = _parts(before), _parts(after)
    stayed = _in_order([name for name in old if name in new], [name for name in new if name in old])
    found = []
    for name, lines in new.items():
        if name not in old:
            found.append(Part(name, Change.ADDED, tuple(Line("+", line) for line in lines)))
        elif lines != old[name]:
            fields = () if name else _fields(old[name], lines)
            found.append(Part(name, Change.CHANGED, _lines(old[name], lines), fields))
        elif name not in stayed:
            found.append(Part(name, Change.MOVED, ()))
    gone = [name for name in old if name not in new]
    return (*found, *(Part(name, Change.REMOVED, tuple(Line("-", line) for line in old[name])) for name in gone))


def _parts(text: str) -> dict[str, list[str]]:
    """Lines by rule; blank lines around and the way that lines end make no difference."""
    parts: dict[str, list[str]] = {"": []}
    name = ""
    for line in text.splitlines():
        if rule := RULE.match(line):
            name = rule[1]
        parts.setdefault(name, []).append(line.rstrip())
    return {name: "\n".join(lines).strip("\n").split("\n") for name, lines in parts.items()}


def _fields(old: list[str], new: list[str]) -> tuple[str, ...]:
    before, after = _by_field(old), _by_field(new)
    return tuple(name for name in {**after, **before} if before.get(name) != after.get(name))


def _by_field(lines: list[str]) -> dict[str, list[str]]:
    """The lines of each field; comments and blank lines are nobody's, and stand with those that differ all the same."""
    fields: dict[str, list[str]] = {}
    name = ""
    for line in lines:
        if field := FIELD.match(line):
            name = field[1]
        if name and line.strip() and not line.lstrip().startswith("#"):
            fields.setdefault(name, []).append(line)
    return fields


def _in_order(old: list[str], new: list[str]) -> set[str]:
    """The most names that stand in the same order in both; the others moved."""
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    return {name for block in matcher.get_matching_blocks() for name in old[block.a : block.a + block.size]}


def _lines(old: list[str], new: list[str]) -> tuple[Line, ...]:
    told = list(difflib.unified_diff(old, new, lineterm="", n=AROUND))[2:]
    return tuple(Line("", "…") if line.startswith("@@") else Line(line[:1], line[1:]) for line in told)
