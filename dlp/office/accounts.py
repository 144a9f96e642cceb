"""People: created by the system administrator, given roles and clearance by the security administrator."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import delete, select

from classifiers.model import Level
from dlp.errors import UsageError
from dlp.language import Say
from dlp.office.entry import Entry
from dlp.office.ground import Writing
from dlp.office.officers import keep_every_office
from dlp.office.people import (
    Account,
    AccountState,
    Invited,
    account_view,
    add_account,
    end_sessions,
    find,
    find_name,
    make_link,
    not_oneself,
)
from dlp.office.reasons import given, said
from dlp.office.refusals import Conflict, Refused
from dlp.office.rights import OFFICERS, Right, Role, keeps_offices_apart, need
from dlp.office.store.tables import AccountRow, LinkRow

LINK_LIFE = timedelta(days=3)
# Whoever creates an account could use its link before its owner does, so more clearance takes a second officer.
HIGHEST_AT_CREATION = Level.SENSITIVE
ENDED = frozenset({AccountState.HANDED_OVER, AccountState.CLOSED})


class Accounts(Entry):
    """The accounts of this office."""

    def create(self, by: Account, name: str, title: str = "", clearance: Level = Level.INTERNAL) -> Invited:
        """A new account with role user, and its one-time link.

        Raises Refused without the right or above what may be given at once, Conflict where the name is taken.
        """
        need(by, Right.KEEP_ACCOUNTS)
        if clearance > HIGHEST_AT_CREATION:
            raise Refused(
                Say("a new account gets at most the clearance sensitive", "新账户的密级权限最高为“敏感”"),
                Say("the security administrator grants more afterwards", "更高权限由安全保密管理员授予"),
            )
        with self.ground.writing(by) as writing:
            row = add_account(writing, name, title, (Role.USER,), clearance)
            writing.note("account.created", by.name, row.id, account=row.name, clearance=clearance.id)
            return self._link(writing, row, by.name)

    def _link(self, writing: Writing, row: AccountRow, by: str) -> Invited:
        return make_link(writing, row, by, self.ground.now(LINK_LIFE))

    def grant(self, by: Account, account_id: str, roles: Iterable[Role], clearance: Level) -> Account:
        """Set roles and clearance; sessions of the account end, so that nothing old stays open.

        Raises Refused without the right, for one's own account, and for two officers in one account; Conflict for an
        account that ended for good, and where it would take away the only officer of a kind.
        """
        need(by, Right.GRANT)
        chosen = frozenset(roles)
        if not keeps_offices_apart(chosen):
            raise Refused(
                Say(
                    "one account holds at most one of sysadmin, secadmin and auditor",
                    "系统管理员、安全保密管理员、安全审计员三者不得由同一账户兼任",
                ),
                Say("use separate accounts", "请使用不同账户"),
            )
        not_oneself(by, account_id)
        with self.ground.writing(by) as writing:
            row = find(writing.session, account_id)
            if row.state in ENDED:
                raise _ended()
            keep_every_office(writing, row, chosen)
            row.roles = sorted(role.value for role in chosen)
            row.clearance = clearance.id
            end_sessions(writing.session, row.id)
            writing.note("account.granted", by.name, row.id, roles=row.roles, clearance=clearance.id)
            return account_view(row)

    def invite(self, by: Account, account_id: str) -> Invited:
        """A new one-time link; earlier ones die. An officer's link is made by another officer who grants."""
        not_oneself(by, account_id)
        with self.ground.writing(by) as writing:
            row = find(writing.session, account_id)
            officer = bool(OFFICERS.intersection(account_view(row).roles))
            need(by, Right.GRANT if officer else Right.KEEP_ACCOUNTS)
            _may_get_a_link(row)
            return self._link(writing, row, by.name)

    def invite_here(self, name: str, by: str, reason: str) -> Invited:
        """The same for whoever holds the office's files, of any account: the way back in where no officer is left.

        Raises UsageError for an unknown name or an empty reason, Conflict for an account that is shut.
        """
        why = given(reason)
        with self.ground.writing() as writing:
            row = find_name(writing.session, writing.organisation, name)
            if row is None:
                raise UsageError(Say("there is no account {name!r}", "没有账户 {name!r}").format(name=name))
            _may_get_a_link(row)
            return make_link(writing, row, by, self.ground.now(LINK_LIFE), why)

    def disable(self, by: Account, account_id: str, reason: str = "") -> Account:
        """Shut an account, at once: its sessions and links end in the same transaction.

        Raises Refused, and Conflict for one that ended for good or that is the only officer of a kind.
        """
        need(by, Right.KEEP_ACCOUNTS)
        not_oneself(by, account_id)
        with self.ground.writing(by) as writing:
            row = find(writing.session, account_id)
            if row.state in ENDED:
                raise _ended()
            keep_every_office(writing, row)
            row.state = AccountState.DISABLED
            end_sessions(writing.session, row.id)
            writing.session.execute(delete(LinkRow).where(LinkRow.account == row.id))
            writing.note("account.disabled", by.name, row.id, **said(reason))
            return account_view(row)

    def enable(self, by: Account, account_id: str, reason: str = "") -> Account:
        """Open an account that was disabled; a password that was set before is valid again."""
        need(by, Right.KEEP_ACCOUNTS)
        not_oneself(by, account_id)
        with self.ground.writing(by) as writing:
            row = find(writing.session, account_id)
            if row.state in ENDED:
                raise _ended()
            row.state = AccountState.ACTIVE if row.password else AccountState.INVITED
            row.failed, row.locked_until = 0, ""
            writing.note("account.enabled", by.name, row.id, **said(reason))
            return account_view(row)

    def get(self, account_id: str) -> Account:
        """The account; NotFound."""
        with self.ground.reading() as session:
            return account_view(find(session, account_id))

    def by_name(self, name: str) -> Account | None:
        """The account with this name, without regard to case."""
        with self.ground.reading() as session:
            row = find_name(session, self.ground.organisation, name)
            return account_view(row) if row else None

    def all(self, by: Account) -> tuple[Account, ...]:
        """All accounts by name."""
        need(by, Right.KEEP_ACCOUNTS, Right.GRANT, Right.READ_EVENTS)
        with self.ground.reading() as session:
            rows = session.scalars(
                select(AccountRow)
                .where(AccountRow.organisation == self.ground.organisation)
                .order_by(AccountRow.folded)
            )
            return tuple(account_view(row) for row in rows)


def _may_get_a_link(row: AccountRow) -> None:
    if row.state in ENDED:
        raise _ended()
    if row.state == AccountState.DISABLED:
        raise Conflict(
            Say("the account is disabled", "该账户已停用"),
            Say("the system administrator enables it first", "请先由系统管理员启用"),
        )


def _ended() -> Conflict:
    return Conflict(Say("the account ended for good", "该账户已注销"), Say("make a new account", "请另建账户"))
