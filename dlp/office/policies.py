"""Versions of the organisation's policy: drafted, asked for, activated by a second person, and rolled back alike."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, select, update

from dlp import ulid
from dlp.errors import UsageError
from dlp.language import Say
from dlp.office.ground import Ground
from dlp.office.machines import ACTIVE
from dlp.office.people import Account
from dlp.office.refusals import Conflict, Refused, not_there
from dlp.office.rights import Right, need
from dlp.office.settings import alone_after_hours, only_officer
from dlp.office.store.tables import MachineRow, TransferRow, VersionRow

VERSION = Say("policy version", "策略版本")
LARGEST = 256 * 1024


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the policy."""

    id: str
    number: int
    digest: str
    text: str
    note: str
    state: str
    by: str
    at: str
    confirmed_by: str
    active_at: str


@dataclass(frozen=True, slots=True)
class Used:
    """What a machine judged its last file with, as it reported."""

    letter: str
    name: str
    policy: str
    rules: str
    at: str


@dataclass(frozen=True, slots=True)
class Policies:
    """The versions of this office."""

    ground: Ground

    def all(self, account: Account) -> tuple[Version, ...]:
        """Every version, newest first."""
        need(account, Right.SEE_POLICY)
        with self.ground.reading() as session:
            rows = session.scalars(self._mine().order_by(VersionRow.number.desc()))
            return tuple(_view(row) for row in rows)

    def show(self, account: Account, version_id: str) -> Version:
        """One version; NotFound."""
        found = next((one for one in self.all(account) if one.id == version_id), None)
        if found is None:
            raise not_there(VERSION)
        return found

    def used(self, account: Account) -> tuple[Used, ...]:
        """For each machine that is not revoked what it judged with last; empty fields where it reported nothing."""
        need(account, Right.SEE_POLICY)
        last = select(TransferRow.id).where(TransferRow.machine == MachineRow.id).order_by(TransferRow.id.desc())
        joined = select(MachineRow, TransferRow).outerjoin(
            TransferRow, TransferRow.id == last.limit(1).correlate(MachineRow).scalar_subquery()
        )
        asked = joined.where(MachineRow.organisation == self.ground.organisation, MachineRow.state == ACTIVE)
        with self.ground.reading() as session:
            return tuple(
                Used(machine.letter, machine.name, *((one.policy, one.rules, one.at) if one else ("", "", "")))
                for machine, one in session.execute(asked.order_by(MachineRow.letter))
            )

    def draft(self, account: Account, text: str, note: str) -> Version:
        """Keep a text as a new version; whoever calls this has run its examples."""
        need(account, Right.DECIDE)
        text = text.replace("\r\n", "\n")  # a form sends it so, and the digest is that of the file it becomes
        if not text.strip() or len(text.encode()) > LARGEST or not note.strip():
            raise UsageError(Say("a policy and what changed in it are needed", "须填写策略内容和修改说明"))
        with self.ground.writing(account) as writing:
            newest = select(func.max(VersionRow.number)).where(VersionRow.organisation == writing.organisation)
            row = VersionRow(
                id=ulid.new(),
                organisation=writing.organisation,
                number=(writing.session.scalar(newest) or 0) + 1,
                digest=hashlib.sha256(text.encode()).hexdigest(),
                text=text,
                note=note.strip()[:1000],
                state="draft",
                account=account.id,
                by=account.name,
                at=writing.at,
            )
            writing.session.add(row)
            writing.note("policy.drafted", account.name, row.id, number=row.number, digest=row.digest)
            return _view(row)

    def ask(self, account: Account, version_id: str) -> None:
        """Ask that a draft, or an old version again, becomes active; another asking falls."""
        need(account, Right.DECIDE)
        with self.ground.writing(account) as writing:
            row = writing.session.get(VersionRow, version_id)
            if row is None:
                raise not_there(VERSION)
            if row.state not in {"draft", "old"}:
                raise Conflict(Say("that version is active or asked for already", "该版本已启用或已申请启用"))
            asked = update(VersionRow).where(VersionRow.state == "asked")
            writing.session.execute(asked.values(state="draft"))
            row.state, row.account, row.by, row.at = "asked", account.id, account.name, writing.at
            writing.note("policy.asked", account.name, row.id, number=row.number)

    def confirm(self, account: Account, version_id: str, publish: Callable[[str], None]) -> Version:
        """Make it the active one, as the second of two. ``publish`` puts it in force; what it raises undoes all.

        Raises Refused for who asked, except where the office chose that its only officer may after a day.
        """
        need(account, Right.DECIDE)
        with self.ground.writing(account) as writing:
            row = writing.session.get(VersionRow, version_id)
            if row is None:
                raise not_there(VERSION)
            if row.state != "asked":
                raise Conflict(Say("nobody asks for that version", "该版本未申请启用"))
            hours = alone_after_hours(writing.session, writing.organisation)
            waited = hours > 0 and row.at <= self.ground.now(-timedelta(hours=hours))
            alone = waited and only_officer(writing.session, writing.organisation, account)
            if row.account == account.id and not alone:
                raise Refused(Say("who asked never approves", "申请人不得审批"))
            active = update(VersionRow).where(VersionRow.state == "active")
            writing.session.execute(active.values(state="old"))
            row.state, row.confirmed_by, row.active_at = "active", account.name, writing.at
            names = {"number": row.number, "digest": row.digest, "by": [row.by, account.name]}
            writing.note("policy.activated", account.name, row.id, **names)
            publish(row.text)
            return _view(row)

    def _mine(self) -> Select[Any]:
        return select(VersionRow).where(VersionRow.organisation == self.ground.organisation)


def _view(row: VersionRow) -> Version:
    return Version(**{name: getattr(row, name) for name in Version.__slots__})
