"""The agent's own record: chained events, reports in order, small memories; a newer or broken file is refused."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from dlp.errors import DlpError
from dlp.journal import Journal, JournalError, rulings
from dlp.model import Choice, Ruling


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal.open(tmp_path / "journal.db")


def test_it_commits_to_the_disk_before_it_returns(journal: Journal) -> None:
    assert journal.database.one("PRAGMA synchronous") == 2
    assert journal.database.one("PRAGMA journal_mode") == "wal"


def test_the_chain_is_whole_and_each_kind_of_edit_is_found(journal: Journal) -> None:
    """Invariant 8."""
    for number in range(5):
        journal.event("transfer.ready", "li", str(number), size=number)
    head = journal.head()
    assert journal.verify_chain({3: "0" * 64}).sequence == 3  # type: ignore[union-attr]
    assert journal.verify_chain({head[0]: head[1]}) is None
    edits = {
        "UPDATE events SET body = '{}' WHERE sequence = 3": 3,
        "UPDATE events SET who = 'wang' WHERE sequence = 1": 1,
        "DELETE FROM events WHERE sequence = 2": 2,
        "DELETE FROM events WHERE sequence = 5": 5,
        "UPDATE events SET sequence = 9 WHERE sequence = 4": 4,
    }
    for edit, where in edits.items():
        with pytest.raises(ZeroDivisionError), journal.database.transaction():
            journal.database.run(edit)
            broken = journal.verify_chain()
            assert broken is not None, edit
            assert broken.sequence == where
            raise ZeroDivisionError  # and back to what it was
    assert journal.verify_chain() is None


def test_a_chain_written_anew_is_found_against_a_head_kept_elsewhere(journal: Journal, tmp_path: Path) -> None:
    journal.event("a", "li", "1")
    head = journal.head()
    other = Journal.open(tmp_path / "other.db")
    other.event("a", "li", "2")
    assert other.verify_chain() is None
    broken = other.verify_chain({head[0]: head[1]})
    assert broken is not None
    assert broken.why == "written anew"


def test_an_event_and_its_change_are_there_together_or_not_at_all(journal: Journal) -> None:
    with pytest.raises(ZeroDivisionError), journal.transaction():
        journal.event("a", "li", "1")
        journal.report("outcome", {})
        raise ZeroDivisionError
    assert journal.head()[0] == 0
    assert journal.pending(10) == []
    assert not journal.reported.is_set()


def test_reports_wait_in_order_and_one_head_tells_the_latest(journal: Journal) -> None:
    for number in range(3):
        with journal.transaction():
            journal.report("outcome", {"number": number})
            journal.event("a", "li", str(number))
    waiting = journal.pending(10)
    assert [report.body.get("number") for report in waiting if report.kind == "outcome"] == [0, 1, 2]
    (head,) = (report.body for report in waiting if report.kind == "head")
    assert head["sequence"] == 3
    assert journal.reported.is_set()
    journal.acknowledge([report.id for report in waiting[:2]])
    assert len(journal.pending(10)) == len(waiting) - 2


def test_numbers_rise_with_the_machines_letter(journal: Journal) -> None:
    journal.set_letter("C")
    assert [journal.next_number() for _ in range(2)] == ["C-1001", "C-1002"]


def test_a_ruling_is_taken_once(journal: Journal) -> None:
    for choice in (Choice.RELEASE, Choice.KEEP):
        rulings.take(journal, Ruling(7, "T", choice, ("wang",), "", ""))
    assert [ruling.choice for ruling in rulings.unapplied(journal)] == [Choice.RELEASE]
    assert rulings.last(journal) == 7
    rulings.applied(journal, 7)
    assert rulings.unapplied(journal) == []


def test_a_newer_or_broken_journal_is_refused_and_left_alone(tmp_path: Path) -> None:
    newer = tmp_path / "newer.db"
    with sqlite3.connect(newer) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(JournalError, match="version 99"):
        Journal.open(newer)
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"not a database, but long enough to look like a file of one " * 40)
    with pytest.raises(DlpError, match="cannot be used"):
        Journal.open(broken)
    assert broken.read_bytes().startswith(b"not a database")


def test_a_reader_waits_for_no_writer_and_sees_what_was_committed(journal: Journal) -> None:
    import threading

    seen: list[int] = []
    with journal.transaction():
        journal.event("a", "li", "1")
        reader = threading.Thread(target=lambda: seen.append(journal.head()[0]))
        reader.start()
        reader.join(5)
        assert not reader.is_alive()
        assert journal.head()[0] == 1
    assert seen == [0]
    reader = threading.Thread(target=lambda: seen.append(journal.head()[0]))
    reader.start()
    reader.join(5)
    assert seen == [0, 1]


def test_what_is_not_durable_tells_the_office_nothing(journal: Journal) -> None:
    with pytest.raises(AssertionError), journal.transaction(durable=False):
        journal.event("a", "li", "1")
    assert journal.head()[0] == 0
    with journal.transaction(durable=False):
        assert journal.database.one("PRAGMA synchronous") == 1
    with journal.transaction():
        assert journal.database.one("PRAGMA synchronous") == 2
