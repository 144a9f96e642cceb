"""The nouns of a rule pack, as frozen types: what a rule finds, the signs that move its score, its own examples."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from classifiers.model import Block, Category, Level, Region

if TYPE_CHECKING:
    from classifiers.engine import Engine


class Where(StrEnum):
    """Where a sign is looked for, seen from a match."""

    BUILT_IN = "built_in"
    GROUP = "group"
    """A named group of the rule's own pattern took part."""
    LINE = "line"
    BEFORE = "before"
    AFTER = "after"
    NEAR = "near"
    """Before or after, also in other lines."""
    ABOVE = "above"
    BELOW = "below"
    """One of the next lines, as a whole."""
    AROUND = "around"
    """One of the lines above or below."""
    COLUMN = "column"
    """The header of the match's column."""
    PART = "part"
    """The name that the format gives the place, such as a document property."""
    CHECK = "check"
    """Named by the rule's check."""


@dataclass(frozen=True, slots=True)
class Sign:
    """Something to look for around a match. It has no weight of its own: each rule gives it points."""

    name: str
    where: Where
    pattern: str = ""
    within: int = 0
    """Characters for before, after and near; lines for above, below and around."""
    group: str = ""
    official: bool = False
    """It is found only in papers that were really issued, so that several marks beside it teach nothing."""


@dataclass(frozen=True, slots=True)
class Example:
    """A small document that a rule must find, or must not."""

    blocks: tuple[Block, ...]
    level: Level | None = None
    """Where a match is expected: the level that it must have."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of a pack: all of it is data."""

    id: str
    pack: str
    title_en: str
    title_zh: str
    category: Category
    level: Level | None
    levels: tuple[tuple[str, Level], ...]
    """What the group ``level`` may say, folded, and the level it stands for; empty where ``level`` is fixed."""
    pattern: str
    """Expanded, as the standard library's ``re`` reads it."""
    ignore_case: bool
    needs: tuple[str, ...]
    """Words one of which is in the line of every match; the rule is tried on no other line."""
    pairs: tuple[tuple[str, str, bool], ...]
    """Two characters, with or without gaps between, that may stand for a word of ``needs``: the one looked for, its
    companion, and whether the companion stands before it."""
    digits: tuple[int, int] | None
    """How many digits in a row may stand for a word of ``needs``: least and most."""
    starts: str
    """With which digits such a row may begin; empty: with any."""
    after_point: bool
    """Such a row is one only after a decimal point."""
    grouped: bool
    """Digits in groups, such as 138-0013-8000, may stand for a word of ``needs``."""
    base: int
    supports: tuple[tuple[Sign, int], ...]
    caps: tuple[tuple[Sign, int], ...]
    """A sign that keeps the score from being higher than this."""
    unless: tuple[Sign, ...]
    """With one of these there is no match at all."""
    categories: tuple[tuple[Sign, Category], ...]
    """A sign that makes the finding one of another category."""
    terms: frozenset[str] = frozenset()
    """An organisation's own words; where there are some, they stand for the pattern."""
    check: str = ""
    regions: frozenset[Region] = frozenset()
    """Where it may stand; empty: anywhere."""
    not_regions: frozenset[Region] = frozenset()
    alike: tuple[tuple[str, str], ...] = ()
    """A character to the one that this rule alone reads it as."""
    per_value: bool = False
    """A finding for each value (marks); otherwise one finding that counts distinct values."""
    reach: int = 60
    """Code points that a match may run on after the line that it starts in."""
    keep: tuple[int, int] | None = None
    """Characters shown at both ends of the masked form; None shows all (a mark is no secret)."""
    examples: tuple[Example, ...] = ()
    not_examples: tuple[Example, ...] = ()


@dataclass(frozen=True)
class Rules:
    """The rules of all packs together, in order."""

    rules: tuple[Rule, ...]
    digest: str
    """64 hex digits over the packs' bytes, in order."""
    read_as: dict[str, str] = field(default_factory=dict)
    """A character to the one it is read as."""
    stamp: str = ""
    """Names all that the rules are made of: packs, their order, and this package's code."""
    cache: Path | None = None
    """A folder that only the caller's account may write, for what is built once."""

    @cached_property
    def engine(self) -> Engine:
        """The rules made ready to run, once."""
        from classifiers.engine import Engine

        return Engine(self)
