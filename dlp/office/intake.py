"""Taking agents' reports: each id once, in any order to the same end, and a bad one never stops the good ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select

from dlp import ulid
from dlp.errors import UsageError
from dlp.language import Say
from dlp.model import Report, State
from dlp.office import bodies, labels, machine_reports
from dlp.office.ground import Ground, Writing, parse_moment
from dlp.office.machine_reports import own
from dlp.office.risk import bundle, is_after, is_wished, rank
from dlp.office.shapes import TOKEN, Fields, Malformed
from dlp.office.store.tables import (
    DecisionRow,
    HitRow,
    IncidentRow,
    OutcomeRow,
    RecordRow,
    SealedRow,
    TakenRow,
    TransferRow,
)
from dlp.office.views import Machine

OVER = frozenset({State.READY, State.RELEASED, State.RETURNED})
"""An incident whose file got there has nothing left to decide."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a report; either way the agent need not send it again."""

    id: str
    accepted: bool
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Intake:
    """Where reports come in."""

    ground: Ground

    def take_all(self, machine: Machine, body: object) -> list[str]:
        """Take ``{"reports": […]}``; the ids that the agent may forget, in order.

        A report that is no report is recorded and, where it has an id, acknowledged. Raises UsageError where the
        whole body is not as agreed.
        """
        rows = body.get("reports") if isinstance(body, dict) else None
        if not isinstance(rows, list):
            raise UsageError(Say('expected {"reports": […]}', '应为 {"reports": […]}'))
        return [taken.id for row in rows if (taken := self._take_raw(machine, row)).id]

    def _take_raw(self, machine: Machine, raw: object) -> Taken:
        given = raw if isinstance(raw, dict) else {}
        fields = {name: given.get(name) for name in ("id", "kind", "at")}
        texts = {name: value if isinstance(value, str) else "" for name, value in fields.items()}
        content = given.get("body")
        body = content if isinstance(content, dict) else {"": "no object"}
        return self.take(machine, Report(texts["id"], texts["kind"], texts["at"], body))

    def take(self, machine: Machine, report: Report) -> Taken:
        """Take one report: durable when this returns. The same id again has no effect and gets the same answer."""
        usable = bool(TOKEN.fullmatch(report.id))
        with self.ground.writing() as writing:
            asked = select(TakenRow).where(TakenRow.machine == machine.id, TakenRow.report == report.id)
            before = writing.session.scalars(asked).one_or_none() if usable else None
            if before is not None:
                return Taken(report.id, not before.problem, before.problem)
            problem = "id: expected an id" if not usable else self._apply(writing, machine, report)
            if problem:
                writing.note("report.rejected", f"machine:{machine.letter}", report.id if usable else "", why=problem)
            if usable:
                kind = report.kind if report.kind in KINDS else "unknown"
                row = TakenRow(
                    id=ulid.new(), report=report.id, kind=kind, at=writing.at, problem=problem, **own(machine, writing)
                )
                writing.session.add(row)
            return Taken(report.id if usable else "", not problem, problem)

    def _apply(self, writing: Writing, machine: Machine, report: Report) -> str:
        if report.kind not in KINDS:
            return "kind: expected one of " + ", ".join(KINDS)
        try:
            KINDS[report.kind](writing, machine, report)
        except Malformed as error:
            return str(error)
        return ""


def _transfer(writing: Writing, machine: Machine, report: Report) -> None:
    body = Fields.of(report.body)
    columns, wanted = bodies.transfer(body), body.truth("incident", False)
    row = writing.session.get(TransferRow, columns["id"])
    if row is None:
        row = TransferRow(**columns, report=report.id, **own(machine, writing))
        writing.session.add(row)
    elif row.machine != machine.id:
        raise Malformed("transfer: expected one of this machine")
    elif (row.at, row.report) < (columns["at"], report.id):
        for name, value in columns.items():
            setattr(row, name, value)
        row.report = report.id
        labels.lift(writing, row)
    writing.session.flush()
    _count_rules(writing, row)
    if wanted:
        _open_incident(writing, row)
    _settle(writing, row)


def _count_rules(writing: Writing, row: TransferRow) -> None:
    """One row for each rule that fired, with its best score; of two reports the later one counts."""
    writing.session.execute(delete(HitRow).where(HitRow.transfer == row.id))
    best: dict[str, int] = {}
    for finding in row.findings:
        best[finding["rule"]] = max(best.get(finding["rule"], 0), finding["score"])
    for rule, score in best.items():
        hit = HitRow(
            transfer=row.id, rule=rule, at=row.at, score=score, organisation=row.organisation, machine=row.machine
        )
        writing.session.add(hit)


def _open_incident(writing: Writing, row: TransferRow) -> None:
    before = writing.session.scalars(select(IncidentRow).where(IncidentRow.transfer == row.id)).one_or_none()
    if before is not None:
        before.rank = rank(row, before.id, is_wished(before.rank))  # more may have been found in it since
        return
    incident_id = ulid.new()
    incident = IncidentRow(
        id=incident_id,
        transfer=row.id,
        state="open",
        opened=writing.at,
        rank=rank(row, incident_id),
        bundle=bundle(row),
        organisation=row.organisation,
        machine=row.machine,
    )
    writing.session.add(incident)
    writing.session.flush()
    digest = writing.name_digest(row.name)
    writing.note("incident.opened", "office", incident.id, transfer=row.id, file=digest, action=row.action)


