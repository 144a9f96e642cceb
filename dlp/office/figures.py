"""What happened in a span of time, in counts: for the overview, the rules' health and the inspection report."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, func, literal, select, union_all
from sqlalchemy.orm import Session

from classifiers.model import Level
from dlp.office.ground import Ground
from dlp.office.people import Account
from dlp.office.rights import Right, need
from dlp.office.store.tables import (
    AccountRow,
    DecisionRow,
    HitRow,
    IncidentRow,
    OpeningRow,
    RecordRow,
    SealedRow,
    TransferRow,
)

MOST_NAMES = 12
LONGEST = 366
ENOUGH = 5
"""Decided incidents from which a rule's share says something."""
SOUND = 0.8


@dataclass(frozen=True, slots=True)
class Health:
    """One rule: how often it fired, how many of its incidents were decided, and how many of those it had wrong."""

    rule: str
    fired: int
    decided: int
    wrong: int

    @property
    def right(self) -> float | None:
        """The share of its decided incidents that it had right; None before any was decided."""
        return (self.decided - self.wrong) / self.decided if self.decided else None

    @property
    def standing(self) -> str:
        """In one word: whether somebody should look at the rule."""
        if self.right is None or self.decided < ENOUGH:
            return "few"
        return "sound" if self.right >= SOUND else "doubtful"


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of a span; days are UTC, oldest first, without holes."""

    since: str
    until: str
    days: tuple[tuple[str, dict[str, int]], ...]
    actions: dict[str, int]
    levels: dict[str, int]
    outcomes: dict[str, int]
    """How things stand now with the files of the span, by state."""
    groups: tuple[tuple[str, int], ...]
    departments: tuple[tuple[str, dict[str, int]], ...]
    archived: tuple[tuple[str, int, int], ...]
    """Month, files and bytes that came into the archive within the span."""
    rules: tuple[Health, ...]
    decided: int
    median_hours: float | None
    waiting: int
    oldest: str
    sealed: int
    records: int
    record_bytes: int
    opened: int
    refused: int


def figures(ground: Ground, account: Account, days: int = 30, until: str = "") -> Figures:
    """The last so many days up to ``until`` (a day, exclusive); without it up to now. Raises Refused."""
    need(account, Right.SEE_OVERVIEW)
    end = until or ground.now(timedelta(days=1))[:10]
    last = datetime.fromisoformat(end)
    span = [str((last - timedelta(days=back)).date()) for back in range(min(max(days, 1), LONGEST), 0, -1)]
    since = span[0]
    with ground.reading() as session:
        cells = _cells(session, ground.organisation, since, end)
        per_day: dict[str, dict[str, int]] = {day: {} for day in span}
        actions: dict[str, int] = defaultdict(int)
        levels: dict[str, int] = defaultdict(int)
        outcomes: dict[str, int] = defaultdict(int)
        for day, action, level, state, number in cells:
            outcomes[state] += number
            row = per_day.setdefault(day, {})
            row[action] = row.get(action, 0) + number
            actions[action] += number
            levels[Level(level).id] += number
        decided, median = _decisions(session, ground.organisation, since, end)
        return Figures(
            since,
            span[-1],
            tuple(sorted(per_day.items())),
            dict(actions),
            {level.id: levels[level.id] for level in Level if levels[level.id]},
            dict(sorted(outcomes.items(), key=lambda one: -one[1])),
            *_by_name(session, since, end),
            _rules(session, since, end),
            decided,
            median,
            **_totals(session, since, end),
        )


def health(ground: Ground, account: Account, days: int = 90) -> dict[str, Health]:
    """How each rule that fired in the last so many days did, for those who see policy and rules. Raises Refused."""
    need(account, Right.SEE_POLICY)
    with ground.reading() as session:
        found = _rules(session, ground.now(-timedelta(days=days)), ground.now(timedelta(days=1)))
    return {one.rule: one for one in found}


def _cells(session: Session, organisation: str, since: str, end: str) -> list[tuple[str, str, int, str, int]]:
    day = func.substr(TransferRow.at, 1, 10)
    kinds = (day, TransferRow.action, TransferRow.level, TransferRow.state)
    asked = select(*kinds, func.count()).where(
        TransferRow.organisation == organisation, TransferRow.at >= since, TransferRow.at < end
    )
    return [tuple(row) for row in session.execute(asked.group_by(*kinds))]


def _by_name(
    session: Session, since: str, end: str
) -> tuple[tuple[tuple[str, int], ...], tuple[tuple[str, dict[str, int]], ...], tuple[tuple[str, int, int], ...]]:
    """Files by group, by department and verdict, and those archived by month; one question for all three."""
    inside = and_(TransferRow.at >= since, TransferRow.at < end)
    named = func.coalesce(AccountRow.department, "")
    of_group = select(literal("group").label("of"), TransferRow.group, literal(""), func.count(), literal(0))
    of_group = of_group.where(inside, TransferRow.group != "").group_by(TransferRow.group)
    of_department = select(literal("department"), named, TransferRow.action, func.count(), literal(0))
    of_department = of_department.outerjoin(AccountRow, func.lower(AccountRow.name) == func.lower(TransferRow.person))
    month = func.substr(RecordRow.at, 1, 7)
    of_archive = select(literal("archive"), month, literal(""), func.count(), func.sum(RecordRow.size))
    of_archive = of_archive.where(RecordRow.at >= since, RecordRow.at < end).group_by(month)
    asked = union_all(of_group, of_department.where(inside).group_by(named, TransferRow.action), of_archive)
    groups: dict[str, int] = {}
    departments: dict[str, dict[str, int]] = defaultdict(dict)
    archived: list[tuple[str, int, int]] = []
    for of, name, action, number, size in session.execute(asked):
        if of == "group":
            groups[name] = number
        elif of == "department":
            departments[name][action] = number
        else:
            archived.append((name, number, int(size)))
    most = sorted(groups.items(), key=lambda one: (-one[1], one[0]))[:MOST_NAMES]
    by_department = sorted(departments.items(), key=lambda one: -sum(one[1].values()))
    return tuple(most), tuple(by_department), tuple(sorted(archived))


def _rules(session: Session, since: str, end: str) -> tuple[Health, ...]:
    wrong = func.sum(case((DecisionRow.rule == HitRow.rule, 1), else_=0))
    asked = select(HitRow.rule, func.count(), func.count(DecisionRow.incident), wrong)
    asked = asked.outerjoin(IncidentRow, IncidentRow.transfer == HitRow.transfer)
    asked = asked.outerjoin(DecisionRow, DecisionRow.incident == IncidentRow.id)
    asked = asked.where(HitRow.at >= since, HitRow.at < end).group_by(HitRow.rule).order_by(func.count().desc())
    return tuple(Health(rule, fired, decided, int(bad or 0)) for rule, fired, decided, bad in session.execute(asked))


def _decisions(session: Session, organisation: str, since: str, end: str) -> tuple[int, float | None]:
    asked = select(IncidentRow.opened, DecisionRow.at).join(IncidentRow, IncidentRow.id == DecisionRow.incident)
    asked = asked.where(DecisionRow.organisation == organisation, DecisionRow.at >= since, DecisionRow.at < end)
    hours = sorted(
        (datetime.fromisoformat(done) - datetime.fromisoformat(opened)).total_seconds() / 3600
        for opened, done in session.execute(asked)
    )
    return len(hours), hours[len(hours) // 2] if hours else None


def _totals(session: Session, since: str, end: str) -> dict[str, Any]:
    """The single numbers, with one question."""
    waiting = select(IncidentRow.opened).where(IncidentRow.state.in_(("open", "asked"))).subquery()
    inside = and_(OpeningRow.at >= since, OpeningRow.at < end)
    asked: dict[str, Select[Any]] = {
        "waiting": select(func.count()).select_from(waiting),
        "oldest": select(func.coalesce(func.min(waiting.c.opened), "")),
        "sealed": select(func.count()).where(SealedRow.at >= since, SealedRow.at < end),
        "records": select(func.count()).where(RecordRow.at >= since, RecordRow.at < end),
        "record_bytes": select(func.coalesce(func.sum(RecordRow.size), 0)),
        "opened": select(func.count()).where(inside, OpeningRow.outcome == "released"),
        "refused": select(func.count()).where(inside, OpeningRow.outcome == "refused"),
    }
    found = session.execute(select(*(one.scalar_subquery().label(name) for name, one in asked.items()))).one()
    # PostgreSQL sums to a decimal.
    return {name: value if name == "oldest" else int(value) for name, value in found._mapping.items()}
