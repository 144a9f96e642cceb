"""A document before it has a format, and what must be found in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Want(StrEnum):
    """What a case holds; NOTHING is a hard negative."""

    STATE = "state secret mark"
    WORK = "work secret mark"
    TRADE = "trade secret mark"
    INTERNAL = "internal mark"
    ENGLISH = "English mark"
    IDENTIFIER = "identifier"
    CREDENTIAL = "credential"
    NOTHING = "nothing"


@dataclass(slots=True)
class Paper:
    """Lines of text in reading order, with what stands outside of them."""

    lines: list[str]
    target: int = -1
    """Which line is split over runs, cells or objects by that mutation; -1: none."""
    header: str = ""
    properties: dict[str, str] = field(default_factory=dict)
    table: list[list[str]] = field(default_factory=list)
    name: str = "文件"
    split: bool = False


@dataclass(slots=True)
class Case:
    """A paper with its label."""

    number: int
    want: Want
    family: str
    """Template or kind of identifier, for the report."""
    place: str
    mutation: str
    paper: Paper
    level: str = ""
    rules: tuple[str, ...] = ()
    """Beginnings of rule ids of which one must fire; empty: any of the category."""
