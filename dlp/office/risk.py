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
RISK_DIGITS = 4
WISHED = "1"
SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Of an id, in their order."""
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


def rank(row: TransferRow, incident: str, wished: bool = False) -> str:
    """Risk, whether the sender asks for release, and the id turned round, as one text: the queue is its falling order.

    So what somebody waits for comes first within its risk, and after it what has waited longest.
    """
    return f"{risk(row):04d}{int(wished)}{turned(incident)}"


def turned(id: str) -> str:
    """An id whose order is the other way round; turned again it is the id."""
    return id.translate(str.maketrans(SIGNS, SIGNS[::-1]))


def risk_of(rank: str) -> int:
    """The risk in a rank."""
    return int(rank[:RISK_DIGITS])


def incident_of(rank: str) -> str:
    """The id in a rank."""
    return turned(rank[RISK_DIGITS + 1 :])


def is_wished(rank: str) -> bool:
    """Whether the sender asks for release."""
    return rank[RISK_DIGITS : RISK_DIGITS + 1] == WISHED


def with_wish(rank: str) -> str:
    """The rank from when its sender asks for release."""
    return rank[:RISK_DIGITS] + WISHED + rank[RISK_DIGITS + 1 :]


def bundle(row: TransferRow) -> str:
    """What the queue shows as one row: files dropped together, else the same content."""
    return row.send or row.sha256
