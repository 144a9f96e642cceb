"""Accounts as rows and as people see them: what accounts, sessions and links share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from classifiers.model import Level
from dlp import ulid
from dlp.errors import UsageError
from dlp.language import Say
from dlp.office.ground import Writing
from dlp.office.refusals import Conflict, Refused, not_there
from dlp.office.rights import Role
from dlp.office.store.tables import AccountRow, LinkRow, SessionRow
from dlp.office.tokens import fold, new_token, token_hash

LONGEST_NAME = 64
ACCOUNT = Say("account", "账户")


class AccountState(StrEnum):
    """How far an account is."""

    INVITED = "invited"
    ACTIVE = "active"
    DISABLED = "disabled"
    HANDED_OVER = "handed_over"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Account:
    """A person, without anything secret."""

    id: str
    name: str
    title: str
    roles: frozenset[Role]
    clearance: Level
    state: AccountState
    created: str
    last_sign_in: str = ""


@dataclass(frozen=True, slots=True)
class Invited:
    """An account with the one-time link's token; shown once."""

    account: Account
    token: str
    expires: str

    def __repr__(self) -> str:
        """Without the token, whoever prints it."""
        return f"Invited({self.account.name!r}, expires={self.expires!r})"


def account_view(row: AccountRow) -> Account:
    """A row as people see it."""
    roles = frozenset(Role(role) for role in row.roles)
    clearance, state = Level.of(row.clearance), AccountState(row.state)
    return Account(row.id, row.name, row.title, roles, clearance, state, row.created, row.last_sign_in)


def add_account(writing: Writing, name: str, title: str, roles: Iterable[Role], clearance: Level) -> AccountRow:
    """A new row; UsageError for a bad name, Conflict for one that is taken."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or "|" in name:
        raise UsageError(
            Say("the account name is empty, too long or holds signs that do not print", "账户名为空、过长或含非法字符"),
            Say("use 1 to 64 letters, digits or signs other than |", "请使用 1 到 64 个可见字符，不含 |"),
        )
    if find_name(writing.session, writing.organisation, name):
        raise Conflict(Say("the account name is taken", "该账户名已被使用"), Say("choose another", "请另选名称"))
    row = AccountRow(
        id=ulid.new(),
        organisation=writing.organisation,
        name=name,
        folded=fold(name),
        title=title.strip()[:200],
        roles=sorted(role.value for role in roles),
        clearance=clearance.id,
        state=AccountState.INVITED,
        created=writing.at,
    )
    writing.session.add(row)
    writing.session.flush()
    return row


def make_link(writing: Writing, row: AccountRow, by: str, expires: str, reason: str = "") -> Invited:
    """A new one-time link; earlier ones of the account die. A ``reason`` is written down with it."""
    token = new_token()
    writing.session.execute(delete(LinkRow).where(LinkRow.account == row.id))
    link = LinkRow(token=token_hash(token), organisation=row.organisation, account=row.id, expires=expires)
    writing.session.add(link)
    writing.note("account.link_made", by, row.id, expires=expires, **({"reason": reason} if reason else {}))
    return Invited(account_view(row), token, expires)


def find(session: Session, account_id: str) -> AccountRow:
    """The row; NotFound."""
    row = session.get(AccountRow, account_id)
    if row is None:
        raise not_there(ACCOUNT)
    return row


def find_name(session: Session, organisation: str, name: str) -> AccountRow | None:
    """The row with this name, without regard to case."""
    wanted = select(AccountRow).where(AccountRow.organisation == organisation, AccountRow.folded == fold(name))
    return session.scalars(wanted).one_or_none()


def end_sessions(session: Session, account_id: str, but: str = "") -> None:
    """End all sessions of an account, except the one with this token hash."""
    session.execute(delete(SessionRow).where(SessionRow.account == account_id, SessionRow.token != but))


def not_oneself(by: Account, account_id: str) -> None:
    """Raise Refused for what nobody does to their own account."""
    if by.id == account_id:
        raise Refused(
            Say("nobody changes the rights of their own account", "不得更改自己账户的权限"),
            Say("ask another officer", "请由另一名管理人员操作"),
        )
