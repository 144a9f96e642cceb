"""Several hands at one Send: its owner, a reviewer and the agent's own threads; and steps that must be tried again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from agent_world import BROKEN, OPEN, SECRET, SENSITIVE, Machine

from dlp.custody import Point
from dlp.errors import UnfinishedError, UsageError
from dlp.journal import rulings
from dlp.model import Choice, Origin, Ruling, State

ROUNDS = 25


def at_once(*ways: Callable[[], object]) -> list[BaseException]:
    """Each in its own thread, begun together; what they raised."""
    gun, raised = threading.Barrier(len(ways)), list[BaseException]()

    def one(way: Callable[[], object]) -> None:
        gun.wait()
        try:
            way()
        except BaseException as error:  # noqa: BLE001 - told to the test
            raised.append(error)

    threads = [threading.Thread(target=one, args=(way,)) for way in ways]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


def everywhere(machine: Machine, name: str) -> list[Path]:
    box = machine.outbox
    folders = (box.root, box.ready, box.originals, box.claims, box.drafts)
    return [path for folder in folders for path in folder.iterdir() if name in path.name and path.is_file()]


@pytest.mark.parametrize("choice", [Choice.RELEASE, Choice.RELEASE_SEALED, Choice.RETURN])
def test_the_owner_and_a_reviewer_at_once_leave_one_file(tmp_path: Path, choice: Choice) -> None:
    machine = Machine(tmp_path)
    for number in range(ROUNDS):
        name = f"plan {number}"
        send = machine.hand_over(machine.drop(name, BROKEN + b"%d" % number))
        (member,) = machine.custody.members(send)
        ruling = Ruling(number + 1, member.id, choice, ("wang",), "", "")
        rulings.take(machine.journal, ruling)
        raised = at_once(partial(machine.custody.rule, ruling), partial(machine.desk.take_back, send.number))
        assert all(isinstance(error, UsageError) for error in raised), raised
        placed = [path for path in everywhere(machine, name) if not path.name.startswith(send.number)]
        sealed = [path for path in placed if path.suffix == ".age"]
        assert len(placed) == (2 if sealed else 1), placed
        assert rulings.unapplied(machine.journal) == []


def test_the_owner_and_the_agent_at_once_leave_one_file(tmp_path: Path) -> None:
    """Taken back while it is judged."""
    machine = Machine(tmp_path)
    for number in range(ROUNDS):
        name, content = f"list {number}", (SENSITIVE, OPEN, SECRET)[number % 3] + b"%d" % number
        send = machine.desk.take(machine.drop(name, content), Origin("li", "outbox"), machine.outbox)
        assert send is not None
        raised = at_once(partial(machine.desk.judge, send), partial(machine.custody.take_back, send.number))
        assert all(isinstance(error, UsageError | OSError) for error in raised), raised
        (found,) = [one for one in machine.sends() if one.id == send.id]
        placed = [path for path in everywhere(machine, name) if not path.name.startswith(send.number)]
        assert len(placed) == {State.BLOCKED: 0, State.SEALED: 2}.get(found.state, 1), (found.state, placed)


def test_a_step_that_cannot_be_finished_does_not_keep_the_agent_from_starting(tmp_path: Path) -> None:
    class Killed(BaseException):
        pass

    def reach(point: Point) -> None:
        if point is Point.INTENDED:
            raise Killed

    first = Machine(tmp_path, reach)
    for name in ("a", "b"):
        with pytest.raises(Killed):
            first.hand_over(first.drop(name, SECRET + name.encode()))
    first.journal.close()
    machine = Machine(tmp_path)
    machine.outbox.held.rename(tmp_path / "away")
    machine.outbox.held.write_bytes(b"somebody's file")
    failed = machine.custody.recover()
    machine.custody.sweep()
    assert [type(error) for _, error in failed] == [FileExistsError, FileExistsError]
    assert {send.state for send in machine.sends()} == {State.INSPECTED}
    machine.outbox.held.unlink()
    for id_, _ in failed:
        machine.desk.go_on(id_)
    assert {send.state for send in machine.sends()} == {State.BLOCKED}


def test_a_decision_that_could_not_be_done_is_named_and_done_later(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    late: list[tuple[str, Exception]] = []
    machine.desk = machine.desk.with_later(lambda send, error: late.append((send, error)))
    sends = [machine.hand_over(machine.drop(name, BROKEN + name.encode())) for name in ("a", "b")]
    for number, send in enumerate(sends):
        (member,) = machine.custody.members(send)
        rulings.take(machine.journal, Ruling(number + 1, member.id, Choice.RELEASE, ("wang",), "", ""))
    machine.outbox.ready.rmdir()
    machine.outbox.ready.write_bytes(b"somebody's file")
    assert machine.desk.rule() == []
    assert [send for send, _ in late] == [send.id for send in sends]
    machine.outbox.ready.unlink()
    assert {machine.desk.go_on(send).state for send, _ in late} == {State.RELEASED}
    assert rulings.unapplied(machine.journal) == []
    assert {path.name for path in machine.outbox.ready.iterdir()} == {"a", "b"}


def test_what_was_handed_over_by_command_and_failed_is_tried_again(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    late: list[str] = []
    machine.desk = machine.desk.with_later(lambda send, _: late.append(send))
    machine.outbox.ready.rmdir()
    machine.outbox.ready.write_bytes(b"somebody's file")
    source = tmp_path / "letter"
    source.write_bytes(OPEN)
    with source.open("rb") as file, pytest.raises(UnfinishedError):
        machine.desk.send(file.fileno(), "letter", Origin("li", "dlp send"), machine.outbox)
    (send,) = machine.sends()
    assert late == [send.id]
    machine.outbox.ready.unlink()
    assert machine.desk.go_on(send.id).state is State.READY
