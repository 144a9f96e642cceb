"""What happens to accounts over time: departments, inventory, hand-over, closing, sanctions (R5.4, R5.5, R3.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select

from dlp import ulid
from dlp.errors import UsageError
from dlp.language import Say
from dlp.office.ground import Ground, Writing
from dlp.office.groups import REVISION
from dlp.office.officers import keep_every_office
from dlp.office.people import Account, AccountState, account_view, end_sessions, find, not_oneself
from dlp.office.refusals import Conflict, Refused
from dlp.office.rights import OFFICERS, Right, Role, need
from dlp.office.store.tables import AccountRow, GroupRow, LinkRow, MemberRow, OrganisationRow, SanctionRow

DORMANT = timedelta(days=90)
GRADES = ("warning", "criticism", "fine", "suspension", "dismissal", "commendation")
CHECKS = ("copies", "devices", "groups", "files")
"""Own copies cleaned up; devices and WeChat account handed back; groups told; open files handed over."""
MOST = 200


@dataclass(frozen=True, slots=True)
class Listed:
    """One account of the inventory."""

    account: Account
    department: str
    suspended_until: str
    dormant: bool


@dataclass(frozen=True, slots=True)
class Sanction:
    """One line of the ledger."""

    name: str
    grade: str
    basis: str
    by: str
    at: str
    until: str


@dataclass(frozen=True, slots=True)
class Careers:
    """The accounts of this office over time."""

    ground: Ground

    def inventory(self, by: Account) -> tuple[Listed, ...]:
        """Every account by name; dormant: active, and nobody signed in with it for 90 days."""
        need(by, Right.KEEP_ACCOUNTS, Right.GRANT, Right.READ_EVENTS)
        before = self.ground.now(-DORMANT)
        with self.ground.reading() as session:
            asked = select(AccountRow).where(AccountRow.organisation == self.ground.organisation)
            rows = session.scalars(asked.order_by(AccountRow.folded)).all()
        return tuple(_listed(row, before, self.ground.now()) for row in rows)

    def describe(self, by: Account, account_id: str, title: str, department: str) -> Account:
        """Name, post and department of the person."""
        need(by, Right.KEEP_ACCOUNTS)
        with self.ground.writing(by) as writing:
            row = find(writing.session, account_id)
            row.title, row.department = title.strip()[:200], department.strip()[:100]
            writing.note("account.described", by.name, row.id)
            return account_view(row)

    def hand_over(self, by: Account, account_id: str, to_id: str, checks: list[str]) -> Account:
        """Move an account's groups to another person and shut it.

        The security administrator does this, and the system administrator closes the account afterwards: who makes
        accounts must not be able to give one of them a group. Raises UsageError while a check is missing, Conflict for
        one that ended before or that is the only officer of a kind.
        """
        need(by, Right.GRANT)
        not_oneself(by, account_id)
        if set(checks) != set(CHECKS):
            raise UsageError(
                Say("the checklist is not complete", "交接清单未完成"), Say("tick every line", "请逐项确认")
            )
        with self.ground.writing(by) as writing:
            row, heir = find(writing.session, account_id), find(writing.session, to_id)
            if heir.id in {row.id, by.id} or heir.state != AccountState.ACTIVE or OFFICERS & account_view(heir).roles:
                raise Refused(Say("that person cannot take it over", "该人员不能接收交接"))
            if row.state in {AccountState.HANDED_OVER, AccountState.CLOSED}:
                raise Conflict(Say("the account was handed over before", "该账户已交接"))
            keep_every_office(writing, row)
            moved = _move_groups(writing, row, heir)
            _shut(writing, row, AccountState.HANDED_OVER)
            writing.note("account.handed_over", by.name, row.id, to=heir.name, groups=moved, checks=sorted(checks))
            return account_view(row)

    def close(self, by: Account, account_id: str) -> Account:
        """End an account for good. Raises Refused; Conflict while it owns groups or is the only officer of a kind."""
        need(by, Right.KEEP_ACCOUNTS)
        not_oneself(by, account_id)
        with self.ground.writing(by) as writing:
            row = find(writing.session, account_id)
            owned = select(GroupRow.id).where(GroupRow.owner == row.id, GroupRow.closed.is_(False)).limit(1)
            if writing.session.scalar(owned):
                raise Conflict(
                    Say("the account still owns groups", "该账户仍负责群组"),
                    Say("the security administrator hands them over first", "请先由安全保密管理员办理交接"),
                )
            keep_every_office(writing, row)
            _shut(writing, row, AccountState.CLOSED)
            writing.note("account.closed", by.name, row.id)
            return account_view(row)

    def compromised(self, account: Account) -> None:
        """The owner says that somebody else may know the password: every session of theirs ends (R2.1)."""
        with self.ground.writing(account) as writing:
            end_sessions(writing.session, account.id)
            writing.note("account.compromise_reported", account.name, account.id)

    def sanction(self, by: Account, account_id: str, grade: str, basis: str, days: int = 0) -> None:
        """Write a line into the ledger; a suspension also stops the person's sending for so many days."""
        need(by, Right.DECIDE)
        not_oneself(by, account_id)
        if grade not in GRADES or not basis.strip() or not 0 <= days <= 3650 or (grade == "suspension") != (days > 0):
            raise UsageError(
                Say(
                    "expected a grade, its basis, and days for a suspension only",
                    "请填写等级、依据；仅暂停发送须填天数",
                )
            )
        with self.ground.writing(by) as writing:
            row = find(writing.session, account_id)
            until = self.ground.now(timedelta(days=days)) if days else ""
            line = SanctionRow(
                id=ulid.new(),
                organisation=writing.organisation,
                account=row.id,
                name=row.name,
                grade=grade,
                basis=basis.strip()[:1000],
                by=by.name,
                at=writing.at,
                until=until,
            )
            writing.session.add(line)
            if until:
                row.suspended_until = until
                _tell_machines(writing)
            writing.note("account.sanctioned", by.name, row.id, grade=grade, until=until)

    def ledger(self, by: Account, account_id: str = "") -> tuple[Sanction, ...]:
        """The lines of one person or of everybody, newest first."""
        if account_id != by.id:
            need(by, Right.DECIDE, Right.READ_EVENTS)
        with self.ground.reading() as session:
            asked = select(SanctionRow).where(SanctionRow.organisation == self.ground.organisation)
            if account_id:
                asked = asked.where(SanctionRow.account == account_id)
            rows = session.scalars(asked.order_by(SanctionRow.id.desc()).limit(MOST))
            return tuple(Sanction(one.name, one.grade, one.basis, one.by, one.at, one.until) for one in rows)

    def suspended(self) -> tuple[str, ...]:
        """The names of those who send nothing now, for agents."""
        with self.ground.reading() as session:
            asked = select(AccountRow.name).where(AccountRow.suspended_until > self.ground.now())
            return tuple(session.scalars(asked.where(AccountRow.organisation == self.ground.organisation)))


