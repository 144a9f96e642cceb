"""Invariant 7 under kills: whoever got a key is in the events, wherever the office was killed."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import sys
from pathlib import Path

import pytest
from office_world import World

from dlp.office import Office
from keys import exchange, passwords

KILLS = 100


def attempt(url: str, world: World, header: bytes, kill_at: int, answer: int) -> None:
    """In a child: release once, killing itself at the n-th call of a function; tells how many calls there were."""
    office = Office.open(url, world.keystore, world.clock)
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        if event in {"call", "c_call"}:
            calls += 1
            if calls == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    release = office.opening.release(world.user, header, exchange.new_client_key()[1], proven=True)
    os.write(answer, f"{release.wrapped[:8]} {calls}\n".encode())
    sys.setprofile(None)


def forked(path: Path, world: World, header: bytes, kill_at: int) -> str:
    """What the child handed out before it died; nothing where it died before."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            attempt(f"sqlite:///{path}", world, header, kill_at, writing)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    return told


def released(path: Path) -> int:
    with sqlite3.connect(path) as database:
        return int(database.execute("SELECT count(*) FROM events WHERE kind = 'opening.released'").fetchone()[0])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="POSIX")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_invariant_7_no_key_without_its_event_wherever_the_office_is_killed(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = world.sealed()
    world.office.close()
    monkeypatch.setattr(passwords, "hash", lambda _password: "")  # the slow hash of nobody, once for each child
    base = Path(world.url.removeprefix("sqlite:///"))

    def run(number: int, kill_at: int) -> tuple[str, int]:
        copy = tmp_path / f"{number}.db"
        for end in ("", "-wal", "-shm"):
            if Path(f"{base}{end}").exists():
                shutil.copy(f"{base}{end}", f"{copy}{end}")
        told = forked(copy, world, header, kill_at)
        return told, released(copy)

    told, events = run(0, 0)
    assert told and events == 1
    calls = int(told.split()[1])
    seen: list[tuple[bool, int]] = []
    for number in range(1, KILLS + 1):
        # Every other kill falls into the last twentieth, where the event is durable and the key not yet out.
        place = calls * number // KILLS if number % 2 else calls - calls * number // (20 * KILLS)
        told, events = run(number, place)
        seen.append((bool(told), events))
    assert set(seen) == {(False, 0), (False, 1)}  # killed before the event or behind it: no key in any case
    assert seen.count((False, 1)) > KILLS // 4
