"""The first page: a few counts of what the account may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, timedelta, tzinfo
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from classifiers.model import Level
from dlp.office import days
from dlp.office.days import begins
from dlp.office.ground import Ground
from dlp.office.machines import machines_of
from dlp.office.people import Account
from dlp.office.policies import Version, asked_of
from dlp.office.requests import GRANTS
from dlp.office.rights import Right, allowed
from dlp.office.store.tables import IncidentRow, OpeningRow, RecordRow, RequestRow, SealedRow, TransferRow
from dlp.office.transfers import visible
from dlp.office.views import Machine


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts; those by action and level are of the last seven days."""

    waiting: int
    transfers_today: int
    by_action: dict[str, int]
    by_level: dict[str, int]
    sealed: int
    records: int
    openings_today: int
    machines: tuple[Machine, ...]
    versions: tuple[Version, ...]
    """Of policy and packs: those that wait for this account as the second person."""
    requests: int
    """Open requests of others that this account grants or declines."""


def overview(ground: Ground, account: Account, zone: tzinfo = UTC) -> Overview:
    """What this account sees at a glance; a day is one of its zone."""
    today, week = begins(days.today(ground.clock(), zone), zone), ground.now(-timedelta(days=7))
    with ground.reading() as session:
        seen = visible(ground.organisation, account)
        ids = seen.with_only_columns(TransferRow.id)
        officer = allowed(account, Right.SEE_OVERVIEW)

        waiting = select(IncidentRow.id).where(IncidentRow.state.in_(("open", "asked")), IncidentRow.transfer.in_(ids))
        sealed, records = select(SealedRow.id), select(RecordRow.id)
        if not allowed(account, Right.SEE_ALL):
            sealed, records = sealed.where(SealedRow.transfer.in_(ids)), records.where(RecordRow.transfer.in_(ids))
        opened = select(OpeningRow.id).where(OpeningRow.at >= today, OpeningRow.outcome == "released")
        if not officer:
            opened = opened.where(OpeningRow.account == account.id)
        counts = _counts(
            session,
            waiting=waiting,
            transfers_today=ids.where(TransferRow.at >= today),
            sealed=sealed,
            records=records,
            openings_today=opened,
            requests=_to_grant(ground.organisation, account),
        )
        return Overview(
            **counts,
            by_action=_by(session, seen, TransferRow.action, week, str),
            by_level=_by(session, seen, TransferRow.level, week, lambda level: Level(level).id),
            machines=machines_of(session, ground.organisation) if officer else (),
            versions=asked_of(session, ground.organisation, account),
        )


def _to_grant(organisation: str, account: Account) -> Select[Any]:
    kinds = [kind for kind, right in GRANTS.items() if allowed(account, right)]
    asked = select(RequestRow.id).where(RequestRow.organisation == organisation, RequestRow.state == "open")
    return asked.where(RequestRow.kind.in_(kinds), RequestRow.account != account.id)


def _counts(session: Session, **asked: Select[Any]) -> dict[str, Any]:
    """How many rows each has, with one question for all."""
    counted = [
        select(func.count()).select_from(one.subquery()).scalar_subquery().label(name) for name, one in asked.items()
    ]
    return dict(session.execute(select(*counted)).one()._mapping)


def _by(
    session: Session, seen: Select[Any], column: InstrumentedAttribute[Any], since: str, word: Callable[[Any], str]
) -> dict[str, int]:
    asked = seen.with_only_columns(column, func.count()).where(TransferRow.at >= since).group_by(column)
    return {word(value): number for value, number in session.execute(asked)}
