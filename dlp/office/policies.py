"""Versions of the organisation's policy and packs: drafted, asked for, activated by a second, and rolled back alike.

An asking is taken back by who asked or declined by another, and a draft is discarded; its number is not given again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, Update, case, func, select, update
from sqlalchemy.orm import Session

from dlp import ulid
from dlp.edition import PACK_NAME
from dlp.errors import UsageError
from dlp.language import Say
from dlp.office.editions import issue
from dlp.office.ground import Ground, Writing
from dlp.office.people import Account
from dlp.office.reasons import Deed, deeds, given
from dlp.office.refusals import Conflict, Refused, not_there
from dlp.office.rights import Right, allowed, need
from dlp.office.settings import alone_after_hours, only_officer, seen_profile
from dlp.office.store.tables import EditionRow, VersionRow

VERSION = Say("version", "版本")
LARGEST = 256 * 1024
DISCARDED = "discarded"
DONE = tuple(f"policy.{what}" for what in ("drafted", "asked", "withdrawn", "declined", "activated"))


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the policy or of a pack."""

    id: str
    name: str
    """Of the pack; empty: the policy."""
    number: int
    digest: str
    text: str
    note: str
    state: str
    by: str
    at: str
    confirmed_by: str
    active_at: str


def _untested(name: str, text: str) -> None:
    """For texts whose examples were run elsewhere."""


@dataclass(frozen=True, slots=True)
class Policies:
    """The versions of this office."""

    ground: Ground

    def all(self, account: Account) -> tuple[Version, ...]:
        """Every version, newest first."""
        need(account, Right.SEE_POLICY)
        with self.ground.reading() as session:
            kept = self._mine().where(VersionRow.state != DISCARDED)
            return tuple(_view(row) for row in session.scalars(kept.order_by(VersionRow.number.desc())))

    def deeds(self, account: Account, version_id: str) -> tuple[Deed, ...]:
        """Who drafted, asked, declined or confirmed it, newest first. Raises Refused."""
        need(account, Right.SEE_POLICY)
        with self.ground.reading() as session:
            return deeds(session, self.ground.organisation, version_id, *DONE)

    def show(self, account: Account, version_id: str) -> Version:
        """One version; NotFound."""
        found = next((one for one in self.all(account) if one.id == version_id), None)
        if found is None:
            raise not_there(VERSION)
        return found

    def draft(
        self, account: Account, text: str, note: str, name: str = "", test: Callable[[str, str], None] = _untested
    ) -> Version:
        """Keep a text as a new version, once ``test(name, text)`` has run its examples; what it raises keeps nothing.

        ``name``: of a pack; without a text it is a version that takes the pack away. Raises Refused, UsageError.
        """
        need(account, Right.DECIDE)
        text = text.replace("\r\n", "\n")  # a form sends it so, and the digest is that of the file it becomes
        if not (text.strip() or name) or len(text.encode()) > LARGEST or not note.strip():
            raise UsageError(Say("a text and what changed in it are needed", "须填写内容和修改说明"))
        if name and not PACK_NAME.fullmatch(name):
            raise UsageError(
                Say("got a name that no pack can have", "规则包名称无效"),
                Say("expected small letters, digits and hyphens, at most 40", "请用小写字母、数字和连字符，最多 40 个"),
            )
        test(name, text)
        with self.ground.writing(account) as writing:
            newest = select(func.max(VersionRow.number)).where(VersionRow.organisation == writing.organisation)
            row = VersionRow(
                id=ulid.new(),
                organisation=writing.organisation,
                number=(writing.session.scalar(newest) or 0) + 1,
                digest=hashlib.sha256(text.encode()).hexdigest(),
                text=text,
                note=note.strip()[:1000],
                state="draft",
                account=account.id,
                by=account.name,
                at=writing.at,
                name=name,
            )
            writing.session.add(row)
            writing.note("policy.drafted", account.name, row.id, number=row.number, digest=row.digest, pack=name)
            return _view(row)

    def ask(self, account: Account, version_id: str) -> None:
        """Ask that a draft, or an old version again, becomes active; another asking falls."""
        need(account, Right.DECIDE)
        with self.ground.writing(account) as writing:
            row = _found(writing, version_id)
            if row.state not in {"draft", "old"}:
                raise Conflict(Say("that version is active or asked for already", "该版本已启用或已申请启用"))
            asked = _of(row).where(VersionRow.state == "asked")
            writing.session.execute(asked.values(state=case((VersionRow.active_at == "", "draft"), else_="old")))
            row.state, row.account, row.by, row.at = "asked", account.id, account.name, writing.at
            writing.note("policy.asked", account.name, row.id, number=row.number)

    def confirm(self, account: Account, version_id: str) -> Version:
        """Make it the active one, as the second of two, in the next edition that goes down to every machine.

        Raises Refused for who asked, except where the office chose that its only officer may after a day.
        """
        need(account, Right.DECIDE)
        with self.ground.writing(account) as writing:
            row = _asked(writing, version_id)
            hours = alone_after_hours(writing.session, writing.organisation)
            waited = hours > 0 and row.at <= self.ground.now(-timedelta(hours=hours))
            alone = waited and only_officer(writing.session, writing.organisation, account)
            if row.account == account.id and not alone:
                raise Refused(Say("who asked never approves", "申请人不得审批"))
            active = _of(row).where(VersionRow.state == "active")
            writing.session.execute(active.values(state="old"))
            row.state, row.confirmed_by, row.active_at = "active", account.name, writing.at
            names = {"number": row.number, "digest": row.digest, "by": [row.by, account.name]}
            writing.note("policy.activated", account.name, row.id, **names)
            issue(self.ground, writing, (row.by, account.name))
            version = _view(row)
        self._wake()
        return version

    def decline(self, account: Account, version_id: str, reason: str) -> None:
        """Say no to what another asks for, with a reason. Raises Refused for who asked, UsageError, Conflict."""
        need(account, Right.DECIDE)
        with self.ground.writing(account) as writing:
            row = _asked(writing, version_id)
            if row.account == account.id:
                raise Refused(Say("who asked takes it back instead", "申请人应撤回申请"))
            why = given(reason)
            row.state = _before(row)
            writing.note("policy.declined", account.name, row.id, number=row.number, reason=why)

    def withdraw(self, account: Account, version_id: str) -> None:
        """Take one's own asking back. Raises Refused for anybody else, Conflict."""
        need(account, Right.DECIDE)
        with self.ground.writing(account) as writing:
            row = _asked(writing, version_id)
            if row.account != account.id:
                raise Refused(Say("only who asked takes it back", "仅申请人可撤回"))
            row.state = _before(row)
            writing.note("policy.withdrawn", account.name, row.id, number=row.number)

    def discard(self, account: Account, version_id: str) -> None:
        """Throw a draft away; Conflict for what was in force once or is asked for."""
        need(account, Right.DECIDE)
        with self.ground.writing(account) as writing:
            row = _found(writing, version_id)
            if row.state != "draft":
                raise Conflict(Say("only a draft is discarded", "仅可丢弃草稿"))
            row.state = DISCARDED
            writing.note("policy.discarded", account.name, row.id, number=row.number, digest=row.digest)

    def choose_profile(self, account: Account, profile: str) -> None:
        """Choose the shipped policy at the first start, alone: nothing was decided before that it could loosen.

        Raises Conflict once an edition was issued or another profile was confirmed: then two people decide.
        """
        need(account, Right.DECIDE)
        with self.ground.writing(account) as writing:
            if writing.session.scalars(_issued(writing.organisation)).first() is not None:
                raise Conflict(
                    Say("the policy was decided before", "策略此前已确定"),
                    Say("draft a version on the page Policy; two people put it in force", "请在策略页起草，由两人启用"),
                )
            issue(self.ground, writing, (account.name,), profile)
            seen_profile(writing, profile)
            writing.note("setting.changed", account.name, "profile", profile=profile)
        self._wake()

    def _wake(self) -> None:
        with self.ground.decided:
            self.ground.decided.notify_all()

    def _mine(self) -> Select[Any]:
        return select(VersionRow).where(VersionRow.organisation == self.ground.organisation)


