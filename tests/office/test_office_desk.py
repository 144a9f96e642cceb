"""The reviewer's desk: the queue by risk, remarks, undo, bulk, taking back, and what is known from elsewhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from office_world import World, sealed_body, transfer_body
from sqlalchemy import select

from classifiers.model import Level
from dlp import ulid
from dlp.errors import UsageError
from dlp.model import Choice
from dlp.office import Conflict, NotFound, Refused, Role
from dlp.office.desk import UNDO
from dlp.office.incidents import Terms
from dlp.office.queue import Asked
from dlp.office.store.tables import IncidentRow

UNDOABLE = Terms(undo=UNDO)


def named(world: World, **asked: str) -> list[str]:
    return [row.transfer.name for row in world.office.queue.page(world.secadmin, Asked(**asked)).rows]


def test_the_queue_is_ordered_by_risk_and_one_row_for_a_send_or_the_same_content(world: World) -> None:
    send = ulid.new()
    world.held(name="low", level="internal", findings=[], sha256="01" * 32, send="")
    world.held(name="top", level="top_secret", sha256="02" * 32, send="")
    world.held(name="a", level="sensitive", send=send)
    world.held(name="b", level="secret", send=send)
    world.held(name="copy", level="internal", findings=[], sha256="01" * 32, send="")
    rows = world.office.queue.page(world.secadmin).rows
    assert [(row.transfer.name, row.count) for row in rows] == [("top", 1), ("b", 2), ("low", 2)]
    assert rows[0].risk > rows[1].risk > rows[2].risk
    assert named(world, level="secret") == ["top", "b"] and named(world, text="TOP") == ["top"]
    assert named(world, text="a") == ["a"] and named(world, action="block") == []


def test_an_unread_part_weighs_more_than_a_doubtful_finding(world: World) -> None:
    world.held(name="doubt", gaps=[], send="", sha256="01" * 32)
    world.held(name="unread", send="", sha256="02" * 32)
    assert named(world) == ["unread", "doubt"]


def test_the_queue_goes_page_by_page_without_losing_or_doubling_a_row(world: World) -> None:
    for number in range(9):
        world.held(name=str(number), send="", sha256=f"{number:02d}" * 32)
    seen, after = [], ""
    while True:
        page = world.office.queue.page(world.secadmin, after=after, size=2)
        seen += [row.transfer.name for row in page.rows]
        after = page.next
        if not after:
            break
    assert sorted(seen) == [str(number) for number in range(9)]
    first = world.office.queue.page(world.secadmin).rows
    assert world.office.queue.next_after(world.secadmin, first[0].incident) == first[1].incident
    assert world.office.queue.next_after(world.secadmin, first[-1].incident) == first[0].incident


def test_others_see_only_their_own_rows(world: World) -> None:
    sender = world.person("sender")
    world.held(send="")
    world.held(send="", person="somebody")
    assert len(world.office.queue.page(sender).rows) == 1
    with pytest.raises(Refused):
        world.office.queue.page(world.auditor)


def test_the_mark_changes_with_the_queue(world: World) -> None:
    marks = [world.office.queue.mark(world.secadmin)]
    incident = world.held()
    marks.append(world.office.queue.mark(world.secadmin))
    world.office.desk.assign(world.secadmin, incident, "secadmin")
    marks.append(world.office.queue.mark(world.secadmin))
    world.office.incidents.decide(world.secadmin, incident, Choice.RETURN, "")
    marks.append(world.office.queue.mark(world.secadmin))
    assert len(set(marks[:3])) == 3 and marks[3] == marks[0]


def test_a_decision_can_be_taken_back_for_ten_seconds_and_goes_down_after_them(world: World) -> None:
    first, second = world.held(), world.held()
    world.office.incidents.decide(world.secadmin, first, Choice.RETURN, "", UNDOABLE)
    assert world.office.rulings.after(world.machine, 0) == []
    assert world.office.desk.look(world.secadmin, first).undo
    assert world.office.desk.undo(world.secadmin, first).state == "open"
    world.office.incidents.decide(world.secadmin, second, Choice.RETURN, "", UNDOABLE)
    world.clock.pass_by(seconds=11)
    (ruling,) = world.office.rulings.after(world.machine, 0)
    assert ruling.sequence == 2
    with pytest.raises(Conflict):
        world.office.desk.undo(world.secadmin, second)
    assert world.office.audit.verify() is None


def test_a_ruling_that_waits_keeps_later_ones_waiting(world: World) -> None:
    world.office.incidents.decide(world.secadmin, world.held(), Choice.RETURN, "", UNDOABLE)
    world.office.incidents.decide(world.secadmin, world.held(), Choice.RETURN, "")
    assert world.office.rulings.after(world.machine, 0) == []
    world.clock.pass_by(seconds=11)
    assert [ruling.sequence for ruling in world.office.rulings.after(world.machine, 0)] == [1, 2]


def test_taking_a_confirmation_back_leaves_the_asking_and_nobody_else_may(world: World) -> None:
    world.person("second", Role.SECADMIN)
    incident = world.held()
    world.office.incidents.decide(world.secadmin, incident, Choice.FALSE_POSITIVE, "a quotation")
    world.office.incidents.decide(world.second, incident, Choice.FALSE_POSITIVE, "", UNDOABLE)
    with pytest.raises(Conflict):
        world.office.desk.undo(world.secadmin, incident)
    undone = world.office.desk.undo(world.second, incident)
    assert (undone.state, undone.asked_by) == ("asked", "secadmin")


def test_several_are_decided_at_once_only_where_nothing_gets_out(world: World) -> None:
    ids = [world.held() for _ in range(3)]
    with pytest.raises(UsageError):
        world.office.desk.decide_all(world.secadmin, ids, Choice.RELEASE, "all of them")
    world.office.incidents.decide(world.secadmin, ids[0], Choice.RETURN, "")
    assert world.office.desk.decide_all(world.secadmin, ids, Choice.RETURN, "") == (2, 1)


def test_the_sender_asks_disputes_and_takes_back(world: World) -> None:
    sender, incident = world.person("sender"), world.held()
    world.office.desk.remark(sender, incident, "release", "the customer waits")
    with pytest.raises(Refused):
        world.office.desk.remark(world.secadmin, incident, "wrong", "not mine")
    with pytest.raises(NotFound):
        world.office.desk.remark(world.user, incident, "comment", "not visible to me")
    look = world.office.desk.look(world.secadmin, incident)
    assert [(one.name, one.kind) for one in look.remarks] == [("sender", "release")]
    assert "customer" not in str([event.body for event in look.events])
    with pytest.raises(Refused):
        world.office.desk.take_back(world.secadmin, incident)
    assert world.office.desk.take_back(sender, incident).state == "decided"
    assert [ruling.choice for ruling in world.office.rulings.after(world.machine, 0)] == [Choice.RETURN]


def test_policy_may_keep_a_file_from_its_owner(world: World) -> None:
    sender, incident = world.person("sender"), world.held(options=[{"choice": "keep"}])
    with pytest.raises(Refused, match="policy"):
        world.office.desk.take_back(sender, incident)


def test_the_same_content_and_the_same_send_are_shown_with_what_was_decided(world: World) -> None:
    send = ulid.new()
    before = world.held(sha256="11" * 32, send="")
    world.office.incidents.decide(world.secadmin, before, Choice.KEEP, "a draft")
    here = world.held(sha256="11" * 32, send=send)
    beside = world.held(sha256="22" * 32, send=send)
    found = {one.incident: one for one in world.office.desk.look(world.secadmin, here).sightings}
    assert set(found) == {before, beside}
    assert found[before].choice == "keep" and found[before].same_content and not found[beside].same_content


def test_false_positives_are_counted_for_the_rule_that_was_wrong(world: World) -> None:
    world.person("second", Role.SECADMIN)
    for choice in (Choice.FALSE_POSITIVE, Choice.RETURN, Choice.RETURN):
        incident = world.held()
        world.office.incidents.decide(world.secadmin, incident, choice, "why")
        if choice is Choice.FALSE_POSITIVE:
            world.office.incidents.decide(world.second, incident, choice, "")
    assert world.office.desk.look(world.secadmin, world.held()).rules == {"cn.mark.star": (3, 1)}


def test_the_confirming_takes_over_what_the_asking_said(world: World) -> None:
    world.person("second", Role.SECADMIN)
    two = [{"rule": name, "level": "secret", "category": "state_secret", "score": 90} for name in ("right", "wrong")]
    incident = world.held(findings=two)
    world.office.incidents.decide(world.secadmin, incident, Choice.FALSE_POSITIVE, "why", Terms(rule="wrong"))
    world.office.incidents.decide(world.second, incident, Choice.FALSE_POSITIVE, "", Terms(rule="right"))
    rules = world.office.desk.look(world.secadmin, world.held(findings=two)).rules
    assert rules == {"right": (1, 0), "wrong": (1, 1)}


def test_a_release_sealed_until_a_day_is_an_expiry_of_the_sealed_file(world: World) -> None:
    body = transfer_body(options=[{"choice": "release_sealed"}], at=world.office.ground.now())
    world.tell("transfer", **body)
    incident = world.office.transfers.show(world.secadmin, str(body["transfer"])).incident
    until = world.office.ground.now(timedelta(days=3))
    terms = Terms(opens_until=until)
    world.office.incidents.decide(world.secadmin, incident, Choice.RELEASE_SEALED, "needed", terms)
    world.tell("sealed", **sealed_body("ab" * 32, b"x", transfer=body["transfer"]))
    assert world.office.sealed_files.show(world.secadmin, "ab" * 32).expires == until


def test_the_owner_of_a_group_is_assigned_and_strangers_are_not(world: World) -> None:
    owner = world.person("owner")
    world.office.groups.create(world.secadmin, "客户A", "x", owner.id, Level.SECRET)
    incident = world.held(group="客户A")
    world.office.desk.assign(world.secadmin, incident, "OWNER")
    assert world.office.desk.look(world.again("owner"), incident).assigned == "owner"
    with pytest.raises(UsageError):
        world.office.desk.assign(world.secadmin, incident, "nobody")


def test_an_evidence_bundle_holds_without_an_office_and_every_change_is_found(world: World) -> None:
    import io
    import zipfile

    from dlp.office.evidence import verify

    incident = world.held()
    world.office.desk.remark(world.secadmin, incident, "comment", "asked the sender")
    with pytest.raises(Refused):
        world.office.evidence(world.auditor, incident, lambda look: "")
    raw = world.office.evidence(world.secadmin, incident, lambda look: f"<p>{look.incident.transfer.number}</p>")
    assert verify(raw) is None and verify(raw, world.keystore.verify_key) is None
    other = verify(raw, bytes(32))
    assert other and "another office" in other.en
    with zipfile.ZipFile(io.BytesIO(raw)) as file:
        texts = {name: file.read(name) for name in file.namelist()}
    for name in texts:
        changed = io.BytesIO()
        with zipfile.ZipFile(changed, "w") as file:
            for other_name, text in texts.items():
                file.writestr(
                    other_name,
                    text.replace(b"secadmin", b"somebody") + b" " * (name == "page.html")
                    if other_name == name
                    else text,
                )
        assert verify(changed.getvalue()) is not None, name
    for broken in (b"", b"PK", raw[:200]):
        with pytest.raises(UsageError):
            verify(broken)


def test_figures_count_what_happened(world: World) -> None:
    world.held(group="客户A", level="secret")
    world.office.careers.describe(world.sysadmin, world.person("sender").id, "", "销售部")
    found = world.office.figures(world.auditor, 7)
    assert found.actions == {"hold": 1} and found.levels == {"secret": 1} and len(found.days) == 7
    assert found.departments == (("销售部", {"hold": 1}),) and found.groups == (("客户A", 1),)
    assert [(one.rule, one.fired, one.decided) for one in found.rules] == [("cn.mark.star", 1, 0)]
    assert found.waiting == 1 and found.median_hours is None
    with pytest.raises(Refused):
        world.office.figures(world.user)


def test_the_command_line_checks_a_bundle_on_a_machine_without_an_office(
    world: World, tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    from pathlib import Path

    from dlp.cli.main import main

    folder = Path(str(tmp_path))
    path = folder / "bundle.zip"
    path.write_bytes(world.office.evidence(world.secadmin, world.held(), lambda look: ""))
    words = ["--home", str(folder / "nowhere"), "--language", "en", "audit", "verify", str(path)]
    assert main(words) == 0 and "the chain is whole" in capsys.readouterr().out
    path.write_bytes(path.read_bytes()[:100])
    assert main(words) == 2 and "broken" in capsys.readouterr().err
    assert main([*words[:-1], str(folder / "none.zip")]) == 2


def test_an_edited_file_says_which_findings_are_new_since_it_was_let_pass(world: World) -> None:
    def finding(fingerprint: str) -> dict[str, object]:
        return {"rule": "cn.id.resident", "level": "sensitive", "category": "personal_info", "score": 90,
                "masked": "1***", "fingerprint": fingerprint}  # fmt: skip

    alone = [{"choice": "release", "people": 1, "reason": True}, {"choice": "keep", "people": 1, "reason": True}]
    first = world.held(sha256="aa" * 32, number="A-1001", findings=[finding("1" * 16)], options=alone)
    assert world.office.desk.look(world.secadmin, first).since is None
    world.office.incidents.decide(world.secadmin, first, Choice.RELEASE, "agreed")
    edited = world.held(
        sha256="bb" * 32, number="A-1002", findings=[finding("1" * 16), finding("2" * 16)], options=alone
    )
    look = world.office.desk.look(world.secadmin, edited)
    assert look.since is not None
    assert look.since.number == "A-1001"
    assert look.since.fingerprints == {"2" * 16}
    assert [one.same_name for one in look.sightings] == [True]
    other = world.held(sha256="cc" * 32, number="A-1003", name="other.xlsx", findings=[finding("3" * 16)])
    assert world.office.desk.look(world.secadmin, other).since is None


def test_at_equal_risk_what_a_sender_asks_for_comes_first_and_then_the_oldest(world: World) -> None:
    sender = world.person("sender")
    ids = [world.held(name=name, send="", sha256=name * 32) for name in ("aa", "bb", "cc")]
    top = world.held(name="top", level="top_secret", send="", sha256="ee" * 32)
    assert named(world) == ["top", "aa", "bb", "cc"]
    before = world.office.queue.mark(world.secadmin)
    world.office.desk.remark(sender, ids[2], "release", "the customer waits")
    assert named(world) == ["top", "cc", "aa", "bb"]
    assert [row.wished for row in world.office.queue.page(world.secadmin).rows] == [False, True, False, False]
    assert named(world, wished="release") == ["cc"] and world.office.queue.mark(world.secadmin) != before
    assert world.office.queue.next_after(world.secadmin, top) == ids[2]
    world.office.desk.remark(sender, ids[0], "wrong", "it is published")
    assert named(world, wished="release") == ["cc"]
    late = world.held(name="late", send="", sha256="dd" * 32)
    assert world.office.queue.next_after(world.secadmin, ids[1]) == late


def test_the_row_of_a_send_says_so_where_the_sender_asks_for_any_of_its_files(world: World) -> None:
    sender, send = world.person("sender"), ulid.new()
    low = world.held(name="low", level="sensitive", send=send)
    world.held(name="high", send=send)
    world.office.desk.remark(sender, low, "release", "the customer waits")
    (row,) = world.office.queue.page(world.secadmin).rows
    assert (row.transfer.name, row.count, row.wished) == ("high", 2, True)


def test_an_office_of_before_gets_the_order_of_now(world: World) -> None:
    from alembic import command

    from dlp.office.store.database import alembic_config

    sender = world.person("sender")
    ids = [world.held(name=str(number), send="", sha256=f"{number}f" * 32) for number in range(3)]
    world.office.desk.remark(sender, ids[2], "release", "the customer waits")
    store = world.office.ground.store
    ranks = select(IncidentRow.id, IncidentRow.rank).order_by(IncidentRow.id)
    with store.reading() as session:
        now = [tuple(row) for row in session.execute(ranks)]
    with store.writing() as session:
        command.downgrade(alembic_config(session.connection()), "0004")
    with store.reading() as session:
        assert [rank for _, rank in session.execute(ranks)] == [f"{rank[:4]}{one}" for one, rank in now]
    with store.writing() as session:
        command.upgrade(alembic_config(session.connection()), "head")
    with store.reading() as session:
        assert [tuple(row) for row in session.execute(ranks)] == now
    assert named(world) == ["2", "0", "1"]
