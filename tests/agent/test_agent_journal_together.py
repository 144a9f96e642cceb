"""Transactions of several threads at once: each whole or not at all, and there when its thread goes on."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dlp.custody import send as sends
from dlp.journal.database import Database
from dlp.journal.schema import LEFT
from dlp.model import State

THREADS = 8
EACH = 25


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(tmp_path / "journal.db")) as made:
        yield made


def _kept(path: Path) -> set[str]:
    """What another process finds."""
    with closing(sqlite3.connect(path)) as other:
        return {key for (key,) in other.execute("SELECT key FROM meta")}


def _at_once(*works: Callable[[], None]) -> None:
    failures: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised below, in the thread that asserts
            failures.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    if failures:
        raise failures[0]


def test_what_a_thread_wrote_is_there_for_everybody_when_it_goes_on(database: Database, tmp_path: Path) -> None:
    def work(thread: int) -> None:
        for number in range(EACH):
            key = f"{thread}.{number}"
            with database.transaction():
                database.run("INSERT INTO meta VALUES (?, '')", key)
            assert key in _kept(tmp_path / "journal.db")

    _at_once(*(lambda thread=thread: work(thread) for thread in range(THREADS)))
    assert len(_kept(tmp_path / "journal.db")) == THREADS * EACH


def test_a_transaction_that_fails_takes_nothing_of_the_others_with_it(database: Database, tmp_path: Path) -> None:
    def good(thread: int) -> None:
        for number in range(EACH):
            with database.transaction():
                database.run("INSERT INTO meta VALUES (?, '')", f"good {thread}.{number}")

    def bad(thread: int) -> None:
        for number in range(EACH):
            with pytest.raises(RuntimeError), database.transaction():
                database.run("INSERT INTO meta VALUES (?, '')", f"bad {thread}.{number}")
                raise RuntimeError

    works = [*range(THREADS // 2)]
    _at_once(
        *(lambda thread=thread: good(thread) for thread in works),
        *(lambda thread=thread: bad(thread) for thread in works),
    )
    kept = _kept(tmp_path / "journal.db")
    assert len(kept) == len(works) * EACH
    assert not any(key.startswith("bad") for key in kept)


def test_threads_that_wait_share_one_commit(database: Database, tmp_path: Path) -> None:
    """One holds the turn while others come; those become durable together."""
    inside, go = threading.Event(), threading.Event()
    commits: list[str] = []
    database._connection.set_trace_callback(lambda said: commits.append(said) if said == "COMMIT" else None)

    def first() -> None:
        with database.transaction():
            database.run("INSERT INTO meta VALUES ('first', '')")
            inside.set()
            assert go.wait(60)

    def later(number: int) -> None:
        assert inside.wait(60)
        with database.transaction():
            database.run("INSERT INTO meta VALUES (?, '')", str(number))

    def opener() -> None:
        assert inside.wait(60)
        deadline = threading.Event()
        while database._turn.waiting < THREADS:
            assert not deadline.wait(0.001)
        go.set()

    late = (lambda number=number: later(number) for number in range(THREADS))
    _at_once(first, opener, *late)
    assert len(_kept(tmp_path / "journal.db")) == THREADS + 1
    assert len(commits) < THREADS


def test_a_full_disk_fails_everybody_who_waits_for_that_commit(database: Database, tmp_path: Path) -> None:
    database.run(f"PRAGMA max_page_count = {database.one('PRAGMA page_count')}")
    inside, go, told = threading.Event(), threading.Event(), list[str]()

    def first() -> None:
        with pytest.raises(sqlite3.Error), database.transaction():
            database.run("INSERT INTO meta VALUES ('first', 'small')")
            inside.set()
            assert go.wait(60)
        told.append("first")

    def second() -> None:
        assert inside.wait(60)
        with pytest.raises(sqlite3.Error), database.transaction():
            database.run("INSERT INTO meta VALUES ('second', ?)", "x" * 1_000_000)
        told.append("second")

    def opener() -> None:
        assert inside.wait(60)
        pause = threading.Event()
        while not database._turn.waiting:
            assert not pause.wait(0.001)
        go.set()

    _at_once(first, second, opener)
    kept = _kept(tmp_path / "journal.db")
    assert sorted(told) == ["first", "second"]  # SQLite undid both, so both must know
    assert not kept & {"first", "second"}
    database.run("PRAGMA max_page_count = 1000000")
    database.run("INSERT INTO meta VALUES ('after', '')")
    assert "after" in _kept(tmp_path / "journal.db")


@pytest.mark.parametrize("states", [(State.CLAIMED, State.INSPECTED), (State.HELD,), tuple(map(State, LEFT))])
def test_open_sends_are_found_without_reading_all(database: Database, states: tuple[State, ...]) -> None:
    asked = sends._in_states("id", states)
    plan = " ".join(row["detail"] for row in database.rows(f"EXPLAIN QUERY PLAN {asked}", *states))
    assert "sends_open" in plan


def test_what_waits_for_a_commit_is_written_when_the_journal_is_closed(tmp_path: Path) -> None:
    """A thread that leaves its group open for another one must neither wait for ever nor lose what it wrote."""
    database = Database(tmp_path / "journal.db")
    inside, go = threading.Event(), threading.Event()

    def first() -> None:
        with database.transaction():
            database.run("INSERT INTO meta VALUES ('first', '')")
            inside.set()
            assert go.wait(60)
            database._turn.waiting += 1  # somebody comes, and is slower than the one who closes

    def closer() -> None:
        assert inside.wait(60)
        go.set()
        pause = threading.Event()
        while not database._together.open or database._turn.lock.locked():
            assert not pause.wait(0.001)
        database.close()

    _at_once(first, closer)
    assert "first" in _kept(tmp_path / "journal.db")
