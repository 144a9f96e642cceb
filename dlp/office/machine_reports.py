"""Reports in which a machine speaks of itself: where its own chain stands, and what it judges with."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from dlp import ulid
from dlp.model import Report
from dlp.office import bodies
from dlp.office.ground import Writing
from dlp.office.shapes import Fields
from dlp.office.store.tables import ForceRow, HeadRow, MachineRow
from dlp.office.views import Machine


def own(machine: Machine, writing: Writing) -> dict[str, Any]:
    """The columns that say whose row it is."""
    return {"organisation": writing.organisation, "machine": machine.id}


def head(writing: Writing, machine: Machine, report: Report) -> None:
    """Where its chain stands; another past than before, or an older end, is an event."""
    columns = bodies.head(Fields.of(report.body))
    row = writing.session.get_one(MachineRow, machine.id)
    sequence, digest = columns["sequence"], columns["hash"]
    asked = select(HeadRow).where(HeadRow.machine == machine.id, HeadRow.sequence == sequence)
    known = writing.session.scalars(asked).one_or_none()
    actor = f"machine:{machine.letter}"
    if known is not None and known.hash != digest:
        writing.note("chain.rewritten", actor, machine.id, sequence=sequence)
    elif known is None and sequence < row.head_sequence:
        writing.note("chain.went_back", actor, machine.id, sequence=sequence, known=row.head_sequence)
    if known is None:
        writing.session.add(
            HeadRow(id=ulid.new(), sequence=sequence, hash=digest, at=writing.at, **own(machine, writing))
        )
    if sequence > row.head_sequence:
        row.head_sequence, row.head_hash = sequence, digest


def force(writing: Writing, machine: Machine, report: Report) -> None:
    """What it judges with; of two reports the later one counts, and ``since`` is when the texts last changed."""
    columns = bodies.force(Fields.of(report.body))
    row = writing.session.get(ForceRow, machine.id)
    if row is not None and (row.at, row.report) >= (columns["at"], report.id):
        return
    same = row is not None and (row.policy, row.rules) == (columns["policy"], columns["rules"])
    columns["since"] = row.since if row is not None and same else columns["at"]
    if row is None:
        writing.session.add(ForceRow(id=machine.id, report=report.id, **columns, **own(machine, writing)))
    else:
        for name, value in {**columns, "report": report.id}.items():
            setattr(row, name, value)
    kind = "machine.edition_refused" if columns["refused"] else "machine.judges_with"
    told = {name: columns[name] for name in ("policy", "rules", "edition", "refused")}
    writing.note(kind, f"machine:{machine.letter}", machine.id, **told)
