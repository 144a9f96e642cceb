"""What goes on around one incident: remarks, who looks at it, what is known from elsewhere, taking a decision back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dlp import ulid
from dlp.errors import UsageError
from dlp.language import Say
from dlp.model import Choice
from dlp.office import known, offers
from dlp.office.ground import Ground, Writing
from dlp.office.incidents import PLAIN_TERMS, Incidents, Terms, incident_view
from dlp.office.known import Look
from dlp.office.people import Account
from dlp.office.refusals import Conflict, Refused
from dlp.office.rights import Right, need
from dlp.office.risk import with_wish
from dlp.office.store.tables import (
    AccountRow,
    ApprovalRow,
    DecisionRow,
    IncidentRow,
    RemarkRow,
    RulingRow,
    TransferRow,
)
from dlp.office.tokens import fold
from dlp.office.views import Incident

UNDO = timedelta(seconds=10)
LONGEST_TEXT = 2000
MOST_SHOWN = 20
PAST = timedelta(days=90)
KINDS = ("comment", "release", "wrong")


@dataclass(frozen=True, slots=True)
class Desk:
    """One incident on the desk."""

    ground: Ground
    incidents: Incidents

    def look(self, account: Account, incident_id: str) -> Look:
        """Everything about it; NotFound where the account may not see it."""
        with self.ground.reading() as session:
            row = self.incidents.find(session, account, incident_id)
            transfer = session.get_one(TransferRow, row.transfer)
            return Look(
                incident_view(session, row),
                row.assigned,
                offers.of(session, account, row, self.ground.clock()),
                known.remarks(session, row),
                known.events(session, row),
                *known.sightings(session, row, transfer),
                *known.past(session, transfer, self.ground.now(-PAST)),
                row.state == "decided" and self._undoable(session, account, row) is not None,
            )

    def remark(self, account: Account, incident_id: str, kind: str, text: str) -> None:
        """Say something about an incident. The sender asks for release or says that the verdict is wrong."""
        if kind not in KINDS or not text.strip():
            raise UsageError(Say("nothing was said", "内容为空"), Say("say it in one sentence", "请用一句话说明"))
        with self.ground.writing(account) as writing:
            row = self.incidents.find(writing.session, account, incident_id)
            own = fold(writing.session.get_one(TransferRow, row.transfer).person) == fold(account.name)
            if kind != "comment" and not own:
                raise Refused(Say("only the sender asks for that", "仅发送人可提出"))
            remark = RemarkRow(
                id=ulid.new(),
                organisation=row.organisation,
                incident=row.id,
                account=account.id,
                name=account.name,
                kind=kind,
                text=text.strip()[:LONGEST_TEXT],
                at=writing.at,
            )
            writing.session.add(remark)
            if kind == "release":
                row.rank = with_wish(row.rank)
            writing.note(f"incident.{KIND_EVENTS[kind]}", account.name, row.id)

    def assign(self, account: Account, incident_id: str, name: str) -> None:
        """Say who looks at it; an empty name: nobody. UsageError for a name that is no reviewer's."""
        need(account, Right.DECIDE, Right.DECIDE_GROUP)
        with self.ground.writing(account) as writing:
            row = self.incidents.find(writing.session, account, incident_id)
            if name:
                asked = select(AccountRow.name).where(AccountRow.folded == fold(name), AccountRow.state == "active")
                found = writing.session.scalar(asked.where(AccountRow.organisation == writing.organisation))
                if found is None:
                    raise UsageError(Say("there is no active account of that name", "没有该名称的有效账户"))
                name = found
            row.assigned = name
            writing.note("incident.assigned", account.name, row.id, to=name)

    def undo(self, account: Account, incident_id: str) -> Incident:
        """Take one's decision back before it goes down. Raises Conflict where it is too late or another's."""
        with self.ground.writing(account) as writing:
            row = self.incidents.find(writing.session, account, incident_id)
            ruling = self._undoable(writing.session, account, row)
            if ruling is None:
                raise Conflict(Say("it is too late to take that back", "已超过可撤销时间"))
            _take_back(writing, account, row, ruling)
            writing.note("incident.undone", account.name, row.id)
            writing.session.flush()
            return incident_view(writing.session, row)

    def _undoable(self, session: Session, account: Account, row: IncidentRow) -> RulingRow | None:
        made = session.get(DecisionRow, row.id)
        if made is None or made.by[-1] != account.name:
            return None
        waits = select(RulingRow).where(RulingRow.transfer == row.transfer, RulingRow.due > self.ground.now())
        return session.scalars(waits.order_by(RulingRow.sequence.desc()).limit(1)).one_or_none()

    def take_back(self, account: Account, incident_id: str) -> Incident:
        """The owner gets their file back without asking anyone: that is not sending (DESIGN 5.4).

        Raises Refused where it is not theirs, or policy does not leave it to them.
        """
        incident = self.incidents.show(account, incident_id)
        if fold(incident.transfer.person) != fold(account.name):
            raise Refused(Say("this is not your file", "这不是您的文件"))
        return self.incidents.returned(account, incident_id)

    def decide_all(
        self, account: Account, ids: list[str], choice: Choice, reason: str, terms: Terms = PLAIN_TERMS
    ) -> tuple[int, int]:
        """Decide several alike, each by itself; how many were decided or asked, and how many could not be."""
        if choice not in SAFE_TOGETHER:
            raise UsageError(Say("that is decided one by one", "该处理方式须逐件进行"))
        done = 0
        for incident_id in ids:
            try:
                self.incidents.decide(account, incident_id, choice, reason, terms)
                done += 1
            except (Refused, Conflict):
                continue
        return done, len(ids) - done


KIND_EVENTS = {"comment": "commented", "release": "release_wished", "wrong": "disputed"}
SAFE_TOGETHER = frozenset({Choice.RETURN, Choice.KEEP})
"""What lets nothing out may be done to many files at once."""


def _take_back(writing: Writing, account: Account, row: IncidentRow, ruling: RulingRow) -> None:
    writing.session.delete(ruling)
    writing.session.delete(writing.session.get_one(DecisionRow, row.id))
    mine = select(ApprovalRow).where(ApprovalRow.incident == row.id, ApprovalRow.standing)
    said = writing.session.scalars(mine.order_by(ApprovalRow.id.desc())).all()
    if said and said[0].account == account.id:
        writing.session.delete(said[0])
        said = said[1:]
    # An asking of somebody else still stands; who confirmed it took only their own word back.
    row.state = "asked" if said and said[0].choice == ruling.choice else "open"
