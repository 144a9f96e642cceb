"""The database: migrations and the tables agree; a newer database is refused; writers wait for each other."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from office_world import made

from dlp.errors import UsageError
from dlp.model import Choice
from dlp.office import Office
from dlp.office.store.database import Store
from dlp.office.store.tables import Base, ChainRow
from keys.exchange import new_client_key
from keys.keystore import Keystore


def differences(store: Store) -> list[object]:
    with store.reading() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def test_migrating_an_empty_database_makes_exactly_the_tables(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'a.db'}")
    assert differences(store) == []
    store.close()


def test_the_file_is_for_its_owner_only_and_written_through(tmp_path: Path) -> None:
    path = tmp_path / "100% new" / "a.db"
    path.parent.mkdir()
    store = Store.open(f"sqlite:///{path}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with store.reading() as session:
        read = {
            name: session.connection().exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert read == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    store.close()


def test_a_database_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    store = Store.open(url)
    with store.writing() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    store.close()
    with pytest.raises(UsageError, match="newer version"):
        Store.open(url)


@pytest.mark.parametrize("url", ["nonsense", "sqlite:////no/such/folder/a.db"])
def test_an_address_that_is_no_database_is_one_clear_line(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        Store.open(url)
    assert caught.value.hint


def test_a_file_that_is_no_database_is_one_clear_line_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(b"something else entirely" * 100)
    with pytest.raises(UsageError):
        Store.open(f"sqlite:///{path}")
    assert path.read_bytes() == b"something else entirely" * 100


def test_writers_of_two_stores_never_lose_a_change(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    stores = [Store.open(url), Store.open(url)]
    with stores[0].writing() as session:
        session.add(ChainRow(organisation="o"))

    def count(store: Store) -> None:
        for _ in range(20):
            with store.writing() as session:
                session.get_one(ChainRow, ("o", "")).sequence += 1

    threads = [threading.Thread(target=count, args=(store,)) for store in (*stores, *stores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with stores[0].reading() as session:
        assert session.get_one(ChainRow, ("o", "")).sequence == 80
    for store in stores:
        store.close()


@pytest.mark.server
def test_postgresql_has_the_same_schema(postgres_url: str) -> None:
    store = Store.open(postgres_url)
    assert differences(store) == []
    store.close()


@pytest.mark.server
def test_the_office_works_on_postgresql_from_two_processes(postgres_url: str, keystore: Keystore) -> None:
    world = made(postgres_url, keystore)
    elsewhere = Office.open(postgres_url, keystore, world.clock)
    incident = world.held(name="a\0b\ud800.txt")
    assert world.office.opening.release(world.user, world.sealed(), new_client_key()[1]).wrapped
    world.office.incidents.decide(world.secadmin, incident, Choice.RETURN, "")
    assert len(elsewhere.rulings.after(world.machine, 0)) == 1

    def enrol(office: Office) -> None:
        for _ in range(10):
            office.machines.enrol("m")
            assert office.audit.verify() is None

    threads = [threading.Thread(target=enrol, args=(office,)) for office in (world.office, elsewhere) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({machine.letter for machine in elsewhere.machines.all(world.sysadmin)}) == 41
    assert world.office.overview(world.secadmin).sealed == 1
    for office in (world.office, elsewhere):
        office.close()
