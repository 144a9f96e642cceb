"""The hash chain of this machine's events.

Each event's hash covers the one before it, so that an edit, a reorder or a deletion inside breaks every later hash
(Schneier and Kelsey, Secure Audit Logs, 1999). A cut tail or a chain written anew is found against the end stored
beside it and against heads kept elsewhere: the office gets each head as a report.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

GENESIS = hashlib.sha256(b"dlp agent event chain v1").hexdigest()


@dataclass(frozen=True, slots=True)
class Event:
    """One line of what happened. Never content, a match, a key or a file name."""

    sequence: int
    at: str
    kind: str
    who: str
    subject: str
    body: str
    """JSON."""
    previous: str
    hash: str = ""

    def digest(self) -> str:
        """The hash that this event must have; every other field is under it."""
        parts = [self.sequence, self.at, self.kind, self.who, self.subject, self.body, self.previous]
        text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class Broken:
    """Where a chain stops being whole, and how that shows."""

    sequence: int
    why: str


def first_broken(events: Iterable[Event], end: tuple[int, str], heads: Mapping[int, str]) -> Broken | None:
    """The first place where the chain is not whole; None where it is whole up to its stored end.

    ``heads`` are heads kept elsewhere, by sequence.
    """
    sequence, previous, seen = 0, GENESIS, dict(heads)
    for event in events:
        sequence += 1
        if event.sequence != sequence:
            return Broken(sequence, "missing or out of order")
        if event.previous != previous or event.hash != event.digest():
            return Broken(sequence, "changed")
        if seen.pop(sequence, event.hash) != event.hash:
            return Broken(sequence, "written anew")
        previous = event.hash
    if seen:
        return Broken(min(seen), "cut off")
    if end != (sequence, previous):
        return Broken(sequence + 1, "cut off")
    return None
