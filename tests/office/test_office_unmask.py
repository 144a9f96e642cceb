"""Seeing what was found in clear: a reason, a right, a clearance, a limit; the event first, and the text nowhere."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable

import pytest
from office_world import World

from classifiers.model import Level
from dlp.errors import UsageError
from dlp.office import Conflict, Refused, Role, unmasking
from dlp.office.shapes import Malformed
from dlp.office.store.tables import EventRow

CLEAR = "11010519491231002X"
EXCERPT = {"rule": "cn.mark.star", "fingerprint": "", "before": "before ", "match": CLEAR, "after": " after"}


@pytest.fixture
def officer(world: World) -> object:
    """A reviewer who is cleared for what is kept."""
    return world.person("officer", Role.SECADMIN, clearance=Level.TOP_SECRET)


def machine_answers(world: World, body: dict[str, object]) -> Callable[[], None]:
    """A machine that answers the next wish; the join of its thread."""

    def answer() -> None:
        world.office.rulings.after(world.machine, 0, 20, lambda: bool(world.office.unmasking.waits(world.machine)))
        (wish,) = world.office.unmasking.waits(world.machine)
        assert world.office.unmasking.answer(world.machine, {"id": wish.id, **body})
        assert not world.office.unmasking.answer(world.machine, {"id": wish.id, **body}), "each wish once"

    thread = threading.Thread(target=answer)
    thread.start()
    return lambda: thread.join(20)


def kinds(world: World) -> list[str]:
    with world.office.ground.reading() as session:
        return [row.kind for row in session.query(EventRow).order_by(EventRow.sequence)]


def test_a_reviewer_sees_it_after_the_event_and_it_is_stored_nowhere(world: World, officer) -> None:
    incident = world.held()
    join = machine_answers(world, {"excerpts": [EXCERPT]})
    (found,) = world.office.unmasking.show(officer, incident, "the sender disputes it")
    join()
    assert (found.before, found.match, found.after) == ("before ", CLEAR, " after")
    assert CLEAR not in repr(found)
    assert kinds(world)[-1] == "incident.unmasked"
    look = world.office.desk.look(officer, incident)
    assert [(one.kind, one.name, one.text) for one in look.remarks] == [("unmask", "officer", "the sender disputes it")]
    if world.url.startswith("sqlite"):
        with sqlite3.connect(world.url.removeprefix("sqlite:///")) as database:
            assert CLEAR not in "".join(database.iterdump())
    assert world.office.unmasking.waits(world.machine) == ()


def test_the_event_is_there_before_the_machine_is_asked(world: World, officer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Invariant 7's sister: whoever was shown something is in the events."""
    incident, seen = world.held(), []
    monkeypatch.setattr(unmasking.Unmasking, "_waited", lambda *_: seen.append(kinds(world)[-1]))
    world.office.unmasking.show(officer, incident, "because")
    assert seen == ["incident.unmasked"]


def test_who_may_not_is_refused_and_that_is_an_event(world: World) -> None:
    incident = world.held(level="highly_secret")
    low = world.person("low", Role.SECADMIN, clearance=Level.SENSITIVE)
    with pytest.raises(Refused, match="clearance"):
        world.office.unmasking.show(low, incident, "because")
    assert kinds(world)[-1] == "incident.unmask_refused"
    sender = world.person("sender", clearance=Level.TOP_SECRET)
    with pytest.raises(Refused):
        world.office.unmasking.show(sender, incident, "because")
    assert kinds(world)[-1] == "incident.unmask_refused"


def test_no_reason_no_file_no_machine(world: World, officer) -> None:
    incident = world.held()
    with pytest.raises(UsageError):
        world.office.unmasking.show(officer, incident, " ")
    for passed in (world.held(state="refused"), world.held(direction="received", state="archived")):
        with pytest.raises(Conflict, match="not kept"):
            world.office.unmasking.show(officer, passed, "because")
    assert "incident.unmasked" not in kinds(world)
    with pytest.raises(Conflict, match="does not answer"):
        world.office.unmasking.show(officer, incident, "because", seconds=0)


@pytest.mark.parametrize("problem", ["not_kept", "failed", "something new"])
def test_what_the_machine_could_not_do_is_said(world: World, officer, problem: str) -> None:
    incident = world.held()
    join = machine_answers(world, {"problem": problem})
    with pytest.raises(Conflict):
        world.office.unmasking.show(officer, incident, "because")
    join()


def test_many_files_in_a_short_time_are_too_many(world: World, officer) -> None:
    incident = world.held()
    for _ in range(unmasking.MOST):
        with pytest.raises(Conflict):
            world.office.unmasking.show(officer, incident, "because", seconds=0)
    with pytest.raises(Refused, match="many files"):
        world.office.unmasking.show(officer, incident, "because", seconds=0)
    world.clock.pass_by(minutes=11)
    with pytest.raises(Conflict):
        world.office.unmasking.show(officer, incident, "because", seconds=0)


def test_another_machine_and_nonsense_are_not_believed(world: World, officer) -> None:
    office = world.office
    assert not office.unmasking.answer(world.machine, {"id": "nobody", "excerpts": []})
    with pytest.raises(Malformed):
        office.unmasking.answer(world.machine, [])
    other = office.machines.enrol("other").machine
    incident, told = world.held(), []

    def answer() -> None:
        office.rulings.after(world.machine, 0, 20, lambda: bool(office.unmasking.waits(world.machine)))
        (wish,) = office.unmasking.waits(world.machine)
        told.append((office.unmasking.waits(other), office.unmasking.answer(other, {"id": wish.id, "excerpts": []})))
        office.unmasking.answer(world.machine, {"id": wish.id, "excerpts": []})

    thread = threading.Thread(target=answer)
    thread.start()
    assert office.unmasking.show(officer, incident, "because") == ()
    thread.join(20)
    assert told == [((), False)]


def test_each_finding_has_its_own_and_a_list_has_all() -> None:
    marks = (
        {"rule": "mark", "fingerprint": "a"},
        {"rule": "mark", "fingerprint": "b"},
        {"rule": "id", "fingerprint": "c"},
    )
    found = tuple(
        unmasking.Excerpt(rule, mark, "", text, "")
        for rule, mark, text in [("mark", "b", "B"), ("mark", "a", "A"), ("id", "c", "1"), ("id", "d", "2")]
    )
    assert [[one.match for one in row] for row in unmasking.beside(marks, found)] == [["A"], ["B"], ["1", "2"]]
