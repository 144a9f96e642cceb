"""One pass over a text for all that rules need: hyperscan where its database was prepared, else the portable sweep."""

from __future__ import annotations

from classifiers.database import read
from classifiers.hyper import Hyperscan
from classifiers.portable import Portable
from classifiers.rules import Rule, Rules
from classifiers.stretch import Settled, Stretch
from classifiers.window import APART

LONG = 1 << 12
"""Code points from which hyperscan is worth its call."""


class Either:
    """Hyperscan for long texts where somebody built the database (``classifiers.prepare``), else the portable sweep.

    Nothing is built here: building takes longer than reading a usual file, and a reading process may not write.
    """

    def __init__(self, rules: Rules) -> None:
        body = for_text(rules)
        self.portable = Portable(rules, body)
        # Read at once and not when needed: a reading process gives up the file system before its first file.
        self.fast = _fast(rules, body, self.portable)

    def stretches(self, text: str, settled: Settled) -> list[Stretch]:
        """As Sweep."""
        way = self.fast if self.fast and len(text) >= LONG else self.portable
        return way.stretches(text, settled)


def _fast(rules: Rules, body: list[int], portable: Portable) -> Hyperscan | None:
    stored = read(rules)
    if stored is None:
        return None
    import hyperscan

    try:
        return Hyperscan(rules, body, stored, portable)
    except hyperscan.error:
        # Made for another processor or engine after all: the portable sweep finds the same.
        return None


def for_places_apart(rules: Rules) -> list[int]:
    """Numbers of the rules that look only at properties, file names and text in pictures."""
    return [n for n, rule in enumerate(rules.rules) if _only_apart(rule)]


def for_text(rules: Rules) -> list[int]:
    """Numbers of all others."""
    return [n for n, rule in enumerate(rules.rules) if not _only_apart(rule)]


def _only_apart(rule: Rule) -> bool:
    return bool(rule.regions) and rule.regions <= APART
