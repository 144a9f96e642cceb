"""Days as the person who looks counts them: times are stored in UTC, and in China a day begins at 16:00 of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal

from dlp.office.ground import moment


def begins(day: date, zone: tzinfo) -> str:
    """When a day of this zone begins, as stored."""
    return moment(datetime.combine(day, time(), zone))


def today(now: datetime, zone: tzinfo) -> date:
    """Which day it is in this zone."""
    return now.astimezone(zone).date()


@dataclass(frozen=True, slots=True)
class Days:
    """Days of a zone one after the other, countable inside a question to any database.

    A database cannot shift a stored text into a zone in a way that all understand. It can cut each UTC day at the times
    at which days of the zone begin (two where the clocks change within the span): each piece lies in one day.
    """

    first: date
    number: int
    zone: tzinfo

    @property
    def all(self) -> tuple[date, ...]:
        """Oldest first, without holes."""
        return tuple(self.first + timedelta(days=n) for n in range(self.number))

    @property
    def since(self) -> str:
        """Inclusive, as stored."""
        return begins(self.first, self.zone)

    @property
    def end(self) -> str:
        """Exclusive, as stored."""
        return begins(self.first + timedelta(days=self.number), self.zone)

    @property
    def cuts(self) -> tuple[str, ...]:
        """The UTC times (HH:MM) at which days begin within the span."""
        return tuple(sorted({begins(day, self.zone)[11:16] for day in self.all}))

    def piece(self, at: Any) -> tuple[ColumnElement[str], ColumnElement[int]]:  # noqa: ANN401 - a column of texts
        """The UTC day of a stored time, and which piece of it: to group by, and to give to ``day``."""
        clock = func.substr(at, 12, 5)
        cuts = list(enumerate(self.cuts, start=1))
        which = case(*[(clock >= cut, literal(n)) for n, cut in reversed(cuts)], else_=literal(0))
        return func.substr(at, 1, 10), which

    def day(self, utc_day: str, piece: int) -> str:
        """The day of the zone that a piece lies in."""
        clock = self.cuts[piece - 1] if piece else "00:00"
        start = datetime.fromisoformat(f"{utc_day}T{clock}").replace(tzinfo=UTC)
        return str(start.astimezone(self.zone).date())
