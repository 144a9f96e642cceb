"""What reading one file may still cost. A limit that is reached has a name, and the part beyond it becomes a Gap."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from classifiers.model import GapReason
from dlp.model import Limits

MOST_HELD = 256 * 1024 * 1024
"""Bytes of one part held in memory at once; a third of the memory limit, since a reader needs room beside it."""

_TICKS = 16

PART_SHARE = 0.5
"""Of the time for the file, for one part of it: a part that hangs must leave time to judge the others."""


class Exceeded(BaseException):
    """A limit is reached. ``whole``: of the file, so that reading ends; otherwise only this part is left.

    No ``Exception``: a library that catches everything it meets must not go on beyond a limit.
    """

    def __init__(self, reason: GapReason, limit: str, *, whole: bool = False) -> None:
        super().__init__(limit)
        self.reason, self.limit, self.whole = reason, limit, whole


@dataclass(slots=True)
class Budget:
    """Counts against the Limits, over all parts of one file together."""

    limits: Limits
    started: float = field(default_factory=time.monotonic)
    members: int = 0
    expanded: int = 0
    characters: int = 0
    pages: int = 0
    ticks: int = 0
    parts_until: list[float] = field(default_factory=list)
    """When the time of each part that is open ends, outermost first."""
    until: float = field(init=False)
    """The first of these times and of the end of the time for the file."""

    def __post_init__(self) -> None:
        """The first end is the file's."""
        self._set()

    def _set(self) -> None:
        self.until = min((self.started + self.limits.seconds, *self.parts_until))

    def tick(self, characters: int) -> None:
        """One more Block was read. Raises Exceeded when time or characters are used up."""
        self.characters += characters
        if self.characters > self.limits.expanded_characters:
            raise Exceeded(GapReason.TOO_BIG, "expanded_characters", whole=True)
        # Asking for the time at every cell of a workbook would be a tenth of reading it.
        self.ticks += 1
        if not self.ticks % _TICKS:
            self.check_time()

    def holds(self, characters: int) -> bool:
        """Whether so many more characters are within the limit."""
        return self.characters + characters <= self.limits.expanded_characters

    def check_time(self) -> None:
        """Raises Exceeded when the time for the file, or for a part that is open, is used up."""
        now = time.monotonic()
        if now <= self.until:
            return
        if now > self.started + self.limits.seconds:
            raise Exceeded(GapReason.TOO_SLOW, "seconds", whole=True)
        raise Exceeded(GapReason.TOO_SLOW, "part_seconds")

    def enter(self) -> None:
        """A part is opened; ``leave`` ends it."""
        self.parts_until.append(time.monotonic() + self.limits.seconds * PART_SHARE)
        self._set()

    def leave(self) -> None:
        """The part opened last is done with."""
        self.parts_until.pop()
        self._set()

    def member(self, depth: int) -> None:
        """One more member of a container, at this depth of containers."""
        if depth > self.limits.depth:
            raise Exceeded(GapReason.TOO_DEEP, "depth")
        self.members += 1
        if self.members > self.limits.members:
            raise Exceeded(GapReason.TOO_MANY, "members", whole=True)
        self.check_time()

    def unpacked(self, count: int) -> None:
        """So many more bytes came out of a container."""
        self.expanded += count
        if self.expanded > self.limits.expanded_bytes:
            raise Exceeded(GapReason.TOO_BIG, "expanded_bytes", whole=True)

    def ratio(self, expanded: int, packed: int) -> None:
        """Bytes of one member so far, unpacked and packed; small ones may be anything."""
        if expanded > 1 << 20 and expanded > self.limits.ratio * max(packed, 1):
            raise Exceeded(GapReason.TOO_BIG, "ratio")

    def page(self) -> None:
        """One more page."""
        self.pages += 1
        if self.pages > self.limits.pages:
            raise Exceeded(GapReason.TOO_MANY, "pages", whole=True)
        self.check_time()

    def held(self, size: int) -> None:
        """A part of this size is about to be held in memory."""
        if size > MOST_HELD:
            raise Exceeded(GapReason.TOO_BIG, "held_bytes")
