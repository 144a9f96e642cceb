"""The three offices are never left empty: an office without its officer could not be put right from within.

Without a security administrator nobody grants roles, without a system administrator nobody makes accounts, and
without an auditor nobody watches the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from sqlalchemy import select

from dlp.language import Say
from dlp.office.ground import Writing
from dlp.office.people import AccountState, account_view
from dlp.office.refusals import Conflict
from dlp.office.rights import OFFICERS, Role
from dlp.office.store.tables import AccountRow

NAMES: Mapping[Role, Say] = MappingProxyType(
    {
        Role.SYSADMIN: Say("system administrator", "系统管理员"),
        Role.SECADMIN: Say("security administrator", "安全保密管理员"),
        Role.AUDITOR: Say("security auditor", "安全审计员"),
    }
)
NEXT = Say(
    "give another account this role first and let its owner sign in once; for a lost password a new link is enough",
    "请先将该角色授予另一账户，并由其本人登录一次；如仅忘记密码，重新生成一次性链接即可",
)


def keep_every_office(writing: Writing, row: AccountRow, kept: Iterable[Role] = ()) -> None:
    """Raise Conflict where this account gives up an office that no other active account holds.

    ``kept``: the roles that it keeps. Asked within the change itself, so that two officers who shut one another at the
    same time do not both succeed.
    """
    given_up = (account_view(row).roles & OFFICERS) - frozenset(kept)
    if not given_up:
        return
    active = select(AccountRow).where(
        AccountRow.organisation == writing.organisation,
        AccountRow.state == AccountState.ACTIVE,
        AccountRow.id != row.id,
    )
    held = {role for one in writing.session.scalars(active) for role in account_view(one).roles}
    for role in sorted(given_up - held):
        raise Conflict(
            Say("the only active {role} is {name}", "唯一启用中的{role}是 {name}").format(
                name=row.name, role=NAMES[role]
            ),
            NEXT,
        )
