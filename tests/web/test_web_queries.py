"""No page asks the database more than eight times, however much is on it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from office_world import World
from sqlalchemy import event
from web_world import Served

from classifiers.model import Level
from dlp.office import Role

MOST = 8
PAGES = {
    "secadmin": (
        *("/", "/first-steps/", "/incidents/", "/incidents/{incident}", "/transfers/", "/transfers/{transfer}"),
        *("/sealed/", "/archive/", "/overview", "/overview/report", "/compliance", "/policy/", "/policy/rules"),
        *("/people/", "/groups/", "/groups/{group}", "/requests/", "/settings/", "/audit/"),
        *("/sealed/{sealed}", "/archive/R1", "/people/{person}", "/policy/{version}", "/open", "/me"),
    ),
    "sysadmin": ("/", "/first-steps/", "/people/", "/machines/", "/overview", "/compliance"),
    "auditor": ("/", "/audit/", "/overview", "/people/"),
    "sender": (
        "/",
        "/first-steps/",
        "/incidents/",
        "/incidents/{incident}",
        "/transfers/",
        "/sealed/",
        "/groups/",
        "/me",
    ),
}


@pytest.fixture
def asked(world: World) -> Iterator[list[str]]:
    """The questions since it was last emptied."""
    found, lock = list[str](), threading.Lock()

    def note(_c: object, _u: object, statement: str, *_: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            with lock:
                found.append(statement)

    engine = world.office.ground.store._engine
    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def fill(world: World) -> dict[str, str]:
    """More rows than a page shows, so that one question for each row would be found."""
    sender = world.person("sender")
    group = world.office.groups.create(world.secadmin, "客户A", "x", sender.id, Level.SECRET)
    for number in range(4):
        world.person(f"p{number}", Role.USER)
        world.office.groups.add(world.secadmin, group.id, world.people[f"p{number}"].id)
    for number in range(12):
        incident = world.held(
            number=f"A-{number}", group="客户A", sha256=f"{number % 3:02d}" * 32, send=f"S{number // 4}"
        )
        world.office.desk.remark(world.secadmin, incident, "comment", f"word {number}")
        world.sealed(f"content {number}".encode(), group="客户A")
    shown = world.office.incidents.show(world.secadmin, incident)
    digests = {"header_digest": "ef" * 32, "sha256": "cd" * 32, "object": "objects/ef/cd"}
    dates = {"retain_until": "2029-11-25T00:00:00Z", "at": world.office.ground.now()}
    named = {"name": "a.pdf", "size": 1, "level": "internal", "account": "wxid_a"}
    world.tell("record", record="R1", transfer="T1", **digests, **dates, **named)
    return {
        "incident": incident,
        "transfer": shown.transfer.id,
        "group": group.id,
        "person": sender.id,
        "sealed": world.office.sealed_files.page(world.secadmin).rows[0].id,
        "version": world.office.policies.draft(world.secadmin, "policy: a", "first").id,
    }


@pytest.mark.parametrize("person", sorted(PAGES))
def test_at_most_eight_questions_a_page(console: Served, world: World, asked: list[str], person: str) -> None:
    made = fill(world)
    visitor, counts = console.visitor(person), dict[str, int]()
    for path in PAGES[person]:
        visitor.get(path.format(**made))
        asked.clear()
        answer = visitor.get(path.format(**made))
        assert answer.status == 200, (path, answer.words)
        counts[path] = len(asked)
    assert {path: count for path, count in counts.items() if count > MOST} == {}
