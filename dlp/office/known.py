"""What is known around one incident: words, events, the same content elsewhere, the sender's past, its rules' past."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, literal, select, union_all
from sqlalchemy.orm import Session

from dlp.model import Action, Direction
from dlp.office import offers
from dlp.office.audit import Event
from dlp.office.store.tables import DecisionRow, EventRow, HitRow, IncidentRow, RemarkRow, TransferRow
from dlp.office.views import Incident, Offer

MOST_SHOWN = 20
MOST_LOOKED_AT = 500
MOST_EVENTS = 200


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody said about an incident."""

    name: str
    kind: str
    text: str
    at: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """The same content, or a file of the same Send, elsewhere; and how that was decided."""

    incident: str
    transfer: str
    number: str
    name: str
    person: str
    at: str
    state: str
    same_content: bool
    same_name: bool
    """Another version of the file, as far as its name, its sender and its group tell."""
    waiting: bool
    choice: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Since:
    """What is new in a file since a version of it that a reviewer let pass."""

    number: str
    """The number of that version."""
    fingerprints: frozenset[str]
    """Of the findings that it did not have; empty where all were there before."""


@dataclass(frozen=True, slots=True)
class Person:
    """The sender's last 90 days, in counts."""

    sent: int
    held: int
    blocked: int


@dataclass(frozen=True, slots=True)
class Look:
    """Everything about one incident that its page shows."""

    incident: Incident
    assigned: str
    offers: tuple[Offer, ...]
    remarks: tuple[Remark, ...]
    events: tuple[Event, ...]
    sightings: tuple[Sighting, ...]
    since: Since | None
    person: Person
    rules: dict[str, tuple[int, int]]
    """For each rule that fired here: decided incidents with it, and how many of them were its false positives."""
    undo: bool
    """Whether this account may take its decision back now."""


def remarks(session: Session, row: IncidentRow) -> tuple[Remark, ...]:
    """Oldest first."""
    rows = session.scalars(select(RemarkRow).where(RemarkRow.incident == row.id).order_by(RemarkRow.id))
    return tuple(Remark(one.name, one.kind, one.text, one.at) for one in rows)


def events(session: Session, row: IncidentRow) -> tuple[Event, ...]:
    """The office's events about the incident and its transfer, oldest first."""
    asked = select(EventRow).where(EventRow.subject.in_((row.id, row.transfer)), EventRow.machine == "")
    rows = session.scalars(asked.order_by(EventRow.sequence).limit(MOST_EVENTS))
    return tuple(Event(one.sequence, one.at, one.kind, one.actor, one.subject, _body(one), one.hash) for one in rows)


def _body(row: EventRow) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(row.body)
    return body


def sightings(session: Session, row: IncidentRow, transfer: TransferRow) -> tuple[tuple[Sighting, ...], Since | None]:
    """Newest first, at most 20; and what is new since the latest other version that was let pass."""
    asked = select(TransferRow, IncidentRow, DecisionRow)
    asked = asked.outerjoin(IncidentRow, IncidentRow.transfer == TransferRow.id)
    asked = asked.outerjoin(DecisionRow, DecisionRow.incident == IncidentRow.id)
    alike = select(TransferRow.id).where(TransferRow.sha256 == transfer.sha256)
    versions = select(TransferRow.id).where(
        TransferRow.person == transfer.person, TransferRow.name == transfer.name, TransferRow.group == transfer.group
    )
    together = select(IncidentRow.transfer).where(IncidentRow.bundle == row.bundle, IncidentRow.id != row.id)
    # Two questions: as one, the database walks all transfers to have them in order.
    ids = [
        found
        for found in session.scalars(alike.union(together, versions).limit(MOST_LOOKED_AT))
        if found != transfer.id
    ]
    if not ids:
        return (), None
    asked = asked.where(TransferRow.id.in_(ids)).order_by(TransferRow.id.desc()).limit(MOST_SHOWN)
    rows = [(other, one, made) for other, one, made in session.execute(asked)]
    found = tuple(
        Sighting(
            one.id if one else "",
            other.id,
            other.number,
            other.name,
            other.person,
            other.at,
            other.state,
            other.sha256 == transfer.sha256,
            (other.name, other.person, other.group) == (transfer.name, transfer.person, transfer.group),
            one is not None and one.state in offers.WAITING,
            made.choice if made else "",
            tuple(made.by) if made else (),
        )
        for other, one, made in rows
    )
    passed = [
        other
        for (other, _, made), sighting in zip(rows, found, strict=True)
        if made and made.choice in offers.PASSING and sighting.same_name and not sighting.same_content
    ]
    return found, _since(transfer, passed[0]) if passed else None


def _since(transfer: TransferRow, before: TransferRow) -> Since:
    then = {str(one["fingerprint"]) for one in before.findings}
    return Since(before.number, frozenset(str(one["fingerprint"]) for one in transfer.findings) - then)


def past(session: Session, transfer: TransferRow, since: str) -> tuple[Person, dict[str, tuple[int, int]]]:
    """What the sender sent since then; and how often each rule of this transfer was right, by what was decided."""
    sent = select(literal("action"), TransferRow.action, func.count(), literal(0)).where(
        TransferRow.person == transfer.person,
        TransferRow.at >= since,
        TransferRow.direction == Direction.OUTGOING.value,
    )
    wrong = func.coalesce(func.sum(case((DecisionRow.rule == HitRow.rule, 1), else_=0)), 0)
    did = select(literal("rule"), HitRow.rule, func.count(), wrong)
    did = did.join(IncidentRow, IncidentRow.transfer == HitRow.transfer)
    did = did.join(DecisionRow, DecisionRow.incident == IncidentRow.id)
    did = did.where(HitRow.rule.in_(sorted({str(one["rule"]) for one in transfer.findings}))).group_by(HitRow.rule)
    actions: dict[str, int] = {}
    rules: dict[str, tuple[int, int]] = {}
    for of, name, count, bad in session.execute(union_all(sent.group_by(TransferRow.action), did)):
        if of == "action":
            actions[name] = count
        else:
            rules[name] = (count, int(bad))
    return Person(sum(actions.values()), actions.get(Action.HOLD, 0), actions.get(Action.BLOCK, 0)), rules
