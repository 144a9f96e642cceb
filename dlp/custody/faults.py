"""Named points between the steps of custody, where the crash test kills the agent; nothing happens there otherwise."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class Point(StrEnum):
    """Every instant between two changes of disk or journal; the crash test visits each."""

    CLAIM_INTENDED = "claim.intended"
    CLAIM_MOVED = "claim.moved"
    CLAIM_DONE = "claim.done"
    JUDGED = "judged"
    DRAFT_WRITTEN = "draft.written"
    OBJECT_STORED = "object.stored"
    INTENDED = "settle.intended"
    MOVED = "settle.moved"
    RECEIPT_WRITTEN = "settle.receipt"
    CONCLUDED = "settle.concluded"
    DISCARDED = "settle.discarded"
    RULING_TAKEN = "ruling.taken"
    REST_KEPT = "rest.kept"
    REST_LOOKED = "rest.looked"
    REST_TOLD = "rest.told"
    REST_ENDED = "rest.ended"
    RECEIVED_STORED = "received.stored"
    RECEIVED_NOTED = "received.noted"
    REPORTED = "reported"


Reach = Callable[[Point], None]


def go_on(_point: Point) -> None:
    """What happens at a point in every agent but the crash test's."""
