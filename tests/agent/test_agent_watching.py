"""Hints: what rings, what is polled, and that a folder that comes back is watched again."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dlp.watching import Health, Hints, file_system

SECONDS = 5.0


@pytest.fixture
def hints() -> Iterator[Hints]:
    made = Hints(threading.Event(), naming=True)
    yield made
    made.stop()


def rings(hints: Hints) -> bool:
    rang = hints.stir.wait(SECONDS)
    hints.stir.clear()
    return rang


def test_each_way_a_file_comes_rings(hints: Hints, tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "box", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    if hints.watch(folder, recursive=False) is not Health.WATCHED:
        pytest.skip("this file system tells nothing")
    (folder / "written").write_bytes(b"x")
    assert rings(hints)
    (folder / "written").rename(folder / "renamed")
    assert rings(hints)
    (elsewhere / "moved").write_bytes(b"x")
    (elsewhere / "moved").rename(folder / "moved")
    assert rings(hints)
    os.link(folder / "moved", folder / "linked")
    assert rings(hints)
    (folder / "inner").mkdir()
    assert rings(hints)
    names = {path.name for path in hints.named()}
    assert {"written", "renamed", "moved", "linked"} <= names


def test_reading_rings_nothing(hints: Hints, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    if hints.watch(tmp_path, recursive=False) is not Health.WATCHED:
        pytest.skip("this file system tells nothing")
    (tmp_path / "a").read_bytes()
    (tmp_path / "ring").write_bytes(b"x")  # what comes first is this, or the reading
    assert rings(hints)
    assert {path.name for path in hints.named()} <= {"ring"}


def test_a_file_system_of_the_network_is_polled(tmp_path: Path) -> None:
    here = file_system(tmp_path)
    assert here
    hints = Hints(threading.Event(), polled=frozenset({here}))
    assert hints.watch(tmp_path, recursive=False) is Health.POLLING
    assert hints.polling
    hints.stop()


def test_a_folder_that_goes_and_comes_back_is_watched_again(hints: Hints, tmp_path: Path) -> None:
    folder = tmp_path / "box"
    assert hints.watch(folder, recursive=False) is Health.ABSENT
    folder.mkdir()
    if hints.watch(folder, recursive=False) is not Health.WATCHED:
        pytest.skip("this file system tells nothing")
    shutil.rmtree(folder)
    assert hints.watch(folder, recursive=False) is Health.ABSENT
    folder.mkdir()
    assert hints.watch(folder, recursive=False) is Health.WATCHED
    hints.stir.clear()
    (folder / "a").write_bytes(b"x")
    assert rings(hints)
