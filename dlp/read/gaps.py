"""Keeps the list of Gaps short: a zip of twenty thousand pictures is one fact for a person, not twenty thousand."""

from __future__ import annotations

from dataclasses import replace

from classifiers.model import Gap, GapKind, GapReason, Place
from dlp.read.visit import Parts

MOST = 100
"""Gaps told one by one; further ones are told together, one for each kind and reason."""


def merged(parts: Parts) -> Parts:
    """The same Blocks and the first Gaps; at the end one Gap for each kind and reason of all further ones."""
    told = 0
    more: dict[tuple[GapKind, GapReason], tuple[Gap, int]] = {}
    for part in parts:
        if not isinstance(part, Gap):
            yield part
            continue
        if told < MOST:
            told += 1
            yield part
            continue
        first, count = more.get((part.kind, part.reason), (part, 0))
        # The widest stands for all: policy asks how much of a page or file is not known.
        widest = max(first, part, key=lambda gap: (gap.coverage, gap.size or 0))
        more[part.kind, part.reason] = (widest, count + 1)
    for gap, count in more.values():
        yield replace(gap, place=Place(path=gap.place.path[:1]), detail=f"{count} further: {gap.detail}".strip(": "))
