"""Reports: each once, in any order to the same end, and a bad one never stops the good ones."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office_world import Clock, World, sealed_body, transfer_body
from sqlalchemy import select

from dlp import ulid
from dlp.errors import UsageError
from dlp.model import Choice, Report
from dlp.office import Conflict, EventFilter, Office
from dlp.office.store.tables import IncidentRow, TakenRow, TransferRow


def kinds(world: World, kind: str) -> list[dict[str, Any]]:
    return [event.body for event in world.office.audit.events(world.auditor, EventFilter(kind=kind))]


def test_a_transfer_opens_one_incident_with_what_was_found(world: World) -> None:
    incident = world.office.incidents.show(world.secadmin, world.held())
    assert incident.state == "open"
    assert incident.transfer.findings[0]["masked"] == "机密★**"
    assert incident.transfer.gaps[0]["reason"] == "encrypted"
    assert world.office.overview(world.secadmin).waiting == 1


def test_the_same_id_twice_has_one_effect(world: World) -> None:
    report = world.tell("transfer", **transfer_body())
    before = world.office.audit.checkpoint().sequence
    assert world.office.intake.take(world.machine, report).accepted
    assert world.office.audit.checkpoint().sequence == before
    assert len(world.office.transfers.page(world.secadmin).rows) == 1


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("transfer", {"size": "12"}),
        ("transfer", {"size": True}),
        ("transfer", {"size": 2**70}),
        ("transfer", {"level": "royal"}),
        ("transfer", {"sha256": "ab"}),
        ("transfer", {"name": None}),
        ("transfer", {"findings": {"a": 1}}),
        ("transfer", {"findings": [{"rule": "r", "level": "secret", "score": 1, "place": {"x": float("nan")}}]}),
        ("transfer", {"options": [{"choice": "release", "people": 0}]}),
        ("transfer", {"at": "yesterday"}),
        ("transfer", {"transfer": "../x"}),
        ("sealed", {"header_digest": "xyz"}),
        ("outcome", {"transfer": "T1", "state": "gone", "at": "2026-01-01T00:00:00Z"}),
        ("head", {"sequence": -1, "hash": "ab" * 32}),
        ("nonsense", {}),
    ],
)
def test_a_bad_report_is_recorded_and_acknowledged_and_says_no_content(
    world: World, kind: str, change: dict[str, object]
) -> None:
    base = {"transfer": transfer_body(), "sealed": sealed_body("ab" * 32, b"x")}.get(kind, {})
    bad = {"id": ulid.new(), "kind": kind, "at": "2026-11-24T11:00:00Z", "body": {**base, **change}}
    good = {"id": ulid.new(), "kind": "transfer", "at": "2026-11-24T11:00:00Z", "body": transfer_body()}
    assert world.office.intake.take_all(world.machine, {"reports": [bad, good]}) == [bad["id"], good["id"]]
    assert len(world.office.transfers.page(world.secadmin).rows) == 1
    (rejected,) = kinds(world, "report.rejected")
    assert "expected" in rejected["why"]
    assert "yesterday" not in rejected["why"] and "royal" not in rejected["why"]


@pytest.mark.parametrize("body", [None, [], {}, {"reports": 1}, "x"])
def test_a_body_that_is_no_list_of_reports_is_refused(world: World, body: object) -> None:
    with pytest.raises(UsageError):
        world.office.intake.take_all(world.machine, body)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_in_a_report_raises(world: World, raw: object) -> None:
    world.office.intake.take_all(world.machine, {"reports": [raw, {"id": ulid.new(), "kind": "transfer", "body": raw}]})


def test_another_machine_cannot_speak_of_this_ones_files(world: World) -> None:
    body = transfer_body()
    world.tell("transfer", **body)
    world.tell("sealed", **sealed_body("ab" * 32, b"x", level="secret"))
    other = world.office.machines.enrol("other").machine
    for kind, told in (
        ("transfer", {**body, "level": "public", "at": "2030-01-01T00:00:00Z"}),
        ("outcome", {"transfer": body["transfer"], "state": "released", "at": "2030-01-01T00:00:00Z"}),
        ("sealed", sealed_body("ab" * 32, b"x", level="public")),
    ):
        taken = world.office.intake.take(other, Report(ulid.new(), kind, "2030-01-01T00:00:00Z", told))
        assert not taken.accepted
    assert world.office.transfers.show(world.secadmin, str(body["transfer"])).level.id == "secret"
    assert world.office.sealed_files.show(world.secadmin, "ab" * 32).level.id == "secret"


def test_taking_a_file_back_closes_its_incident(world: World) -> None:
    incident = world.held()
    transfer = world.office.incidents.show(world.secadmin, incident).transfer
    world.tell("outcome", transfer=transfer.id, state="returned", detail="", at="2030-01-01T00:00:00Z", ruling=None)
    assert world.office.incidents.show(world.secadmin, incident).state == "closed"


def test_what_was_found_after_a_release_is_an_incident_that_only_a_person_ends(world: World) -> None:
    released = {"action": "encrypt", "level": "sensitive", "state": "ready", "incident": False}
    body = transfer_body(at="2026-11-24T11:00:00.000000Z", **released)
    transfer = str(body["transfer"])
    world.tell("transfer", **body)
    world.tell("sealed", **sealed_body("ab" * 32, b"x", transfer=transfer))
    assert not world.office.transfers.show(world.secadmin, transfer).incident
    after = {"rule": "after", "clause": "R5.9", "text_en": "found afterwards", "text_zh": "事后发现"}
    found = {**body, "action": "block", "level": "secret", "incident": True, "because": [after], "options": KEEPING}
    for at in ("2026-11-24T12:00:00.000000Z", "2026-11-24T12:00:01.000000Z"):
        world.tell("transfer", **{**found, "at": at})
    (incident,) = world.office.incidents.queue(world.secadmin).rows
    assert (incident.state, incident.transfer.state) == ("open", "ready")
    # Readers of the sealed copy need the level that it turned out to have, and nobody takes that down again.
    assert world.office.sealed_files.show(world.secadmin, "ab" * 32).level.id == "secret"
    world.tell("transfer", **{**found, "level": "public", "at": "2026-11-24T12:00:02.000000Z"})
    assert world.office.sealed_files.show(world.secadmin, "ab" * 32).level.id == "secret"
    assert len(kinds(world, "sealed.lifted")) == 1
    ended = world.office.incidents.decide(world.secadmin, incident.id, Choice.KEEP, "the chat was cleaned")
    assert ended.state == "decided"


KEEPING = [{"choice": "false_positive", "people": 2}, {"choice": "keep", "people": 1}]


def test_a_rewritten_or_cut_chain_of_an_agent_is_noticed(world: World) -> None:
    world.tell("head", sequence=5, hash="aa" * 32)
    world.tell("head", sequence=9, hash="bb" * 32)
    world.tell("head", sequence=9, hash="cc" * 32)
    world.tell("head", sequence=7, hash="dd" * 32)
    assert kinds(world, "chain.rewritten") == [{"sequence": 9}]
    assert kinds(world, "chain.went_back") == [{"sequence": 7, "known": 9}]
    machine = world.office.machines.all(world.sysadmin)[0]
    assert (machine.head_sequence, machine.head_hash) == (9, "bb" * 32)


def test_names_that_no_database_takes_do_not_lose_the_incident(world: World) -> None:
    assert world.held(name="a\0b\ud800c")
    (row,) = world.office.transfers.page(world.secadmin).rows
    assert row.name == "a�b�c"


def story() -> list[Report]:
    body = transfer_body(transfer="T1", at="2026-11-24T11:00:00Z", incident=False)
    later = {**body, "state": "blocked", "level": "top_secret", "at": "2026-11-24T11:01:00Z", "incident": True}
    end = {"transfer": "T1", "detail": "", "ruling": None}
    return [
        Report("R1", "transfer", "2026-11-24T11:00:00Z", body),
        Report("R2", "transfer", "2026-11-24T11:01:00Z", later),
        Report("R3", "outcome", "2026-11-24T11:02:00Z", {**end, "state": "held", "at": "2026-11-24T11:00:30Z"}),
        Report("R4", "outcome", "2026-11-24T11:03:00Z", {**end, "state": "returned", "at": "2026-11-24T11:03:00Z"}),
        Report("R5", "sealed", "2026-11-24T11:03:00Z", sealed_body("ab" * 32, b"x", transfer="T1")),
        Report("R6", "head", "2026-11-24T11:03:00Z", {"sequence": 3, "hash": "aa" * 32}),
    ]


@given(order=st.permutations(range(6)), again=st.lists(st.integers(0, 5), max_size=4))
@settings(max_examples=25, deadline=None)
def test_reports_in_any_order_and_repeated_come_to_the_same_end(
    template: tuple[Path, World], order: list[int], again: list[int]
) -> None:
    reports = story()
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(template[0], f"{folder}/office.db")
        office = Office.open(f"sqlite:///{folder}/office.db", template[1].keystore, Clock())
        for number in (*order, *again):
            assert office.intake.take(template[1].machine, reports[number]).accepted
        with office.ground.reading() as session:
            row = session.scalars(select(TransferRow)).one()
            assert (row.state, row.level, row.report) == ("returned", 5, "R2")
            assert session.scalars(select(IncidentRow)).one().state == "closed"
            assert len(session.scalars(select(TakenRow)).all()) == 6
        assert office.audit.verify() is None
        office.close()


def test_a_pruned_record_says_so_once_and_cannot_be_held_any_more(world: World) -> None:
    body = {
        "record": ulid.new(),
        "transfer": ulid.new(),
        "object": "ab" * 32,
        "header_digest": "ef" * 32,
        "sha256": "ab" * 32,
        "name": "合同.docx",
        "size": 3,
        "level": "internal",
        "at": "2026-11-24T11:00:00.000000Z",
    }
    world.tell("record", **body)
    assert world.office.records.held_on(world.machine.id) == ()
    before = world.office.revision()
    world.office.records.hold(world.secadmin, body["record"], True, "complaint")
    assert world.office.records.held_on(world.machine.id) == (body["record"],)
    assert world.office.revision() > before
    for day in ("25", "26"):
        world.tell("pruned", record=body["record"], at=f"2026-11-{day}T11:00:00.000000Z")
    assert world.office.records.show(world.secadmin, body["record"]).pruned.startswith("2026-11-25")
    with pytest.raises(Conflict):
        world.office.records.hold(world.secadmin, body["record"], False, "over")
