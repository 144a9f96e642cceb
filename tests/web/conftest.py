"""A console over TLS on a free port, on a real office with real keys; and Chromium."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "office"))

from office_world import Clock, World, made
from postgres_here import copied, postgres
from web_world import Served, served

from dlp import ulid
from dlp.office import Office
from keys.keystore import Keystore


@dataclass
class Template:
    """A database with the first people in it, to be copied."""

    world: World
    server: str
    path: Path = Path()

    @contextmanager
    def copy(self, path: Path) -> Iterator[str]:
        """The URL of a copy."""
        if self.server:
            with copied(self.server, f"web_{ulid.new().lower()}", "template_of_the_office") as url:
                yield url
            return
        path.write_bytes(self.path.read_bytes())
        yield f"sqlite:///{path}"


@pytest.fixture(scope="session")
def keystore(tmp_path_factory: pytest.TempPathFactory) -> Keystore:
    return Keystore.create(tmp_path_factory.mktemp("keystore"))[0]


@pytest.fixture(scope="session")
def database_server() -> Iterator[str]:
    """The PostgreSQL server of a run with DLP_TEST_ON=postgresql; empty: SQLite, as everywhere else."""
    if os.environ.get("DLP_TEST_ON") != "postgresql":
        yield ""
        return
    with postgres() as url:
        yield url


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, keystore: Keystore, database_server: str) -> Iterator[Template]:
    """Passwords take long to hash; they are hashed once, and each test gets a copy of the database."""
    if database_server:
        with copied(database_server, "template_of_the_office") as url:
            world = made(url, keystore)
            world.office.close()
            yield Template(world, database_server)
        return
    path = tmp_path_factory.mktemp("template") / "office.db"
    world = made(f"sqlite:///{path}", keystore)
    world.office.close()
    yield Template(world, "", path)


@pytest.fixture
def world(tmp_path: Path, template: Template, keystore: Keystore) -> Iterator[World]:
    with template.copy(tmp_path / "office.db") as url:
        clock, before = Clock(), template.world
        office = Office.open(url, keystore, clock)
        yield World(office, clock, url, keystore, dict(before.people), before.machine, before.token)
        office.close()


@pytest.fixture
def console(world: World, keystore: Keystore) -> Iterator[Served]:
    with served(world, keystore) as found:
        yield found


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """Debian's Chromium, driven by playwright; the tests marked ``browser`` need it."""
    import shutil

    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed here")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()
