"""Enrolled workstations: each has a token of its own, and a letter for the numbers that people type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dlp import ulid
from dlp.language import Say
from dlp.office.ground import Ground, Writing
from dlp.office.people import Account
from dlp.office.refusals import Conflict, not_there
from dlp.office.rights import Right, need
from dlp.office.store.tables import EventRow, MachineRow
from dlp.office.tokens import new_token, token_hash
from dlp.office.views import Machine, machine_view

SEEN_EVERY = timedelta(seconds=30)
ACTIVE, REVOKED = "active", "revoked"
MACHINE = Say("machine", "终端")
OFFICE = "office"
"""Who enrols the machine of the first start, in events."""
OWN_STAYS = Say("this is the office's own machine; it is not revoked", "这是管理端本机，不能撤销")
OWN_WHY = Say(
    "its agent runs beside the office, on the same files: shutting it out would protect nothing",
    "其代理与管理端在同一台机器上使用同一批文件，撤销起不到保护作用",
)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A new machine with its token; shown once."""

    machine: Machine
    token: str

    def __repr__(self) -> str:
        """Without the token, whoever prints it."""
        return f"Enrolled({self.machine.name!r})"


@dataclass(frozen=True, slots=True)
class Machines:
    """The machines of this office."""

    ground: Ground

    def enrol(self, name: str, by: Account | None = None) -> Enrolled:
        """A new machine; ``by`` is nobody at the first start on this machine. Raises Refused without the right."""
        if by is not None:
            need(by, Right.KEEP_MACHINES)
        token = new_token()
        with self.ground.writing(by) as writing:
            taken = writing.session.scalars(
                select(MachineRow.letter).where(MachineRow.organisation == writing.organisation)
            )
            row = MachineRow(
                id=ulid.new(),
                organisation=writing.organisation,
                name=name.strip()[:200] or "machine",
                letter=next_letter(taken),
                token=token_hash(token),
                state=ACTIVE,
                enrolled=writing.at,
            )
            writing.session.add(row)
            writing.note("machine.enrolled", by.name if by else OFFICE, row.id, letter=row.letter)
            return Enrolled(machine_view(row), token)

    def authenticate(self, token: str) -> Machine | None:
        """The machine with this token; None where there is none or it was revoked."""
        with self.ground.reading() as session:
            row = session.scalars(select(MachineRow).where(MachineRow.token == token_hash(token))).one_or_none()
        if row is None or row.state != ACTIVE:
            return None
        if row.last_seen < self.ground.now(-SEEN_EVERY):
            with self.ground.store.writing() as session:
                session.get_one(MachineRow, row.id).last_seen = self.ground.now()
        return machine_view(row)

    def revoke(self, by: Account, machine_id: str) -> Machine:
        """Its token opens nothing any more, from now on. Raises Refused; Conflict for the office's own machine."""
        need(by, Right.KEEP_MACHINES)
        with self.ground.writing(by) as writing:
            row = _find(writing, machine_id)
            if row.id == _own(writing.session, writing.organisation):
                raise Conflict(OWN_STAYS, OWN_WHY)
            row.state = REVOKED
            writing.note("machine.revoked", by.name, row.id)
            return machine_view(row)

    def let_back_in(self, by: Account, machine_id: str) -> Enrolled:
        """A revoked machine with a new token: the same machine, with its letter, its files and its chain.

        The token of before stays dead, whoever has it. Raises Refused; Conflict for a machine that is not revoked.
        """
        need(by, Right.KEEP_MACHINES)
        token = new_token()
        with self.ground.writing(by) as writing:
            row = _find(writing, machine_id)
            if row.state != REVOKED:
                raise Conflict(Say("the machine is not revoked", "该终端未被撤销"))
            row.state, row.token = ACTIVE, token_hash(token)
            writing.note("machine.let_back_in", by.name, row.id, letter=row.letter)
            return Enrolled(machine_view(row), token)

    def own(self) -> str:
        """The id of the machine beside the office, which the first start enrolled; empty where there was none."""
        with self.ground.reading() as session:
            return _own(session, self.ground.organisation)

    def all(self, by: Account) -> tuple[Machine, ...]:
        """All machines in the order of their enrolment."""
        need(by, Right.KEEP_MACHINES, Right.SEE_OVERVIEW)
        with self.ground.reading() as session:
            return machines_of(session, self.ground.organisation)


def _find(writing: Writing, machine_id: str) -> MachineRow:
    row = writing.session.get(MachineRow, machine_id)
    if row is None:
        raise not_there(MACHINE)
    return row


def _own(session: Session, organisation: str) -> str:
    """As the chain says it: the first that was enrolled by the office itself and by no account."""
    enrolled = select(EventRow.subject).where(
        EventRow.organisation == organisation, EventRow.kind == "machine.enrolled", EventRow.actor == OFFICE
    )
    return session.scalars(enrolled.order_by(EventRow.sequence).limit(1)).first() or ""


def machines_of(session: Session, organisation: str) -> tuple[Machine, ...]:
    """The machines of an organisation in the order of their enrolment."""
    asked = select(MachineRow).where(MachineRow.organisation == organisation).order_by(MachineRow.id)
    return tuple(machine_view(row) for row in session.scalars(asked))


def next_letter(taken: Iterable[str]) -> str:
    """A, B, … Z, AA, AB, …: the first that no machine ever had."""
    used, number = set(taken), 1
    while (letter := _letters(number)) in used:
        number += 1
    return letter


def _letters(number: int) -> str:
    text = ""
    while number:
        number, place = divmod(number - 1, 26)
        text = chr(ord("A") + place) + text
    return text
