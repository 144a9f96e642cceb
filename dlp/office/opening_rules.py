"""Why somebody may not open a file: the rules of the opening door, each with the word that its event carries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from classifiers.model import Level
from dlp.language import Say
from dlp.office.ground import Ground, Writing
from dlp.office.groups import find_group, is_member
from dlp.office.people import Account, AccountState, find
from dlp.office.rights import Right, allowed
from dlp.office.store.tables import EventRow, OpeningRow, RecordRow, SealedRow
from dlp.office.tokens import fold

MOST_OPENINGS = 200
WITHIN = timedelta(minutes=10)
"""A stolen password must not open the whole archive before anybody looks."""
MOST_TRIES = 400
"""Tries within that time, refused ones included, that are written down one by one."""
BULK = 20
"""Openings within that time after which a session must prove the password again: a stolen session has none."""
PROVED = "proved"

NOT_OURS = Say("this file was not sealed by this office", "该文件并非由本单位加密")
NOT_YOURS = Say("this account may not open this file", "该账户无权打开此文件")
TOO_MANY = Say("too many files were opened in a short time", "短时间内打开的文件过多")
NO_REASON = Say("opening a file of the archive needs a reason", "打开归档文件须说明理由")
EPOCH = Say("the key of the time when this file was sealed was revoked", "该文件加密时所用的密钥已被吊销")
AGAIN = Say("many files were opened; the password is needed again", "已打开较多文件，请再次输入密码")
ASK = Say("ask its sender or the security administrator", "请联系发送人或安全保密管理员")
WAIT = Say("wait ten minutes", "请十分钟后再试")
SIGN_IN = Say("enter the password again, or sign out and in", "请再次输入密码，或重新登录")

WORDS: dict[str, tuple[Say, Say]] = {
    "unregistered": (NOT_OURS, ASK),
    "unregistered_to_our_key": (NOT_OURS, ASK),
    "no_reason": (NO_REASON, ASK),
    "too_many": (TOO_MANY, WAIT),
    "password_again": (AGAIN, SIGN_IN),
    "epoch_revoked": (EPOCH, ASK),
}
"""What the reader is told; everything that is not here is told as NOT_YOURS, so that nobody learns about others."""


def words(why: str) -> tuple[Say, Say]:
    """Message and hint for a refusal."""
    return WORDS.get(why, (NOT_YOURS, ASK))


def why_not(
    ground: Ground, writing: Writing, reader: Account, row: SealedRow | RecordRow | None, *, reason: str, proven: bool
) -> str:
    """The reason of a refusal for the events, or nothing. ``proven``: the password came with this very request."""
    session = writing.session
    if reader.state != AccountState.ACTIVE:
        return "account_disabled"
    if row is None:
        return "unregistered"
    if tries(ground, session, reader) >= MOST_OPENINGS:
        return "too_many"
    if not proven and tries(ground, session, reader, _last_proof(session, reader)) >= BULK:
        return "password_again"
    if isinstance(row, RecordRow):
        return _why_not_record(reader, row, reason)
    if not allowed(reader, Right.OPEN_FILES):
        return "no_right"
    if row.revoked:
        return "revoked"
    if row.expires and row.expires <= _latest(session, writing):
        return "expired"
    return _why_not_reader(session, reader, row)


def tries(ground: Ground, session: Session, reader: Account, since: str = "", *, refused: bool = False) -> int:
    """How often the reader opened (or tried to) within the window, and after ``since`` where that is later."""
    after = max(ground.now(-WITHIN), since)
    asked = select(func.count()).select_from(OpeningRow).where(OpeningRow.account == reader.id, OpeningRow.at > after)
    outcomes = ("released", "refused") if refused else ("released",)
    return session.scalar(asked.where(OpeningRow.outcome.in_(outcomes))) or 0


def _last_proof(session: Session, reader: Account) -> str:
    asked = select(func.max(OpeningRow.at)).where(OpeningRow.account == reader.id, OpeningRow.outcome == PROVED)
    return max(session.scalar(asked) or "", find(session, reader.id).last_sign_in)


def _latest(session: Session, writing: Writing) -> str:
    """Now, or the latest time that any event saw: a clock that was set back must not open what has expired."""
    return max(writing.at, session.scalar(select(func.max(EventRow.at))) or "")


def _why_not_record(reader: Account, row: RecordRow, reason: str) -> str:
    if not allowed(reader, Right.FETCH_ARCHIVE):
        return "no_right"
    if reader.clearance < Level(row.level):
        return "clearance"
    return "" if reason else "no_reason"


def _why_not_reader(session: Session, reader: Account, row: SealedRow) -> str:
    if fold(row.sender) == fold(reader.name):
        return ""
    if reader.clearance < Level(row.level):
        return "clearance"
    if not row.group:
        return ""
    group = find_group(session, row.organisation, row.group)
    if group is None or group.closed or not is_member(session, group, reader.id):
        return "not_in_group"
    return "above_group" if Level(row.level) > Level.of(group.highest) else ""


def registered(session: Session, organisation: str, digest: str) -> SealedRow | RecordRow | None:
    """What a header stands for; anybody can encrypt to a public key, so only registered ones count as ours."""
    tables: tuple[type[SealedRow], type[RecordRow]] = (SealedRow, RecordRow)
    for table in tables:
        asked: Select[Any] = select(table).where(table.organisation == organisation, table.header_digest == digest)
        row: SealedRow | RecordRow | None = session.scalars(asked).one_or_none()
        if row is not None:
            return row
    return None
