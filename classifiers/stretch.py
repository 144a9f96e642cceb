"""Where a rule is tried: the few stretches of a text in which a match may be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

FAR = 2000
"""Code points of a line on each side of a sighting; some files are one single line."""
BACK = 12
"""Code points before a word that its match may begin, when a mark is broken over two lines."""
AROUND_NUMBER = 24
"""Code points around a number in which its rules are tried."""


class Stretch(NamedTuple):
    """Where one rule is tried. A tuple, because there are many of them."""

    rule: int
    start: int
    last: int
    """A match starts here at the latest."""
    limit: int
    """A match ends before it."""


@dataclass(slots=True)
class Settled:
    """What a document has enough of, by number of the rule."""

    whole: set[int] = field(default_factory=set)
    """Rules that are not tried any more."""
    below: dict[int, frozenset[str]] = field(default_factory=dict)
    """Rules that are only tried where one of these characters stands: those that higher levels begin with."""
    numbers: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """What is left to try on a number, kept by the sweep."""
    quiet: bytes = b""
    """By number of an expression, whether it asks for nothing any more; kept by the sweep."""


class Sweep(Protocol):
    """One way of looking over a text for all rules at once."""

    def stretches(self, text: str, settled: Settled) -> list[Stretch]:
        """Where to try which rule, in any order, and perhaps some place twice."""
