"""What the organisation chose for its office; changing it is an event with a reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dlp.errors import UsageError
from dlp.language import Say
from dlp.office.ground import Ground, Writing
from dlp.office.groups import changed
from dlp.office.people import Account, AccountState, account_view
from dlp.office.reasons import Deed, deeds, given
from dlp.office.rights import Right, allowed, need
from dlp.office.store.tables import AccountRow, OrganisationRow

ALONE = "alone_after_hours"
SEEN = "seen"
"""What an officer confirmed at the first start, by name: the profile, the work accounts whose people were told."""
ACCOUNTS, PROFILE = "work_accounts", "profile"
ACCOUNT = re.compile(r"\*|[0-9A-Za-z_@.-]{1,100}")
MOST_ACCOUNTS = 1000
LEAST_HOURS, MOST_HOURS = 24, 24 * 14


@dataclass(frozen=True, slots=True)
class Chosen:
    """The organisation's name and choices."""

    organisation: str
    accounts: tuple[str, ...] | None = None
    """Work accounts whose received files every machine archives; None: each machine's own setting holds."""
    profile: str = ""
    """The shipped policy that was chosen; empty: that of the first start."""
    alone_after_hours: int = 0
    """After how long the only officer confirms their own asking; 0: never (the two-people rule without exception)."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The choices of this organisation."""

    ground: Ground

    def show(self) -> Chosen:
        """What is chosen now."""
        with self.ground.reading() as session:
            row = session.get_one(OrganisationRow, self.ground.organisation)
            return _chosen(row)

    def deciding(self) -> int:
        """How many accounts could be the second of two; with more than one nobody confirms alone."""
        with self.ground.reading() as session:
            return len(_deciding(session, self.ground.organisation))

    def deeds(self, by: Account) -> tuple[Deed, ...]:
        """Who changed a setting, when and why, newest first. Raises Refused."""
        need(by, Right.DECIDE, Right.READ_EVENTS)
        with self.ground.reading() as session:
            return deeds(session, self.ground.organisation, "", "setting.changed")

    def allow_alone(self, by: Account, hours: int, reason: str) -> Chosen:
        """Let the only officer of a small office confirm alone after this many hours; 0 ends it.

        Raises Refused without the right, UsageError for hours out of range or a missing reason.
        """
        need(by, Right.DECIDE)
        if hours and not LEAST_HOURS <= hours <= MOST_HOURS:
            raise UsageError(
                Say(
                    f"got {hours} hours, expected 0 or {LEAST_HOURS} to {MOST_HOURS}",
                    f"小时数应为 0 或 24 至 {MOST_HOURS}",
                )
            )
        why = given(reason)
        with self.ground.writing(by) as writing:
            row = writing.session.get_one(OrganisationRow, writing.organisation)
            row.settings = {**row.settings, ALONE: hours}
            writing.note("setting.changed", by.name, ALONE, hours=hours, reason=why)
            return _chosen(row)

    def confirm_profile(self, by: Account, profile: str) -> None:
        """An officer looked at the policy profile that is set and wants it so."""
        self._confirm(by, "profile", profile)

    def choose_accounts(self, by: Account, accounts: tuple[str, ...], *, told: bool) -> Chosen:
        """The work accounts of every machine, whose people were told before anything of theirs is read (PIPL 17).

        As WeChat's folders name them; "*": every one that is found. Raises Refused, UsageError.
        """
        need(by, Right.DECIDE)
        names = sorted({name.strip() for name in accounts} - {""})
        if len(names) > MOST_ACCOUNTS or any(not ACCOUNT.fullmatch(name) for name in names):
            raise UsageError(
                Say("got a name that is no WeChat account's folder", "账号名称无效"),
                Say(
                    "write each as WeChat's folder names it, such as wxid_abc, or * for every one that is found",
                    "请填写微信数据文件夹中的账号名（如 wxid_abc），或填 * 表示全部",
                ),
            )
        if names and not told:
            raise UsageError(
                Say("the people of these accounts were not told yet", "尚未告知这些账号的使用人"),
                Say("tell them first, then confirm it here", "请先告知本人，再在此确认"),
            )
        with self.ground.writing(by) as writing:
            row = writing.session.get_one(OrganisationRow, writing.organisation)
            row.settings = _seen({**row.settings, ACCOUNTS: names}, "notice", names)
            changed(writing)
            writing.note("setting.changed", by.name, ACCOUNTS, accounts=names)
            return _chosen(row)

    def _confirm(self, by: Account, what: str, value: object) -> None:
        need(by, Right.DECIDE)
        with self.ground.writing(by) as writing:
            row = writing.session.get_one(OrganisationRow, writing.organisation)
            row.settings = _seen(row.settings, what, value)
            writing.note("setting.confirmed", by.name, what, value=value)

    def rename(self, by: Account, name: str, reason: str) -> Chosen:
        """The organisation's own name. Raises Refused, UsageError for an empty name or reason."""
        need(by, Right.DECIDE)
        if not name.strip():
            raise UsageError(Say("a name is missing", "缺少名称"))
        why = given(reason)
        with self.ground.writing(by) as writing:
            row = writing.session.get_one(OrganisationRow, writing.organisation)
            before, row.name = row.name, name.strip()[:200]
            names = {"before": before, "after": row.name} if before != row.name else {}
            writing.note("setting.changed", by.name, "organisation", reason=why, **names)
            return _chosen(row)


def _chosen(row: OrganisationRow) -> Chosen:
    accounts = row.settings.get(ACCOUNTS)
    known = None if accounts is None else tuple(accounts)
    return Chosen(row.name, known, str(row.settings.get(PROFILE, "")), int(row.settings.get(ALONE, 0)))


def seen_profile(writing: Writing, profile: str) -> None:
    """It was chosen just now, together with the edition that says so."""
    row = writing.session.get_one(OrganisationRow, writing.organisation)
    row.settings = _seen({**row.settings, PROFILE: profile}, "profile", profile)


def _seen(chosen: Mapping[str, Any], what: str, value: object) -> dict[str, Any]:
    return {**chosen, SEEN: {**chosen.get(SEEN, {}), what: value}}


def alone_after_hours(session: Session, organisation: str) -> int:
    """The setting as it is in this transaction."""
    return int(session.get_one(OrganisationRow, organisation).settings.get(ALONE, 0))


def only_officer(session: Session, organisation: str, account: Account) -> bool:
    """Whether nobody else could be the second person."""
    return _deciding(session, organisation) == [account.id]


def _deciding(session: Session, organisation: str) -> list[str]:
    asked = select(AccountRow).where(AccountRow.organisation == organisation, AccountRow.state == AccountState.ACTIVE)
    return [one.id for one in session.scalars(asked) if allowed(account_view(one), Right.DECIDE)]
