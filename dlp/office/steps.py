"""The first steps after the first start, read off from what is there: no step is skipped by a click."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dlp.language import Say
from dlp.office.ground import Ground
from dlp.office.people import Account
from dlp.office.rights import Role
from dlp.office.store.tables import AccountRow, EventRow, GroupRow, MachineRow, MemberRow, OpeningRow, TransferRow

FIRST_ACCOUNTS = 4
KEEP = Say("Take a first checkpoint and keep it elsewhere", "生成首个检查点并另行保存")
MAKE = Say("Make accounts for the people who send and read files", "为收发文件的人员创建账户")
GROUP = Say("Make the first group, with purpose and owner", "创建首个群组，明确用途和负责人")
READ = Say("Read how each clause is answered here", "查看各条款的落实情况")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, whether it is done, and the page where it is done."""

    title: Say
    done: bool
    page: str


def steps(ground: Ground, account: Account) -> tuple[Step, ...]:
    """The steps of this account's office; empty once all are done."""
    with ground.reading() as session:
        found: list[Step] = []
        if Role.SYSADMIN in account.roles:
            found += _sysadmin(session)
        if Role.SECADMIN in account.roles:
            found += _secadmin(session)
        if Role.AUDITOR in account.roles:
            taken = _any(session, select(EventRow.id).where(EventRow.kind == "audit.checkpoint"))
            found.append(
                Step(
                    Say("Take a first checkpoint and keep it elsewhere", "生成首个检查点并另行保存"),
                    taken,
                    "audit.page",
                )
            )
        if Role.USER in account.roles:
            found += _user(session, account)
    return () if all(step.done for step in found) else tuple(found)


def _sysadmin(session: Session) -> list[Step]:
    people = (session.scalar(select(func.count()).select_from(AccountRow)) or 0) > FIRST_ACCOUNTS
    machine = _any(session, select(MachineRow.id).where(MachineRow.last_seen != ""))
    return [
        Step(
            Say("Make accounts for the people who send and read files", "为收发文件的人员创建账户"),
            people,
            "people.page",
        ),
        Step(Say("A machine has reported", "终端已上线"), machine, "groups.machines"),
    ]


def _secadmin(session: Session) -> list[Step]:
    named = select(EventRow.id).where(EventRow.kind == "setting.changed", EventRow.subject == "organisation")
    group = _any(session, select(GroupRow.id).where(GroupRow.closed.is_(False)))
    readers = (session.scalar(select(func.count()).select_from(MemberRow)) or 0) > 1
    return [
        Step(Say("Write the organisation's name", "填写单位名称"), _any(session, named), "settings.page"),
        Step(
            Say("Make the first group, with purpose and owner", "创建首个群组，明确用途和负责人"), group, "groups.page"
        ),
        Step(Say("Take readers into it", "将接收人加入群组"), readers, "groups.page"),
        Step(
            Say("Read how each clause is answered here", "查看各条款的落实情况"),
            group and readers,
            "reports.compliance",
        ),
    ]


def _user(session: Session, account: Account) -> list[Step]:
    sent = select(TransferRow.id).where(func.lower(TransferRow.person) == account.name.lower())
    sent_any = _any(session, sent) or _any(session, select(TransferRow.id))
    opened = select(OpeningRow.id).where(OpeningRow.account == account.id, OpeningRow.outcome == "released")
    return [
        Step(Say("Drop a test file into the outbox folder", "将测试文件放入外发文件夹"), sent_any, "transfers.page"),
        Step(Say("Open a sealed file here", "在此打开一个加密文件"), _any(session, opened), "sealed.open_page"),
    ]


def _any(session: Session, asked: Any) -> bool:  # noqa: ANN401 - a Select of any column
    return session.scalar(asked.limit(1)) is not None
