"""The way from the first start to a file that was sent and opened, step by step.

Each step reads off from what is there whether it is done, so that the way is taken up where it was left, by whoever's
turn it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, select
from sqlalchemy.orm import Session

from dlp.language import Say
from dlp.office.ground import Ground
from dlp.office.people import Account
from dlp.office.rights import OFFICERS, Role
from dlp.office.settings import ACCOUNTS, PROFILE, SEEN
from dlp.office.store.tables import (
    AccountRow,
    EventRow,
    GroupRow,
    MachineRow,
    MemberRow,
    OpeningRow,
    OrganisationRow,
    SealedRow,
    TransferRow,
)

FIRST_ACCOUNTS = 4


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, by whom, whether it is done, and whether it is the next."""

    key: str
    title: Say
    role: Role
    """Whose step it is."""
    done: bool
    next: bool = False
    mine: bool = False
    """Whether this account has the role."""


TITLES: Mapping[str, tuple[Say, Role]] = {
    "sysadmin": (Say("The system administrator signs in", "系统管理员首次登录"), Role.SYSADMIN),
    "secadmin": (
        Say("The security administrator signs in", "安全保密管理员首次登录"),
        Role.SECADMIN,
    ),
    "auditor": (Say("The security auditor signs in", "安全审计员首次登录"), Role.AUDITOR),
    "profile": (Say("Choose the policy profile", "选择策略方案"), Role.SECADMIN),
    "notice": (
        Say("Choose the work accounts, and tell their people", "选择工作账号并告知相关人员"),
        Role.SECADMIN,
    ),
    "people": (
        Say("Make accounts for the people who send and read files", "为收发文件的人员创建账户"),
        Role.SYSADMIN,
    ),
    "group": (
        Say("Make the first group, with purpose, owner and readers", "创建首个群组，明确用途、负责人和接收人"),
        Role.SECADMIN,
    ),
    "machine": (Say("A machine has reported", "终端已上线"), Role.SYSADMIN),
    "sent": (Say("Drop the test file into the outbox folder", "将测试文件放入外发文件夹"), Role.USER),
    "opened": (Say("Open its sealed copy", "打开其加密副本"), Role.USER),
    "checkpoint": (
        Say("Take a first checkpoint and keep it elsewhere", "生成首个检查点并另行保存"),
        Role.AUDITOR,
    ),
}


def steps(ground: Ground, account: Account, profile: str, accounts: tuple[str, ...]) -> tuple[Step, ...]:
    """The steps for this account; empty once all are done. Officers see the whole office's, others their own two.

    ``profile`` and ``accounts`` (work accounts) are what this machine was set up with, and hold until others are
    chosen: a confirmation of something else is none.
    """
    officer = bool(OFFICERS & account.roles)
    with ground.reading() as session:
        if officer:
            done = _office(session, ground.organisation, profile, accounts)
        else:
            done = _own(session, account) if Role.USER in account.roles else {}
    if all(done.values()):
        return ()
    first = next(key for key in TITLES if done.get(key) is False)
    return tuple(
        Step(key, title, role, done[key], key == first, role in account.roles)
        for key, (title, role) in TITLES.items()
        if key in done
    )


def _office(session: Session, organisation: str, profile: str, accounts: tuple[str, ...]) -> dict[str, bool]:
    """All of it with one question, because the first page asks it each time."""
    row = session.get_one(OrganisationRow, organisation)
    seen: Mapping[str, Any] = row.settings.get(SEEN, {})
    asked: dict[str, ColumnElement[Any]] = {
        **{role.value: _signed_in(role) for role in (Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR)},
        "people": select(func.count()).select_from(AccountRow).scalar_subquery() > FIRST_ACCOUNTS,
        "group": _group_with_readers(),
        "machine": exists().where(MachineRow.last_seen != ""),
        "sent": exists().where(SealedRow.id != ""),
        "opened": exists().where(and_(OpeningRow.outcome == "released", OpeningRow.header_digest != "")),
        "checkpoint": exists().where(EventRow.kind == "audit.checkpoint"),
    }
    found = session.execute(select(*(value.label(key) for key, value in asked.items()))).one()
    done = {key: bool(value) for key, value in found._mapping.items()}
    now = {"profile": row.settings.get(PROFILE) or profile, "notice": row.settings.get(ACCOUNTS, list(accounts))}
    return {**done, **{key: seen.get(key) == value for key, value in now.items()}}


def _signed_in(role: Role) -> ColumnElement[bool]:
    has = cast(AccountRow.roles, String).like(f'%"{role.value}"%')
    return exists().where(and_(AccountRow.last_sign_in != "", has))


def _group_with_readers() -> ColumnElement[bool]:
    members = select(func.count()).select_from(MemberRow).where(MemberRow.group == GroupRow.id).scalar_subquery()
    return exists().where(and_(GroupRow.closed.is_(False), members > 1))


def _own(session: Session, account: Account) -> dict[str, bool]:
    sent = exists().where(func.lower(TransferRow.person) == account.name.lower())
    opened = exists().where(and_(OpeningRow.account == account.id, OpeningRow.outcome == "released"))
    found = session.execute(select(sent.label("sent"), opened.label("opened"))).one()
    return {"sent": bool(found.sent), "opened": bool(found.opened)}
