"""Which Gaps more time can close: what was not seen in pictures because the time to look was over."""

from __future__ import annotations

from classifiers.model import Classification, GapKind

CUT_SHORT = "looking"
"""Stands in their details: ``looking_seconds: picture 3 of 9``, and ``looking: seconds`` where the process was lost."""


def rest(classification: Classification) -> bool:
    """Whether a part of its pictures was left that can be looked at with more time."""
    return any(gap.kind is GapKind.UNSEEN and CUT_SHORT in gap.detail for gap in classification.gaps)