def _outcome(writing: Writing, machine: Machine, report: Report) -> None:
    columns = bodies.outcome(Fields.of(report.body))
    row = writing.session.get(TransferRow, columns["transfer"])
    if row is not None and row.machine != machine.id:
        raise Malformed("transfer: expected one of this machine")
    writing.session.add(OutcomeRow(id=ulid.new(), report=report.id, **columns, **own(machine, writing)))
    writing.session.flush()
    if row is not None:
        _settle(writing, row)
    note = {"transfer": columns["transfer"], "state": columns["state"], "ruling": columns["ruling"]}
    if columns["ruling"] is not None:
        writing.note("ruling.applied", f"machine:{machine.letter}", columns["transfer"], **note)


def _settle(writing: Writing, row: TransferRow) -> None:
    """Bring a transfer to what was last said of it; reports that overtook each other come to the same end."""
    session = writing.session
    asked = select(OutcomeRow).where(OutcomeRow.transfer == row.id, OutcomeRow.machine == row.machine)
    last = session.scalars(asked.order_by(OutcomeRow.at.desc(), OutcomeRow.report.desc()).limit(1)).one_or_none()
    if last is not None and last.at >= row.at:
        row.state, row.detail = last.state, last.detail
    incident = session.scalars(select(IncidentRow).where(IncidentRow.transfer == row.id)).one_or_none()
    gone = row.state in OVER and not is_after(row)
    if incident is not None and incident.state in {"open", "asked"} and gone:
        incident.state = "closed"
        writing.note("incident.closed", "office", incident.id, transfer=row.id, state=row.state)


def _sealed(writing: Writing, machine: Machine, report: Report) -> None:
    columns = bodies.sealed(Fields.of(report.body))
    _unregistered(writing, columns["header_digest"])
    try:
        at = parse_moment(report.at)
    except ValueError:
        at = writing.at
    row = SealedRow(id=ulid.new(), at=at, **columns, **own(machine, writing))
    decided = select(DecisionRow.opens_until).join(IncidentRow, IncidentRow.id == DecisionRow.incident)
    row.expires = writing.session.scalar(decided.where(IncidentRow.transfer == row.transfer)) or ""
    writing.session.add(row)
    file = writing.name_digest(row.name)
    writing.note("sealed.registered", f"machine:{machine.letter}", row.id, header=row.header_digest, file=file)


def _record(writing: Writing, machine: Machine, report: Report) -> None:
    columns = bodies.record(Fields.of(report.body))
    _unregistered(writing, columns["header_digest"])
    if writing.session.get(RecordRow, columns["id"]) is not None:
        raise Malformed("record: expected one that was not registered before")
    row = RecordRow(**columns, **own(machine, writing))
    writing.session.add(row)
    file = writing.name_digest(row.name)
    writing.note("record.registered", f"machine:{machine.letter}", row.id, header=row.header_digest, file=file)


def _exported(writing: Writing, machine: Machine, report: Report) -> None:
    body = bodies.exported(Fields.of(report.body))
    file = writing.name_digest(body.pop("name"))
    writing.note("outsiders.exported", f"machine:{machine.letter}", body["zip_sha256"], file=file, **body)


def _pruned(writing: Writing, machine: Machine, report: Report) -> None:
    columns = bodies.pruned(Fields.of(report.body))
    row = writing.session.get(RecordRow, columns["record"])
    if row is None or row.machine != machine.id:
        raise Malformed("record: expected one of this machine")
    row.pruned = row.pruned or columns["at"]
    writing.note("record.pruned", f"machine:{machine.letter}", row.id, held=row.held)


def _unregistered(writing: Writing, digest: str) -> None:
    """A header stands for one file: a second label on it could give it to people whom the first one keeps out."""
    for table in (SealedRow, RecordRow):
        asked = select(table.id).where(table.organisation == writing.organisation, table.header_digest == digest)
        if writing.session.scalars(asked).first():
            raise Malformed("header_digest: expected one that was not registered before")


def _verified(writing: Writing, machine: Machine, report: Report) -> None:
    columns = bodies.verified(Fields.of(report.body))
    row = writing.session.get(RecordRow, columns["record"])
    if row is None or row.machine != machine.id:
        raise Malformed("record: expected one of this machine")
    if row.verified >= columns["at"]:
        return
    if not columns["sound"]:
        writing.note("record.unsound", f"machine:{machine.letter}", row.id)
    row.verified, row.sound = columns["at"], columns["sound"]


KINDS: dict[str, Callable[[Writing, Machine, Report], Any]] = {
    "transfer": _transfer,
    "outcome": _outcome,
    "sealed": _sealed,
    "record": _record,
    "pruned": _pruned,
    "exported": _exported,
    "head": machine_reports.head,
    "force": machine_reports.force,
    "verified": _verified,
}
