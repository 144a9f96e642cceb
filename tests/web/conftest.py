"""A console over TLS on a free port, on a real office with real keys; and Chromium."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "office"))

from office_world import Clock, World, made
from web_world import Served, served

from dlp.office import Office
from keys.keystore import Keystore


@pytest.fixture(scope="session")
def keystore(tmp_path_factory: pytest.TempPathFactory) -> Keystore:
    return Keystore.create(tmp_path_factory.mktemp("keystore"))[0]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, keystore: Keystore) -> tuple[Path, World]:
    """Passwords take long to hash; they are hashed once, and each test gets a copy of the file."""
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
