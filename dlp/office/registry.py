"""The sealed files and archive records that count as ours: looking, revoking, expiring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from dlp.errors import UsageError
from dlp.language import Say
from dlp.office.ground import Ground, Writing, parse_moment
from dlp.office.groups import changed
from dlp.office.pages import Page, like, page
from dlp.office.people import Account
from dlp.office.reasons import Deed, deeds, given
from dlp.office.refusals import Conflict, no_right, not_there
from dlp.office.rights import Right, allowed, need
from dlp.office.store.tables import GroupRow, MemberRow, OpeningRow, RecordRow, SealedRow
from dlp.office.tokens import fold
from dlp.office.views import ArchiveRecord, Opening, Sealed, record_view, sealed_view

SEALED = Say("sealed file", "加密文件")
RECORD = Say("record", "归档记录")
MOST_OPENINGS = 1000
DONE_TO_SEALED = ("sealed.revoked", "sealed.expires")
DONE_TO_RECORD = ("record.held", "record.unheld")


@dataclass(frozen=True, slots=True)
class SealedFiles:
    """The registered sealed files."""

    ground: Ground

    def page(self, account: Account, after: str = "", size: int = 50, text: str = "") -> Page[Sealed]:
        """Those that the account sealed, gets through a group, or oversees; newest first."""
        with self.ground.reading() as session:
            asked = _named(self._visible(account), SealedRow, text)
            found = page(session, asked, SealedRow.id, lambda row: row, after, size)
            opened = _opened(session, [row.header_digest for row in found.rows])
            return Page(tuple(sealed_view(row, opened.get(row.header_digest, 0)) for row in found.rows), found.next)

    def show(self, account: Account, sealed_id: str) -> Sealed:
        """One sealed file by its id or the digest of its header."""
        with self.ground.reading() as session:
            return _view(session, self._find(session, account, sealed_id))

    def openings(self, account: Account, sealed_id: str) -> tuple[Opening, ...]:
        """Who tried to open it, newest first; for the sender and the officer."""
        with self.ground.reading() as session:
            row = self._find(session, account, sealed_id)
            if not _keeps(account, row):
                raise no_right()
            asked = select(OpeningRow).where(OpeningRow.header_digest == row.header_digest)
            rows = session.scalars(asked.order_by(OpeningRow.at.desc()).limit(MOST_OPENINGS))
            return tuple(Opening(one.name, one.at, one.outcome, one.why) for one in rows)

    def deeds(self, account: Account, sealed_id: str) -> tuple[Deed, ...]:
        """Who revoked it or set its end, when and why, newest first; for all who see it."""
        with self.ground.reading() as session:
            row = self._find(session, account, sealed_id)
            return deeds(session, self.ground.organisation, row.id, *DONE_TO_SEALED)

    def revoke(self, account: Account, sealed_id: str, reason: str) -> Sealed:
        """From the next opening on nobody gets its key, for good; what was opened before cannot be called back.

        Raises Refused, UsageError without a reason, Conflict where it is revoked already.
        """
        with self.ground.writing(account) as writing:
            row = self._kept(writing, account, sealed_id)
            why = given(reason)
            if row.revoked:
                raise Conflict(Say("the file is revoked already", "该文件已撤销"))
            row.revoked = True
            writing.note("sealed.revoked", account.name, row.id, reason=why)
            return _view(writing.session, row)

    def expire(self, account: Account, sealed_id: str, when: str, reason: str) -> Sealed:
        """Set until when it opens; UsageError without a reason, or where ``when`` is no ISO 8601 time with a zone."""
        try:
            moment = parse_moment(when)
        except ValueError as error:
            raise UsageError(
                Say("the time is none", "时间格式无效"),
                Say("for example 2027-01-31T00:00:00Z", "例如 2027-01-31T00:00:00Z"),
            ) from error
        with self.ground.writing(account) as writing:
            row = self._kept(writing, account, sealed_id)
            why = given(reason)
            row.expires = moment
            writing.note("sealed.expires", account.name, row.id, expires=moment, reason=why)
            return _view(writing.session, row)

    def _kept(self, writing: Writing, account: Account, sealed_id: str) -> SealedRow:
        row = self._find(writing.session, account, sealed_id)
        if not _keeps(account, row):
            raise no_right()
        return row

    def _find(self, session: Session, account: Account, sealed_id: str) -> SealedRow:
        asked = self._visible(account).where(or_(SealedRow.id == sealed_id, SealedRow.header_digest == sealed_id))
        row: SealedRow | None = session.scalars(asked).one_or_none()
        if row is None:
            raise not_there(SEALED)
        return row

    def _visible(self, account: Account) -> Select[Any]:
        asked = select(SealedRow).where(SealedRow.organisation == self.ground.organisation)
        if allowed(account, Right.SEE_ALL):
            return asked
        mine = select(MemberRow.group).where(MemberRow.account == account.id)
        groups = select(GroupRow.name).where(or_(GroupRow.id.in_(mine), GroupRow.owner == account.id))
        ways: list[ColumnElement[bool]] = [func.lower(SealedRow.sender) == account.name.lower()]
        ways.append(SealedRow.group.in_(groups) & (SealedRow.level <= int(account.clearance)))
        return asked.where(or_(*ways)) if allowed(account, Right.OPEN_FILES) else asked.where(SealedRow.id == "")


@dataclass(frozen=True, slots=True)
class Records:
    """The archived received files."""

    ground: Ground

    def page(self, account: Account, after: str = "", size: int = 50, text: str = "") -> Page[ArchiveRecord]:
        """Those up to the account's clearance, newest first. Raises Refused without the right."""
        with self.ground.reading() as session:
            asked = _named(self._visible(account), RecordRow, text)
            return page(session, asked, RecordRow.id, record_view, after, size)

    def show(self, account: Account, record_id: str) -> ArchiveRecord:
        """One record by its id or the digest of its header."""
        with self.ground.reading() as session:
            found = or_(RecordRow.id == record_id, RecordRow.header_digest == record_id)
            row = session.scalars(self._visible(account).where(found)).one_or_none()
            if row is None:
                raise not_there(RECORD)
            return record_view(row)

    def hold(self, account: Account, record_id: str, held: bool, reason: str) -> ArchiveRecord:
        """Keep a record beyond its date, or end that. Raises Refused, UsageError for a missing reason."""
        need(account, Right.REVOKE_FILES)
        why = given(reason)
        with self.ground.writing(account) as writing:
            row = self._seen(writing.session, account, record_id)
            if row.pruned:
                raise Conflict(Say("the record's file was removed after its date", "该记录的文件已到期清理"))
            row.held = held
            changed(writing)  # its machine must hear of it before the date comes
            writing.note("record.held" if held else "record.unheld", account.name, row.id, reason=why)
            return record_view(row)

    def deeds(self, account: Account, record_id: str) -> tuple[Deed, ...]:
        """Who put it on hold or ended that, when and why, newest first; for those who oversee the archive."""
        need(account, Right.REVOKE_FILES)
        with self.ground.reading() as session:
            return deeds(session, self.ground.organisation, self._seen(session, account, record_id).id, *DONE_TO_RECORD)

    def held_on(self, machine: str) -> tuple[str, ...]:
        """The records that a machine keeps beyond their date."""
        with self.ground.reading() as session:
            asked = select(RecordRow.id).where(RecordRow.machine == machine, RecordRow.held.is_(True))
            return tuple(session.scalars(asked.order_by(RecordRow.id)))

    def openings(self, account: Account, record_id: str) -> tuple[Opening, ...]:
        """Who tried to open it, newest first; for those who oversee the archive."""
        need(account, Right.REVOKE_FILES)
        with self.ground.reading() as session:
            row = self._seen(session, account, record_id)
            asked = select(OpeningRow).where(OpeningRow.header_digest == row.header_digest)
            rows = session.scalars(asked.order_by(OpeningRow.at.desc()).limit(MOST_OPENINGS))
            return tuple(Opening(one.name, one.at, one.outcome, one.why) for one in rows)

    def _seen(self, session: Session, account: Account, record_id: str) -> RecordRow:
        row: RecordRow | None = session.scalars(self._visible(account).where(RecordRow.id == record_id)).one_or_none()
        if row is None:
            raise not_there(RECORD)
        return row

    def _visible(self, account: Account) -> Select[Any]:
        need(account, Right.FETCH_ARCHIVE)
        asked = select(RecordRow).where(RecordRow.organisation == self.ground.organisation)
        return asked.where(RecordRow.level <= int(account.clearance))


def _named(asked: Select[Any], table: type[SealedRow] | type[RecordRow], text: str) -> Select[Any]:
    text = text.strip()
    if not text:
        return asked
    return asked.where(or_(table.name.ilike(like(text), escape="\\"), table.sha256 == text.lower()))


def _keeps(account: Account, row: SealedRow) -> bool:
    return allowed(account, Right.REVOKE_FILES) or fold(row.sender) == fold(account.name)


def _view(session: Session, row: SealedRow) -> Sealed:
    return sealed_view(row, _opened(session, [row.header_digest]).get(row.header_digest, 0))


def _opened(session: Session, digests: list[str]) -> dict[str, int]:
    """How often each was opened, with one question for a whole page."""
    asked = select(OpeningRow.header_digest, func.count()).where(OpeningRow.outcome == "released")
    asked = asked.where(OpeningRow.header_digest.in_(digests)).group_by(OpeningRow.header_digest)
    return {str(digest): int(number) for digest, number in session.execute(asked)}
