"""Custody: each kind of file ends where it should, whole, once; owners and reviewers get it out again."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from agent_world import BROKEN, OPEN, SECRET, SENSITIVE, Machine

from dlp.custody import NotTakenError, Point, whereabouts
from dlp.errors import UsageError
from dlp.files import ChangedError
from dlp.journal import rulings
from dlp.model import Choice, Origin, Ruling, State


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def nothing_left(machine: Machine) -> None:
    assert names(machine.outbox.claims) == []
    assert names(machine.outbox.drafts) == []


def test_an_allowed_file_is_a_new_inode_in_ready_byte_for_byte(machine: Machine) -> None:
    drop = machine.drop("notice.txt", OPEN)
    before = drop.stat()
    send = machine.hand_over(drop)
    ready = machine.outbox.ready / "notice.txt"
    assert send.state is State.READY
    assert send.path == ready
    assert ready.read_bytes() == OPEN
    assert ready.stat().st_ino != before.st_ino
    assert ready.stat().st_mtime_ns == before.st_mtime_ns
    assert not drop.exists()
    nothing_left(machine)


def test_a_sensitive_file_goes_out_sealed_and_its_original_is_kept(machine: Machine) -> None:
    send = machine.hand_over(machine.drop("客户.xlsx", SENSITIVE))
    assert send.state is State.SEALED
    assert names(machine.outbox.ready) == ["客户.xlsx.age"]
    assert machine.opened(machine.outbox.ready / "客户.xlsx.age") == SENSITIVE
    assert (machine.outbox.originals / "客户.xlsx").read_bytes() == SENSITIVE
    nothing_left(machine)


def test_a_sealed_copy_that_is_dropped_again_passes(machine: Machine) -> None:
    machine.hand_over(machine.drop("a", SENSITIVE))
    sealed = (machine.outbox.ready / "a.age").read_bytes()
    machine.reader.word = b"BROKEN"  # what a reader says of any sealed file: it cannot look inside
    assert machine.hand_over(machine.drop("b.age", sealed + b"!")).state is State.HELD
    assert machine.hand_over(machine.drop("c.age", sealed)).state is State.READY


@pytest.mark.parametrize(("content", "state"), [(SECRET, State.BLOCKED), (BROKEN, State.HELD)])
def test_what_is_kept_lies_sealed_in_the_vault_with_a_receipt(machine: Machine, content: bytes, state: State) -> None:
    send = machine.hand_over(machine.drop("plan.docx", content))
    assert send.state is state
    assert names(machine.outbox.ready) == []
    receipt = machine.outbox.held / f"plan.docx ({send.number}).html"
    assert send.number in receipt.read_text("utf-8")
    (object_id,) = machine.custody.ground.vault.all()
    assert content not in machine.custody.ground.vault.path(object_id).read_bytes()
    assert machine.opened(machine.custody.ground.vault.path(object_id)) == content
    nothing_left(machine)


def test_the_owner_takes_a_kept_file_back_byte_for_byte(machine: Machine) -> None:
    send = machine.hand_over(machine.drop("plan.docx", SECRET))
    back = machine.desk.take_back(send.number.lower())
    assert back.state is State.RETURNED
    assert back.path is not None
    assert back.path.read_bytes() == SECRET
    assert list(machine.custody.ground.vault.all()) == []
    assert "given back" in (machine.outbox.held / f"plan.docx ({send.number}).html").read_text("utf-8")
    with pytest.raises(UsageError, match="not kept"):
        machine.desk.take_back(send.number)
    with pytest.raises(UsageError, match="no transfer"):
        machine.desk.take_back("Z-1")


def test_two_sends_of_one_content_share_an_object_until_the_last_is_out(machine: Machine) -> None:
    first = machine.hand_over(machine.drop("a", SECRET))
    second = machine.hand_over(machine.drop("b", SECRET))
    assert len(list(machine.custody.ground.vault.all())) == 1
    machine.desk.take_back(first.number)
    assert machine.desk.take_back(second.number).path.read_bytes() == SECRET  # type: ignore[union-attr]
    assert list(machine.custody.ground.vault.all()) == []


def test_names_that_are_taken_get_a_number_and_nothing_is_replaced(machine: Machine) -> None:
    for content in (b"one", b"two", b"three"):
        machine.hand_over(machine.drop("a.txt", content))
    ready = machine.outbox.ready
    assert names(ready) == ["a (2).txt", "a (3).txt", "a.txt"]
    assert [(ready / name).read_bytes() for name in ("a.txt", "a (2).txt", "a (3).txt")] == [b"one", b"two", b"three"]


@pytest.mark.parametrize(
    "name",
    [
        "a\nb.txt",
        "📄🔒.txt",
        "字" * 85,
        "x" * 255,
        "\u202etxt.exe",
        " leading and trailing ",
        os.fsdecode(b"\xff\xfe.txt"),
    ],
)
@pytest.mark.parametrize("content", [OPEN, SENSITIVE, SECRET])
def test_names_of_every_kind_come_back_as_they_were(machine: Machine, name: str, content: bytes) -> None:
    send = machine.hand_over(machine.drop(name, content))
    if send.state is State.BLOCKED:
        send = machine.desk.take_back(send.number)
    kept = send.original or send.path
    assert kept is not None
    assert kept.name == name
    assert kept.read_bytes() == content
    found = whereabouts(machine.journal, name)
    assert [one.send.id for one in found] == [send.id]
    json.dumps(found[0].to_json())


def test_a_folder_is_one_send_and_comes_out_whole(machine: Machine) -> None:
    machine.drop("trip/a.txt", OPEN)
    machine.drop("trip/in/b.txt", SENSITIVE)
    (machine.outbox.root / "trip" / "empty").mkdir()
    send = machine.hand_over(machine.outbox.root / "trip")
    assert send.state is State.SEALED
    ready = machine.outbox.ready / "trip"
    assert (ready / "a.txt").read_bytes() == OPEN
    assert names(ready / "in") == ["b.txt.age"]
    assert (ready / "empty").is_dir()
    assert (machine.outbox.originals / "trip" / "in" / "b.txt").read_bytes() == SENSITIVE
    nothing_left(machine)


def test_one_bad_member_holds_the_whole_and_says_which(machine: Machine) -> None:
    machine.drop("trip/a.txt", OPEN)
    machine.drop("trip/in/plan.txt", SECRET)
    (machine.outbox.root / "trip" / "empty").mkdir()
    send = machine.hand_over(machine.outbox.root / "trip")
    assert send.state is State.BLOCKED
    receipt = (machine.outbox.held / f"trip ({send.number}).html").read_text("utf-8")
    assert "trip/in/plan.txt" in receipt
    assert "1 other files" in receipt
    reports = [report.body for report in machine.journal.pending(10) if report.kind == "transfer"]
    assert [(body["name"], body["incident"]) for body in reports] == [("trip/a.txt", False), ("trip/in/plan.txt", True)]
    back = machine.desk.take_back(f"{send.number}.2")
    assert back.path is not None
    assert (back.path / "a.txt").read_bytes() == OPEN
    assert (back.path / "in" / "plan.txt").read_bytes() == SECRET
    assert (back.path / "empty").is_dir()


def test_links_and_the_like_are_not_taken_and_stay(machine: Machine) -> None:
    machine.drop("real.txt", SECRET)
    link = machine.outbox.root / "link.txt"
    link.symlink_to(machine.outbox.root / "real.txt")
    folder = machine.outbox.root / "folder"
    folder.mkdir()
    os.mkfifo(folder / "pipe")
    for drop in (link, folder):
        with pytest.raises(NotTakenError):
            machine.desk.take(drop, Origin("li", "outbox"), machine.outbox)
        assert os.path.lexists(drop)
    assert whereabouts(machine.journal, "link.txt") == []


def test_a_hard_link_elsewhere_cannot_change_what_was_judged(machine: Machine) -> None:
    drop = machine.drop("a.txt", OPEN)
    other = machine.folder / "other name"
    os.link(drop, other)
    machine.hand_over(drop)
    other.write_bytes(SECRET)
    assert (machine.outbox.ready / "a.txt").read_bytes() == OPEN


def test_a_file_that_changes_after_it_was_judged_is_judged_again(tmp_path: Path) -> None:
    """Invariant 1: no byte reaches Ready that was not judged."""
    judged: list[Path] = []

    def change(point: Point) -> None:
        if point is Point.JUDGED and not judged:
            judged.extend(machine.outbox.claims.glob("* a.txt"))
            judged[0].write_bytes(SECRET)

    machine = Machine(tmp_path, change)
    assert machine.hand_over(machine.drop("a.txt", OPEN)).state is State.BLOCKED
    assert judged
    assert names(machine.outbox.ready) == []


def test_a_file_that_never_stops_changing_stays_claimed(tmp_path: Path) -> None:
    def change(point: Point) -> None:
        if point is Point.JUDGED:
            (claimed,) = machine.outbox.claims.glob("* a.txt")
            claimed.write_bytes(claimed.read_bytes() + b"more\n")

    machine = Machine(tmp_path, change)
    with pytest.raises(ChangedError):
        machine.hand_over(machine.drop("a.txt", OPEN))
    (found,) = whereabouts(machine.journal, "a.txt")
    assert found.to_json()["place"] == "claim"
    assert machine.desk.take_back(found.send.number).path.read_bytes().startswith(OPEN)  # type: ignore[union-attr]


def ruling(machine: Machine, transfer: str, choice: Choice, sequence: int = 1, expires: str = "") -> State:
    one = Ruling(sequence, transfer, choice, ("wang", "zhao"), "agreed with the customer", expires)
    rulings.take(machine.journal, one)
    machine.desk.rule()
    assert rulings.unapplied(machine.journal) == []
    return whereabouts(machine.journal, "plan.docx")[0].send.state


@pytest.mark.parametrize(
    ("choice", "ready", "originals", "state"),
    [
        (Choice.RELEASE, ["plan.docx"], [], State.RELEASED),
        (Choice.FALSE_POSITIVE, ["plan.docx"], [], State.RELEASED),
        (Choice.RELEASE_SEALED, ["plan.docx.age"], ["plan.docx"], State.RELEASED),
        (Choice.RETURN, [], ["plan.docx"], State.RETURNED),
        (Choice.KEEP, [], [], State.HELD),
    ],
)
def test_a_decision_is_done_once(machine: Machine, choice: Choice, ready, originals, state: State) -> None:
    machine.hand_over(machine.drop("plan.docx", BROKEN))
    (transfer,) = (one.id for one in whereabouts(machine.journal, "plan.docx")[0].members)
    assert ruling(machine, transfer, choice) is state
    assert ruling(machine, transfer, choice) is state
    assert names(machine.outbox.ready) == ready
    assert names(machine.outbox.originals) == originals
    told = [report.body for report in machine.journal.pending(100) if report.kind == "outcome"]
    assert [(body["state"], body["ruling"]) for body in told] == [(state.value, 1)]
    (receipt,) = machine.outbox.held.iterdir()
    assert "wang, zhao" in receipt.read_text("utf-8")
    nothing_left(machine)


def test_an_approval_holds_for_this_content_and_group_until_it_expires(machine: Machine) -> None:
    machine.hand_over(machine.drop("plan.docx", BROKEN, "sales"), "sales")
    (transfer,) = (one.id for one in whereabouts(machine.journal, "plan.docx")[0].members)
    ruling(machine, transfer, Choice.RELEASE, expires="2999-01-01T00:00:00.000000Z")
    assert machine.hand_over(machine.drop("again", BROKEN, "sales"), "sales").state is State.READY
    assert machine.hand_over(machine.drop("again", BROKEN, "press"), "press").state is State.HELD
    assert machine.hand_over(machine.drop("again", BROKEN + b"!", "sales"), "sales").state is State.HELD
    machine.journal.database.run("UPDATE approvals SET expires = '2001-01-01T00:00:00.000000Z'")
    assert machine.hand_over(machine.drop("again", BROKEN, "sales"), "sales").state is State.HELD


def test_a_folder_waits_for_every_decision_it_needs(machine: Machine) -> None:
    machine.drop("trip/a", BROKEN)
    machine.drop("trip/b", BROKEN + b"2")
    machine.drop("trip/c", SENSITIVE)
    machine.hand_over(machine.outbox.root / "trip")
    a, b, _ = (one.id for one in whereabouts(machine.journal, "trip")[0].members)
    for sequence, (transfer, choice) in enumerate([(a, Choice.RELEASE), (b, Choice.RELEASE_SEALED)], 1):
        assert whereabouts(machine.journal, "trip")[0].send.state is State.HELD
        rulings.take(machine.journal, Ruling(sequence, transfer, choice, ("wang",), "", ""))
        machine.desk.rule()
    assert names(machine.outbox.ready / "trip") == ["a", "b.age", "c.age"]
    assert names(machine.outbox.originals / "trip") == ["a", "b", "c"]


def test_a_ruling_about_a_file_of_another_machine_is_set_aside(machine: Machine) -> None:
    rulings.take(machine.journal, Ruling(1, "01NOTHERE", Choice.RELEASE, ("wang",), "", ""))
    machine.desk.rule()
    assert rulings.unapplied(machine.journal) == []


def test_the_journal_tells_the_whole_way_and_the_chain_is_whole(machine: Machine) -> None:
    send = machine.hand_over(machine.drop("plan.docx", SECRET))
    machine.desk.take_back(send.number)
    found = whereabouts(machine.journal, send.number)[0].to_json()
    assert [step["step"] for step in found["history"]] == ["claim", "keep", "return"]
    assert {step["phase"] for step in found["history"]} == {"done"}
    assert machine.journal.verify_chain() is None


def test_no_name_and_no_content_stands_in_an_event(machine: Machine) -> None:
    """Invariant 5."""
    send = machine.hand_over(machine.drop("plan.docx", SECRET))
    machine.desk.take_back(send.number)
    for event in machine.journal.events():
        assert "plan" not in event.body + event.subject


def test_a_link_put_into_a_claimed_folder_is_not_followed(tmp_path: Path) -> None:
    """Whoever still holds the folder open could otherwise have the agent read what only the agent may read."""
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "b.txt").write_bytes(OPEN)

    def swap(point: Point) -> None:
        if point is Point.CLAIM_DONE:
            (inner,) = machine.outbox.claims.glob("* trip/in")
            inner.rename(inner.with_name("was"))
            inner.symlink_to(hidden)

    machine = Machine(tmp_path, swap)
    machine.drop("trip/in/b.txt", SECRET)
    with pytest.raises(OSError, match=r"Not a directory|symbolic"):
        machine.hand_over(machine.outbox.root / "trip")
    assert names(machine.outbox.ready) == []


def test_policy_may_leave_giving_back_to_a_reviewer(machine: Machine) -> None:
    from dataclasses import replace

    from agent_world import Fixed

    from classifiers.model import Level
    from dlp.policy import Keeping

    context = machine.desk.force.context()
    stays = replace(context.policy, keeping=Keeping(stays_from=Level.SECRET))
    desk = replace(machine.desk, force=Fixed(replace(context, policy=stays)))
    secret, broken = machine.hand_over(machine.drop("a", SECRET)), machine.hand_over(machine.drop("b", BROKEN))
    with pytest.raises(UsageError, match="reviewer only"):
        desk.take_back(secret.number)
    assert desk.take_back(broken.number).state is State.RETURNED


def test_retention_is_that_of_the_level_or_the_next_lower_one() -> None:
    from classifiers.model import Level
    from dlp.policy import Keeping

    keeping = Keeping(((Level.SENSITIVE, 30), (Level.INTERNAL, 10)))
    assert [keeping.days(level) for level in Level] == [None, 10, 30, 30, 30, 30]


def test_what_a_suspended_person_hands_over_is_held(machine: Machine) -> None:
    from dataclasses import replace

    desk = replace(machine.desk, suspended=lambda person: person == "li")
    send = desk.take(machine.drop("a", OPEN), Origin("li", "outbox"), machine.outbox)
    other = desk.take(machine.drop("b", OPEN), Origin("wang", "outbox"), machine.outbox)
    assert send is not None
    assert other is not None
    assert desk.judge(send).state is State.HELD
    assert desk.judge(other).state is State.READY
    (member,) = machine.custody.members(send)
    assert [row["rule"] for row in member.judged["because"]] == ["suspended", "otherwise"]


def test_a_second_ruling_about_a_file_that_is_out_moves_nothing(machine: Machine) -> None:
    machine.hand_over(machine.drop("plan.docx", BROKEN))
    (transfer,) = (one.id for one in whereabouts(machine.journal, "plan.docx")[0].members)
    assert ruling(machine, transfer, Choice.RELEASE) is State.RELEASED
    assert ruling(machine, transfer, Choice.RETURN, sequence=2) is State.RELEASED
    assert whereabouts(machine.journal, "plan.docx")[0].send.path == machine.outbox.ready / "plan.docx"
