"""What a reviewer should look at first, as one number from what the agent reported."""

from __future__ import annotations

from classifiers.model import GapKind, Level
from dlp.model import Action, Direction
from dlp.office.store.tables import TransferRow

OF_A_LEVEL = 1000
UNREAD = 250
BLOCKED = 150
RECEIVED = 50
HIGHEST = 9999
AFTER = "after"
"""The reason that stands first in such a verdict (dlp.custody.afterwards)."""


def risk(row: TransferRow) -> int:
    """0 to 9999: the level first; within it how certain the best finding is, and what adds to the danger.

    An unread part weighs more than a doubtful finding, because nobody knows what is in it.
    """
    scores = [int(one["score"]) for one in row.findings if Level.of(one["level"]) == row.level]
    total = row.level * OF_A_LEVEL + 4 * max(scores, default=0)
    total += UNREAD * any(gap["kind"] == GapKind.UNREADABLE for gap in row.gaps)
    total += BLOCKED * (row.action == Action.BLOCK) + RECEIVED * (row.direction == Direction.RECEIVED)
    return min(total, HIGHEST)


def is_after(row: TransferRow) -> bool:
    """Whether it had been released already when something was found in it: that it has gone settles nothing."""
    return any(one["rule"] == AFTER for one in row.because)


def rank(row: TransferRow, incident: str) -> str:
    """Risk and id as one text whose order is the order of the queue."""
    return f"{risk(row):04d}{incident}"


def bundle(row: TransferRow) -> str:
    """What the queue shows as one row: files dropped together, else the same content."""
    return row.send or row.sha256
