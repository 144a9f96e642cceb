"""The first start of an office: its organisation and its first four accounts, each with a one-time link."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from classifiers.model import Level
from dlp.errors import UsageError
from dlp.language import Say
from dlp.office.accounts import LINK_LIFE
from dlp.office.ground import Writing
from dlp.office.house import Office
from dlp.office.people import Account, add_account, make_link
from dlp.office.refusals import Conflict
from dlp.office.rights import Role
from dlp.office.store.tables import AccountRow, OrganisationRow

CLEARANCES = {
    Role.SYSADMIN: Level.INTERNAL,
    Role.SECADMIN: Level.TOP_SECRET,
    Role.AUDITOR: Level.INTERNAL,
    Role.USER: Level.SENSITIVE,
}


@dataclass(frozen=True, slots=True)
class FirstLink:
    """One of the first accounts and its one-time link's token."""

    account: Account
    token: str
    expires: str

    def __repr__(self) -> str:
        """Without the token, whoever prints it."""
        return f"FirstLink({self.account.name!r})"


@dataclass(frozen=True, slots=True)
class FirstStart:
    """What is handed out once and stored nowhere."""

    organisation: str
    links: tuple[FirstLink, ...]


def set_up(
    office: Office,
    organisation: str,
    sysadmin: str = "sysadmin",
    secadmin: str = "secadmin",
    auditor: str = "auditor",
    user: str = "user",
) -> FirstStart:
    """Name the organisation and make the three officers and a first user; all or nothing.

    Raises Conflict where that was done before, UsageError for an empty name of the organisation.
    """
    if not organisation.strip():
        raise UsageError(Say("the organisation has no name", "缺少单位名称"))
    names = {Role.SYSADMIN: sysadmin, Role.SECADMIN: secadmin, Role.AUDITOR: auditor, Role.USER: user}
    with office.ground.writing() as writing:
        if writing.session.scalars(select(AccountRow.id).limit(1)).first() is not None:
            raise Conflict(
                Say("this office was set up before", "管理端已初始化"),
                Say("the system administrator makes further accounts", "更多账户由系统管理员创建"),
            )
        writing.session.get_one(OrganisationRow, writing.organisation).name = organisation.strip()[:200]
        writing.note("office.set_up", "office")
        expires = office.ground.now(LINK_LIFE)
        return FirstStart(
            writing.organisation, tuple(_first(writing, role, name, expires) for role, name in names.items())
        )


def _first(writing: Writing, role: Role, name: str, expires: str) -> FirstLink:
    row = add_account(writing, name, "", (role,), CLEARANCES[role])
    writing.note("account.created", "office", row.id, account=row.name, clearance=row.clearance)
    invited = make_link(writing, row, "office", expires)
    return FirstLink(invited.account, invited.token, invited.expires)
