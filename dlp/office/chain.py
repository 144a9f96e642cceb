"""The hash chain of events: how a line is hashed, appended and checked.

Each event's hash covers the one before it, so an edit, a reorder or a deletion inside breaks every later hash
(Schneier and Kelsey, Secure Audit Logs, 1999). A cut tail is found against the stored end and against checkpoints.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dlp import ulid
from dlp.office.store.tables import ChainRow, EventRow

GENESIS = hashlib.sha256(b"dlp office event chain v1").hexdigest()


@dataclass(frozen=True, slots=True)
class Line:
    """What an event says. Never content, a match, a key or a file name."""

    kind: str
    actor: str
    subject: str
    at: str
    body: Mapping[str, object]


def append(end: ChainRow, line: Line) -> EventRow:
    """The next event of this chain; the chain's end moves on to it."""
    row = EventRow(
        id=ulid.new(),
        organisation=end.organisation,
        machine=end.machine,
        sequence=end.sequence + 1,
        at=line.at,
        kind=line.kind,
        actor=line.actor,
        subject=line.subject,
        body=json.dumps(line.body, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        previous=end.hash or GENESIS,
        hash="",
    )
    row.hash = hash_of(row)
    end.sequence, end.hash = row.sequence, row.hash
    return row


def hash_of(row: EventRow) -> str:
    """The hash that a row must have; every column but the hash itself is under it."""
    parts = [row.organisation, row.machine, row.sequence, row.id, row.at, row.kind, row.actor, row.subject]
    text = json.dumps([*parts, row.body, row.previous], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def first_broken(rows: Iterable[EventRow], end: ChainRow) -> int | None:
    """The sequence at which the chain stops being whole; None where it is whole up to its stored end."""
    sequence, previous = 0, GENESIS
    for row in rows:
        sequence += 1
        if row.sequence != sequence or row.previous != previous or row.hash != hash_of(row):
            return sequence
        previous = row.hash
    if end.sequence != sequence or (end.hash or GENESIS) != previous:
        return sequence + 1
    return None
