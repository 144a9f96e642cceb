"""Looking at transfers: who sees which, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from classifiers.model import Level
from dlp.errors import UsageError
from dlp.language import Say
from dlp.office.ground import Ground
from dlp.office.groups import names_owned
from dlp.office.pages import Page, like, page
from dlp.office.people import Account
from dlp.office.refusals import not_there
from dlp.office.rights import Right, allowed
from dlp.office.store.tables import IncidentRow, TransferRow
from dlp.office.views import Transfer, TransferFilter, transfer_view

TRANSFER = Say("transfer", "传输记录")
EVERY = TransferFilter()


@dataclass(frozen=True, slots=True)
class Transfers:
    """The transfers that agents reported."""

    ground: Ground

    def page(self, account: Account, filter: TransferFilter = EVERY, after: str = "", size: int = 50) -> Page[Transfer]:
        """Those that the account may see, newest first. UsageError for a level that is none."""
        with self.ground.reading() as session:
            asked = filtered(visible(self.ground.organisation, account), filter)
            found = page(session, asked, TransferRow.id, lambda row: row, after, size)
            incidents = incidents_of(session, [row.id for row in found.rows])
            return Page(tuple(transfer_view(row, incidents.get(row.id, "")) for row in found.rows), found.next)

    def show(self, account: Account, transfer_id: str) -> Transfer:
        """One transfer; NotFound also where the account may not see it."""
        with self.ground.reading() as session:
            asked = visible(self.ground.organisation, account).where(TransferRow.id == transfer_id)
            row = session.scalars(asked).one_or_none()
            if row is None:
                raise not_there(TRANSFER)
            return transfer_view(row, incidents_of(session, [row.id]).get(row.id, ""))


def visible(organisation: str, account: Account) -> Select[Any]:
    """The transfers that an account may see: all, those of its groups, or its own."""
    return select(TransferRow).where(*seen_by(organisation, account))


def seen_by(organisation: str, account: Account) -> tuple[ColumnElement[bool], ...]:
    """The same as conditions, for questions that join transfers anyway."""
    ours = TransferRow.organisation == organisation
    if allowed(account, Right.SEE_ALL):
        return (ours,)
    ways: list[ColumnElement[bool]] = []
    if allowed(account, Right.SEE_OWN):
        ways.append(func.lower(TransferRow.person) == account.name.lower())
    if allowed(account, Right.SEE_GROUP):
        ways.append(TransferRow.group.in_(names_owned(organisation, account)))
    return (ours, or_(*ways) if ways else TransferRow.id == "")


def filtered(asked: Select[Any], filter: TransferFilter) -> Select[Any]:
    """The same, only what the filter lets through."""
    for name in ("direction", "state", "action", "group", "person"):
        if value := getattr(filter, name):
            asked = asked.where(getattr(TransferRow, name) == value)
    if filter.level:
        asked = asked.where(TransferRow.level >= level_of(filter.level))
    if text := filter.text.strip():
        whole = [TransferRow.number == text.upper(), TransferRow.sha256 == text.lower(), TransferRow.id == text]
        asked = asked.where(or_(*whole, TransferRow.name.ilike(like(text), escape="\\")))
    return asked


def level_of(word: str) -> int:
    """The number of a level's word; UsageError."""
    try:
        return int(Level.of(word))
    except ValueError as error:
        raise UsageError(Say(str(error), f"未知密级：{word!r}")) from error


def incidents_of(session: Session, transfers: list[str]) -> dict[str, str]:
    """The incident of each of these transfers that has one."""
    asked = select(IncidentRow.transfer, IncidentRow.id).where(IncidentRow.transfer.in_(transfers))
    return {row.transfer: row.id for row in session.execute(asked)}
