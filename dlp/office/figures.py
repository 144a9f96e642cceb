"""What happened in a span of time, in counts: for the overview, the rules' health and the inspection report."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import Select, String, and_, case, cast, func, literal, select, union_all
from sqlalchemy.orm import Session

from classifiers.model import Level
from dlp.office.days import Days, today
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
    """Counts of a span; days are those of the zone that was asked for, oldest first, without holes."""

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


def figures(ground: Ground, account: Account, days: int = 30, until: str = "", zone: tzinfo = UTC) -> Figures:
    """The last so many days of a zone up to ``until`` (a day, exclusive); without it up to now. Raises Refused."""
    need(account, Right.SEE_OVERVIEW)
    last = date.fromisoformat(until) if until else today(ground.clock(), zone) + timedelta(days=1)
    number = min(max(days, 1), LONGEST)
    of = Days(last - timedelta(days=number), number, zone)
    span, since, end = [str(day) for day in of.all], of.since, of.end
    with ground.reading() as session:
        cells = _cells(session, ground.organisation, of)
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
            span[0],
            span[-1],
            tuple(sorted(per_day.items())),
            dict(actions),
            {level.id: levels[level.id] for level in Level if levels[level.id]},
            dict(sorted(outcomes.items(), key=lambda one: -one[1])),
            *_by_name(session, of),
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


def _cells(session: Session, organisation: str, of: Days) -> list[tuple[str, str, int, str, int]]:
    day, piece = of.piece(TransferRow.at)
    cut = select(day.label("day"), piece.label("piece"), TransferRow.action, TransferRow.level, TransferRow.state)
    inside = (TransferRow.organisation == organisation, TransferRow.at >= of.since, TransferRow.at < of.end)
    # As a table of its own: PostgreSQL does not see that two expressions with values in them are one.
    cells = cut.where(*inside).subquery().c
    kinds = (cells.day, cells.piece, cells.action, cells.level, cells.state)
    found = session.execute(select(*kinds, func.count()).group_by(*kinds))
    return [(of.day(day, piece), *rest) for day, piece, *rest in found]


def _by_name(
    session: Session, of_days: Days
) -> tuple[tuple[tuple[str, int], ...], tuple[tuple[str, dict[str, int]], ...], tuple[tuple[str, int, int], ...]]:
    """Files by group, by department and verdict, and those archived by month; one question for all three."""
    since, end = of_days.since, of_days.end
    inside = and_(TransferRow.at >= since, TransferRow.at < end)
    named = func.coalesce(AccountRow.department, "")
    of_group = select(literal("group").label("of"), TransferRow.group, literal(""), func.count(), literal(0))
    of_group = of_group.where(inside, TransferRow.group != "").group_by(TransferRow.group)
    of_department = select(literal("department"), named, TransferRow.action, func.count(), literal(0))
    of_department = of_department.outerjoin(AccountRow, func.lower(AccountRow.name) == func.lower(TransferRow.person))
    day, piece = of_days.piece(RecordRow.at)
    kept = select(day.label("day"), cast(piece, String).label("piece"), RecordRow.size)
    cells = kept.where(RecordRow.at >= since, RecordRow.at < end).subquery().c
    of_archive = select(literal("archive"), cells.day, cells.piece, func.count(), func.sum(cells.size))
    of_archive = of_archive.group_by(cells.day, cells.piece)
    asked = union_all(of_group, of_department.where(inside).group_by(named, TransferRow.action), of_archive)
    groups: dict[str, int] = {}
    departments: dict[str, dict[str, int]] = defaultdict(dict)
    archived: dict[str, tuple[int, int]] = {}
    for of, name, action, number, size in session.execute(asked):
        if of == "group":
            groups[name] = number
        elif of == "department":
            departments[name][action] = number
        else:
            month = of_days.day(name, int(action))[:7]
            before = archived.get(month, (0, 0))
            archived[month] = (before[0] + number, before[1] + int(size))
    most = sorted(groups.items(), key=lambda one: (-one[1], one[0]))[:MOST_NAMES]
    by_department = sorted(departments.items(), key=lambda one: -sum(one[1].values()))
    return tuple(most), tuple(by_department), tuple((month, *archived[month]) for month in sorted(archived))


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
