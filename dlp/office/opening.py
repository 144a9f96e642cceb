"""Releasing a file key to a reader: asked, judged, written down, and only then unwrapped (invariant 7)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from classifiers.model import Level
from dlp import ulid
from dlp.errors import KeysError, UsageError
from dlp.language import Say
from dlp.link.protocol import opening_context as context
from dlp.office.ground import Ground, Writing
from dlp.office.groups import find_group, is_member
from dlp.office.people import Account, AccountState, account_view, find
from dlp.office.rights import Right, allowed
from dlp.office.store.tables import OpeningRow, RecordRow, SealedRow
from dlp.office.tokens import fold

LARGEST_HEADER = 64 * 1024
LONGEST_REASON = 2000
MOST_OPENINGS = 200
WITHIN = timedelta(minutes=10)
"""A stolen password must not open the whole archive before anybody looks."""

NOT_OURS = Say("this file was not sealed by this office", "该文件并非由本单位加密")
NOT_YOURS = Say("this account may not open this file", "该账户无权打开此文件")
TOO_MANY = Say("too many files were opened in a short time", "短时间内打开的文件过多")
ASK = Say("ask its sender or the security administrator", "请联系发送人或安全保密管理员")


@dataclass(frozen=True, slots=True)
class Release:
    """The file key, wrapped for one client only, and what the file is called."""

    wrapped: str
    name: str
    size: int
    sha256: str

    def __repr__(self) -> str:
        """Without the key, whoever prints it."""
        return f"Release({self.sha256!r})"


@dataclass(frozen=True, slots=True)
class Openings:
    """The door to every sealed file."""

    ground: Ground

    def release(self, account: Account, header: bytes, client_key: str, reason: str = "", name: str = "") -> Release:
        """The file key of a registered header for a reader who may open it.

        ``name`` is the account's name as the client wrote it, where it differs in case. Archive records need a
        reason. The event is durable before the keystore is asked. Raises KeysError where it is refused (which is an
        event too), UsageError for a header or client key that is none.
        """
        if not header or len(header) > LARGEST_HEADER:
            raise UsageError(Say("the header is empty or too long", "文件头为空或过长"))
        if name and fold(name) != fold(account.name):
            raise UsageError(Say("the name is not that of the account", "名称与账户不符"))
        found, refusal = self._judged(account, hashlib.sha256(header).hexdigest(), reason.strip())
        if refusal or found is None:
            raise KeysError(refusal or NOT_OURS, ASK)
        wrapped = self._wrapped(account, header, client_key, name)
        return Release(wrapped, found.name, found.size, found.sha256)

    def _judged(self, account: Account, digest: str, reason: str) -> tuple[SealedRow | RecordRow | None, Say | None]:
        """What was found and why it is refused; on return the event is on disk."""
        with self.ground.writing() as writing:
            row = registered(writing.session, self.ground.organisation, digest)
            # Read anew inside this transaction: an account that was disabled a moment ago opens nothing.
            reader = account_view(find(writing.session, account.id))
            why = self._why_not(writing, reader, row, reason)
            self._write_down(writing, reader, digest, why, reason)
            if row is None or why in {"unregistered", "no_right"}:
                return None, NOT_OURS if row is None else NOT_YOURS
            if why == "no_reason":
                return row, Say("opening a file of the archive needs a reason", "打开归档文件须说明理由")
            return row, (TOO_MANY if why == "too_many" else NOT_YOURS) if why else None

    def _write_down(self, writing: Writing, reader: Account, digest: str, why: str, reason: str) -> None:
        outcome = "refused" if why else "released"
        row = OpeningRow(
            id=ulid.new(),
            organisation=writing.organisation,
            header_digest=digest,
            account=reader.id,
            name=reader.name,
            outcome=outcome,
            why=why or reason[:LONGEST_REASON],
            at=writing.at,
        )
        writing.session.add(row)
        writing.note(f"opening.{outcome}", reader.name, row.id, header=digest, why=why, reasoned=bool(reason))

    def _why_not(self, writing: Writing, reader: Account, row: SealedRow | RecordRow | None, reason: str) -> str:
        """The reason of a refusal for the events, or nothing. The reader is told less."""
        session = writing.session
        if reader.state != AccountState.ACTIVE:
            return "account_disabled"
        if row is None:
            return "unregistered"
        if self._recently(session, reader) >= MOST_OPENINGS:
            return "too_many"
        if isinstance(row, RecordRow):
            return _why_not_record(reader, row, reason)
        if not allowed(reader, Right.OPEN_FILES):
            return "no_right"
        if row.revoked:
            return "revoked"
        if row.expires and row.expires <= writing.at:
            return "expired"
        return _why_not_reader(session, reader, row)

    def _recently(self, session: Session, reader: Account) -> int:
        mine = (OpeningRow.account == reader.id) & (OpeningRow.at > self.ground.now(-WITHIN))
        asked = select(func.count()).select_from(OpeningRow).where(mine, OpeningRow.outcome == "released")
        return session.scalar(asked) or 0

    def _wrapped(self, account: Account, header: bytes, client_key: str, name: str) -> str:
        from keys.errors import KeysFault
        from keys.exchange import wrap_for

        try:
            return wrap_for(client_key, self.ground.keystore.unwrap(header), context(header, name or account.name))
        except KeysFault as error:
            with self.ground.writing() as writing:
                digest = hashlib.sha256(header).hexdigest()
                writing.note("opening.failed", account.name, "", header=digest, why=type(error).__name__)
            raise KeysError(
                Say("the file's key could not be handed out", "无法提供该文件的密钥"),
                Say(
                    "check the client's key, and the keystore with dlp doctor",
                    "请检查客户端公钥，并用 dlp doctor 检查密钥库",
                ),
            ) from error


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
