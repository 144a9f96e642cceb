"""Files that are taken and settled together: each has its own fate, whatever becomes of the others."""

from __future__ import annotations

from pathlib import Path

from agent_world import BROKEN, OPEN, SECRET, SENSITIVE, Machine

from dlp.custody import NotTakenError
from dlp.custody.claiming import Offer
from dlp.files import ChangedError
from dlp.model import Origin, State

FATES = {"a notice": State.READY, "b list": State.SEALED, "c plan": State.BLOCKED, "d torn": State.HELD}
CONTENTS = {"a notice": OPEN, "b list": SENSITIVE, "c plan": SECRET, "d torn": BROKEN}


def offers(machine: Machine, *drops: Path) -> list[Offer]:
    return [Offer(drop, Origin("li", "outbox"), machine.outbox) for drop in drops]


def test_files_that_are_taken_together_have_each_their_own_fate(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    drops = [machine.drop(name, content) for name, content in CONTENTS.items()]
    claimed = machine.desk.take_all(offers(machine, *drops))
    assert [path.exists() for path in drops] == [False] * 4
    settled = {before.name: after for before, after in machine.desk.judge_all(claimed)}
    assert {name: after.state for name, after in settled.items()} == FATES
    assert (machine.outbox.ready / "a notice").read_bytes() == OPEN
    assert machine.opened(machine.outbox.ready / "b list.age") == SENSITIVE
    assert (machine.outbox.originals / "b list").read_bytes() == SENSITIVE
    assert {path.name.split(" (")[0] for path in machine.outbox.held.iterdir()} == {"c plan", "d torn"}
    assert not any(machine.outbox.claims.iterdir())
    assert not any(machine.outbox.drafts.iterdir())
    assert machine.journal.verify_chain() is None
    assert len({send.number for send in machine.sends()}) == 4


def test_what_cannot_be_taken_keeps_nothing_else_from_it(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    good, gone, link = machine.drop("good", OPEN), tmp_path / "box" / "gone", tmp_path / "box" / "link"
    link.symlink_to("/etc/hostname")
    last = machine.drop("last", OPEN)
    taken = machine.desk.take_all(offers(machine, good, gone, link, last))
    assert [getattr(one, "name", None) for one in (taken[0], taken[3])] == ["good", "last"]
    assert taken[1] is None
    assert isinstance(taken[2], NotTakenError)
    assert link.is_symlink()
    assert len(machine.sends()) == 2


def test_one_whose_bytes_changed_is_judged_again_and_the_others_go_on(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    drops = [machine.drop(name, OPEN) for name in ("one", "two", "three")]
    claimed = machine.desk.take_all(offers(machine, *drops))
    judged = [(send, machine.desk.verdicts(send)) for send in claimed]
    (claim,) = [path for path in machine.outbox.claims.iterdir() if path.name.endswith(" two")]
    claim.write_bytes(SECRET)
    done = machine.custody.settle_all(judged)
    assert [getattr(one, "state", type(one)) for one in done] == [State.READY, ChangedError, State.READY]
    again = dict(machine.desk.judge_all([claimed[1]]))
    assert [after.state for after in again.values()] == [State.BLOCKED]


def test_a_claim_that_went_away_is_told_of_that_file_alone(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    claimed = machine.desk.take_all(offers(machine, *(machine.drop(name, OPEN) for name in ("one", "two"))))
    (claim,) = [path for path in machine.outbox.claims.iterdir() if path.name.endswith(" one")]
    claim.unlink()
    done = {before.name: after for before, after in machine.desk.judge_all(claimed)}
    assert isinstance(done["one"], FileNotFoundError)
    assert done["two"].state is State.READY


def test_two_files_of_one_name_both_come_to_ready(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    first = machine.desk.take_all(offers(machine, machine.drop("same.txt", OPEN)))
    second = machine.desk.take_all(offers(machine, machine.drop("same.txt", OPEN + b"!")))
    states = [after.state for _, after in machine.desk.judge_all([*first, *second])]
    assert states == [State.READY, State.READY]
    assert {path.read_bytes() for path in machine.outbox.ready.iterdir()} == {OPEN, OPEN + b"!"}
