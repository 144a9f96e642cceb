"""Days are those of who looks: in China one begins at 16:00 UTC, and where clocks change one has 23 hours."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from office_world import World
from sqlalchemy import text

from dlp.office.days import Days, begins, today

CHINA = ZoneInfo("Asia/Shanghai")


def at(world: World, moment: str) -> None:
    world.held(sha256=hashlib.sha256(moment.encode()).hexdigest())
    with world.office.ground.store.writing() as session:
        session.execute(text("UPDATE transfers SET at = :at WHERE at NOT LIKE '2026-03%'"), {"at": moment})


def test_a_day_begins_at_midnight_of_its_zone() -> None:
    assert begins(date(2026, 3, 2), CHINA) == "2026-03-01T16:00:00.000000Z"
    assert today(datetime(2026, 3, 1, 16, 30, tzinfo=UTC), CHINA) == date(2026, 3, 2)
    assert today(datetime(2026, 3, 1, 16, 30, tzinfo=UTC), UTC) == date(2026, 3, 1)


@pytest.mark.parametrize("name", ["Asia/Shanghai", "UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"])
def test_each_piece_of_a_utc_day_lies_in_the_day_that_a_clock_on_the_wall_shows(name: str) -> None:
    zone = ZoneInfo(name)
    days = Days(date(2026, 3, 25), 10, zone)  # the clocks of Europe change on the 29th, those of America did before
    when = datetime(2026, 3, 25, tzinfo=zone)
    while when < datetime(2026, 4, 4, tzinfo=zone):
        utc = when.astimezone(UTC)
        piece = sum(cut <= utc.strftime("%H:%M") for cut in days.cuts)
        assert days.day(utc.strftime("%Y-%m-%d"), piece) == str(when.date()), when
        when = (utc + timedelta(minutes=15)).astimezone(zone)


def test_figures_and_the_first_page_count_the_days_of_the_zone(world: World) -> None:
    at(world, "2026-03-01T15:59:59.999999Z")  # 23:59 of the 1st in China
    at(world, "2026-03-01T16:00:00.000000Z")  # 00:00 of the 2nd
    at(world, "2026-03-02T01:00:00.000000Z")
    world.clock.now = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    found = world.office.figures(world.auditor, 2, zone=CHINA)
    assert [(day, sum(row.values())) for day, row in found.days] == [("2026-03-01", 1), ("2026-03-02", 2)]
    assert sum(world.office.figures(world.auditor, 1, zone=CHINA).actions.values()) == 2
    assert sum(world.office.figures(world.auditor, 1).actions.values()) == 1
    assert world.office.overview(world.secadmin, CHINA).transfers_today == 2
    assert world.office.overview(world.secadmin).transfers_today == 1


def test_a_month_and_the_archive_s_months_are_those_of_the_zone(world: World) -> None:
    for n, moment in enumerate(("2026-03-31T15:00:00.000000Z", "2026-03-31T17:00:00.000000Z")):
        record = {"record": f"R{n}", "transfer": "T", "object": "o", "header_digest": f"{n}b" * 32, "sha256": "cd" * 32}
        world.tell("record", **record, name="收到.pdf", size=10, level="internal", at=moment)
    found = world.office.figures(world.auditor, 31 + 30, "2026-05-01", CHINA)
    assert found.since == "2026-03-01" and found.until == "2026-04-30"
    assert found.archived == (("2026-03", 1, 10), ("2026-04", 1, 10))
