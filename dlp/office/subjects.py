"""What events are about, as people call it: a file's number, the name of an account or a group, a machine's letter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, union_all
from sqlalchemy.orm import Session

from dlp.office.pages import like
from dlp.office.store.tables import (
    AccountRow,
    EventRow,
    GroupRow,
    IncidentRow,
    MachineRow,
    TransferRow,
)
from dlp.office.tokens import fold

SHORTEST_END = 4
"""Signs from which on the end of an id is looked for: pages show the last eight."""


def named(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """What people call these; ids of anything else are left out. One question for a whole page."""
    wanted = sorted(set(ids))
    numbers = select(IncidentRow.id, TransferRow.number).join(TransferRow, TransferRow.id == IncidentRow.transfer)
    asked: list[Any] = [
        select(AccountRow.id, AccountRow.name).where(AccountRow.id.in_(wanted)),
        select(GroupRow.id, GroupRow.name).where(GroupRow.id.in_(wanted)),
        select(MachineRow.id, MachineRow.letter + " " + MachineRow.name).where(MachineRow.id.in_(wanted)),
        select(TransferRow.id, TransferRow.number).where(TransferRow.id.in_(wanted)),
        numbers.where(IncidentRow.id.in_(wanted)),
    ]
    return {str(one): str(name) for one, name in session.execute(union_all(*asked))} if wanted else {}


def about(text: str) -> ColumnElement[bool]:
    """Events about this: an id, its end as a page shows it, a file's number, a name, a machine's letter."""
    folded, number = fold(text), text.upper()
    files = select(TransferRow.id).where(TransferRow.number == number)
    ways: list[ColumnElement[bool]] = [
        EventRow.subject == text,
        EventRow.subject.in_(files),
        EventRow.subject.in_(select(IncidentRow.id).where(IncidentRow.transfer.in_(files))),
        EventRow.subject.in_(select(AccountRow.id).where(AccountRow.folded == folded)),
        EventRow.subject.in_(select(GroupRow.id).where(GroupRow.folded == folded)),
        EventRow.subject.in_(select(MachineRow.id).where(MachineRow.letter == number)),
        EventRow.subject.in_(select(MachineRow.id).where(MachineRow.letter + " " + MachineRow.name == text)),
    ]
    if len(text) >= SHORTEST_END:
        ways.append(EventRow.subject.ilike(like(text).removesuffix("%"), escape="\\"))
    return or_(*ways)


def done_by(text: str) -> ColumnElement[bool]:
    """Events of this actor, whatever the case."""
    names = select(AccountRow.name).where(AccountRow.folded == fold(text))
    return or_(func.lower(EventRow.actor) == text.lower(), EventRow.actor.in_(names))