def _listed(row: AccountRow, before: str, now: str) -> Listed:
    used = row.last_sign_in or row.created
    dormant = row.state == AccountState.ACTIVE and used < before
    return Listed(account_view(row), row.department, row.suspended_until if row.suspended_until > now else "", dormant)


def _move_groups(writing: Writing, row: AccountRow, heir: AccountRow) -> int:
    groups = writing.session.scalars(select(GroupRow).where(GroupRow.owner == row.id)).all()
    for group in groups:
        group.owner = heir.id
        if writing.session.get(MemberRow, (group.id, heir.id)) is None:
            writing.session.add(MemberRow(organisation=row.organisation, group=group.id, account=heir.id))
    if groups:
        heir.roles = sorted({*heir.roles, Role.GROUP_OWNER.value})
        end_sessions(writing.session, heir.id)
    writing.session.execute(delete(MemberRow).where(MemberRow.account == row.id))
    return len(groups)


def _shut(writing: Writing, row: AccountRow, state: AccountState) -> None:
    row.state, row.password = state, ""
    end_sessions(writing.session, row.id)
    writing.session.execute(delete(LinkRow).where(LinkRow.account == row.id))


def _tell_machines(writing: Writing) -> None:
    row = writing.session.get_one(OrganisationRow, writing.organisation)
    row.settings = {**row.settings, REVISION: int(row.settings.get(REVISION, 0)) + 1}
