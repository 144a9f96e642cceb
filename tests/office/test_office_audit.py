"""The record of everything: an edit, a reorder, a deletion, a cut tail and a rewritten chain are found."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from office_world import Clock, World

from dlp.errors import UsageError
from dlp.office import Checkpoint, EventFilter, Office, chain
from dlp.office.store.tables import ChainRow, EventRow


def path(world: World) -> str:
    return world.url.removeprefix("sqlite:///")


def change(world: World, *statements: str) -> None:
    with sqlite3.connect(path(world)) as connection:
        for statement in statements:
            connection.execute(statement)


def some(world: World) -> int:
    for number in range(5):
        world.office.machines.enrol(f"m{number}")
    return world.office.audit.checkpoint().sequence


@pytest.mark.parametrize(
    "column",
    ["at", "kind", "actor", "subject", "body", "previous", "hash", "id", "sequence", "organisation", "machine"],
)
def test_invariant_8_an_edit_of_any_column_is_found(world: World, column: str) -> None:
    some(world)
    assert world.office.audit.verify() is None
    value = "1000" if column == "sequence" else "'x'"
    change(world, f"UPDATE events SET {column} = {value} WHERE sequence = 3")
    assert world.office.audit.verify() == 3


def test_invariant_8_a_deletion_and_a_reorder_are_found(world: World) -> None:
    some(world)
    change(world, "DELETE FROM events WHERE sequence = 4")
    assert world.office.audit.verify() == 4
    change(world, "UPDATE events SET sequence = sequence - 1 WHERE sequence > 4")
    assert world.office.audit.verify() == 4


def test_invariant_8_two_swapped_events_are_found(world: World) -> None:
    some(world)
    change(
        world,
        "UPDATE events SET sequence = -1 WHERE sequence = 4",
        "UPDATE events SET sequence = 4 WHERE sequence = 5",
        "UPDATE events SET sequence = 5 WHERE sequence = -1",
    )
    assert world.office.audit.verify() == 4


def test_invariant_8_a_cut_tail_is_found_here_and_by_a_checkpoint(world: World) -> None:
    last = some(world)
    kept = world.office.audit.checkpoint()
    change(world, f"DELETE FROM events WHERE sequence > {last - 2}")
    assert world.office.audit.verify() == last - 1
    # Who also sets the end back fools the chain itself, and not the checkpoint.
    change(
        world,
        f"UPDATE chains SET sequence = {last - 2}, hash = (SELECT hash FROM events WHERE sequence = {last - 2})",
    )
    assert world.office.audit.verify() is None
    wrong = world.office.audit.compare(kept)
    assert wrong and "cut" in wrong.en


def test_invariant_8_a_rewritten_chain_is_found_by_a_checkpoint(world: World) -> None:
    some(world)
    kept = world.office.audit.checkpoint()
    with world.office.ground.store.writing() as session:
        end = session.get_one(ChainRow, (world.office.ground.organisation, ""))
        rows = session.query(EventRow).order_by(EventRow.sequence).all()
        rows[2].actor, previous = "somebody else", chain.GENESIS
        for row in rows:
            row.previous = previous
            row.hash = previous = chain.hash_of(row)
        end.hash = previous
    assert world.office.audit.verify() is None
    wrong = world.office.audit.compare(kept)
    assert wrong and "rewritten" in wrong.en


def test_a_checkpoint_holds_while_the_chain_grows_and_cannot_be_forged(world: World) -> None:
    kept = world.office.audit.checkpoint()
    some(world)
    again = Checkpoint.from_json(json.loads(json.dumps(kept.to_json())))
    assert world.office.audit.compare(again) is None
    for forged in ({"sequence": 1}, {"hash": "00" * 32}, {"organisation": "x"}, {"signature": "é"}):
        wrong = world.office.audit.compare(Checkpoint.from_json({**kept.to_json(), **forged}))
        assert wrong and "not signed" in wrong.en
    for bad in (None, {}, {**kept.to_json(), "sequence": True}, {**kept.to_json(), "hash": 1}):
        with pytest.raises(UsageError):
            Checkpoint.from_json(bad)


@given(value=st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")))
@settings(max_examples=20, deadline=None)
def test_a_hash_covers_every_text_exactly(value: str) -> None:
    end = ChainRow(organisation="o")
    row = chain.append(end, chain.Line("k", value, value, "t", {"a": value}))
    other = ChainRow(organisation="o")
    assert chain.hash_of(row) == row.hash == end.hash
    row.actor += "x"
    assert chain.hash_of(row) != row.hash and other.sequence == 0


def test_reading_is_newest_first_filtered_and_page_by_page(world: World) -> None:
    last = some(world)
    events = world.office.audit.events(world.auditor, size=3)
    assert [event.sequence for event in events] == [last, last - 1, last - 2]
    assert world.office.audit.events(world.auditor, before=last - 2, size=1)[0].sequence == last - 3
    enrolled = world.office.audit.events(world.auditor, EventFilter(kind="machine."))
    assert {event.kind for event in enrolled} == {"machine.enrolled"} and len(enrolled) == 6
    assert world.office.audit.events(world.auditor, EventFilter(kind="machine", actor="nobody")) == ()


def test_the_export_is_the_whole_chain_and_says_who_took_it(world: World) -> None:
    last = some(world)
    lines = list(world.office.audit.export(world.auditor))
    assert [line["sequence"] for line in lines] == list(range(1, last + 2))
    assert (lines[-1]["kind"], lines[-1]["actor"]) == ("audit.exported", "auditor")
    rows = [EventRow(**line) for line in lines]
    end = ChainRow(organisation=rows[0].organisation, sequence=len(rows), hash=rows[-1].hash)
    assert chain.first_broken(rows, end) is None


def test_a_change_that_fails_leaves_no_event(world: World) -> None:
    before = world.office.audit.checkpoint().sequence
    with pytest.raises(UsageError):
        world.office.accounts.create(world.sysadmin, "")
    assert world.office.audit.checkpoint().sequence == before


def test_two_processes_append_to_one_chain(world: World) -> None:
    elsewhere = Office.open(world.url, world.keystore, Clock())
    for number in range(6):
        (world.office if number % 2 else elsewhere).machines.enrol(f"m{number}")
    assert world.office.audit.verify() is None
    elsewhere.close()


def test_the_command_line_checks_and_exports(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str], keystore_folder: Path
) -> None:
    import argparse

    from dlp.cli import audit
    from dlp.cli.room import Room
    from dlp.config import Home
    from dlp.language import Language

    journal = pytest.importorskip("dlp.journal", reason="dlp audit also reads the agent's journal")
    if not hasattr(journal, "Journal"):
        pytest.skip("this build has no agent's journal")

    world.office.close()
    home = Home(tmp_path / "home")
    home.make()
    shutil.copytree(keystore_folder, home.office, dirs_exist_ok=True)
    shutil.copy(path(world), home.office / "office.db")
    journal.Journal.open(home.agent / "journal.db").close()
    room = Room(home, Language.EN)

    def audit_(what: str, checkpoint: str | None = None) -> tuple[int, str]:
        status = audit.run(argparse.Namespace(what=what, checkpoint=checkpoint, json=True), room)
        return status, capsys.readouterr().out

    status, told = audit_("checkpoint")
    kept = tmp_path / "kept.json"
    kept.write_text(told)
    status, told = audit_("export")
    assert status == 0 and len(told.splitlines()) > 5
    assert audit_("verify", str(kept))[0] == 0
    with sqlite3.connect(home.office / "office.db") as connection:
        connection.execute("UPDATE events SET actor = 'x' WHERE sequence = 2")
    status, told = audit_("verify")
    assert status == 1 and json.loads(told.splitlines()[0])["problem"].endswith("event 2")
