"""What one account may do about one incident now. The two-people rule lives here and nowhere else."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dlp.language import Say
from dlp.model import Choice, Option
from dlp.office.ground import moment
from dlp.office.groups import find_group, owns
from dlp.office.people import Account
from dlp.office.rights import Right, allowed
from dlp.office.settings import alone_after_hours, only_officer
from dlp.office.store.tables import ApprovalRow, IncidentRow, TransferRow
from dlp.office.tokens import fold
from dlp.office.views import Offer, options_of

WAITING = ("open", "asked")
PASSING = frozenset({Choice.RELEASE, Choice.RELEASE_SEALED, Choice.FALSE_POSITIVE})

GONE = frozenset({"after", "bypass"})
"""Reasons of a verdict about a file that has gone already; there, to keep things as they are ends the incident."""

NO_RIGHT = Say("only an officer or the group's owner decides", "仅管理人员或群组负责人可处理")
OVER = Say("the incident is decided already", "该事件已处理")
OWN_FILE = Say("nobody releases their own file", "不得放行自己的文件")
OWN_LEAK = Say("nobody ends an incident about their own file that has gone", "不得结束涉及本人已发出文件的事件")
WHO_ASKED = Say("who asked never approves; another account must confirm", "申请人不得审批，须由另一账户确认")


def of(session: Session, account: Account, row: IncidentRow, now: datetime) -> tuple[Offer, ...]:
    """Each option of the incident as it stands for this account now."""
    transfer = session.get_one(TransferRow, row.transfer)
    barred = _barred(session, account, row)
    asked = standing(session, row) if row.state == "asked" else None
    alone = asked is not None and _alone(session, account, asked, now)
    return tuple(_offer(account, transfer, asked, option, barred, alone) for option in options_of(transfer))


def _alone(session: Session, account: Account, asked: ApprovalRow, now: datetime) -> bool:
    """Whether a small office lets its only officer confirm after waiting (DESIGN 5.3). Off until it is chosen."""
    hours = alone_after_hours(session, asked.organisation)
    waited = hours > 0 and asked.at <= moment(now - timedelta(hours=hours))
    return waited and only_officer(session, asked.organisation, account)


def _barred(session: Session, account: Account, row: IncidentRow) -> Say | None:
    if row.state not in WAITING:
        return OVER
    return None if may_decide(session, account, row) else NO_RIGHT


def _offer(
    account: Account,
    transfer: TransferRow,
    asked: ApprovalRow | None,
    option: Option,
    barred: Say | None,
    alone: bool,
) -> Offer:
    if barred:
        return Offer(option, False, why_not=barred)
    if fold(transfer.person) == fold(account.name):
        if _has_gone(transfer):
            return Offer(option, False, why_not=OWN_LEAK)
        if option.choice in PASSING:
            return Offer(option, False, why_not=OWN_FILE)
    if option.people > 1 and asked is not None and asked.choice == option.choice:
        if asked.account == account.id and not alone:
            return Offer(option, False, why_not=WHO_ASKED)
        return Offer(option, True, confirms=True)
    return Offer(option, True)


def _has_gone(transfer: TransferRow) -> bool:
    """Whether it went out before anybody could decide: found after its release, or past the outbox."""
    return any(one["rule"] in GONE for one in transfer.because)


def may_decide(session: Session, account: Account, row: IncidentRow) -> bool:
    """Whether the account is an officer who reviews, or owns the group that the file was declared for."""
    if allowed(account, Right.DECIDE):
        return True
    transfer = session.get_one(TransferRow, row.transfer)
    group = find_group(session, row.organisation, transfer.group)
    return group is not None and owns(group, account)


def standing(session: Session, row: IncidentRow) -> ApprovalRow | None:
    """The asking that waits for a second person."""
    asked = select(ApprovalRow).where(ApprovalRow.incident == row.id, ApprovalRow.standing)
    return session.scalars(asked.order_by(ApprovalRow.id.desc()).limit(1)).one_or_none()
