"""An office on a real SQLite file with a real keystore, and people in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from office_world import Clock, World, made
from postgres_here import copied, postgres

from dlp import ulid
from dlp.office import Office
from keys.keystore import Keystore


@pytest.fixture(scope="session")
def keystore_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keystore")


@pytest.fixture(scope="session")
def keystore(keystore_folder: Path) -> Keystore:
    return Keystore.create(keystore_folder)[0]


@pytest.fixture
def fresh(tmp_path: Path, keystore: Keystore) -> Iterator[Callable[[], Office]]:
    """Opens offices on one new database file."""
    opened: list[Office] = []

    def open_office() -> Office:
        opened.append(Office.open(f"sqlite:///{tmp_path / 'office.db'}", keystore, Clock()))
        return opened[-1]

    yield open_office
    for office in opened:
        office.close()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, keystore: Keystore) -> tuple[Path, World]:
    """Four passwords take two seconds to hash; they are hashed once, and each test gets a copy of the file."""
    path = tmp_path_factory.mktemp("template") / "office.db"
    world = made(f"sqlite:///{path}", keystore)
    world.office.close()
    return path, world


@pytest.fixture
def world(tmp_path: Path, template: tuple[Path, World], keystore: Keystore) -> Iterator[World]:
    path, before = template
    copy = tmp_path / "office.db"
    copy.write_bytes(path.read_bytes())
    clock = Clock()
    office = Office.open(f"sqlite:///{copy}", keystore, clock)
    yield World(office, clock, f"sqlite:///{copy}", keystore, dict(before.people), before.machine, before.token)
    office.close()


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """A new, empty database on a PostgreSQL server; dropped afterwards."""
    with postgres() as server, copied(server, f"office_test_{ulid.new().lower()}") as url:
        yield url