def _found(writing: Writing, version_id: str) -> VersionRow:
    row = writing.session.get(VersionRow, version_id)
    if row is None or row.state == DISCARDED:
        raise not_there(VERSION)
    return row


def _asked(writing: Writing, version_id: str) -> VersionRow:
    row = _found(writing, version_id)
    if row.state != "asked":
        raise Conflict(Say("nobody asks for that version", "该版本未申请启用"))
    return row


def _before(row: VersionRow) -> str:
    """What a version is again whose asking ended."""
    return "old" if row.active_at else "draft"


def asked_of(session: Session, organisation: str, account: Account) -> tuple[Version, ...]:
    """The versions that wait for this account as the second person."""
    if not allowed(account, Right.DECIDE):
        return ()
    asked = select(VersionRow).where(VersionRow.organisation == organisation, VersionRow.state == "asked")
    return tuple(_view(row) for row in session.scalars(asked.where(VersionRow.account != account.id)))


def _of(row: VersionRow) -> Update:
    """The versions of the same text."""
    return update(VersionRow).where(VersionRow.organisation == row.organisation, VersionRow.name == row.name)


def _issued(organisation: str) -> Select[Any]:
    return select(EditionRow.id).where(EditionRow.organisation == organisation).limit(1)


def _view(row: VersionRow) -> Version:
    return Version(**{name: getattr(row, name) for name in Version.__slots__})
