"""Pictures that there was no time for: released with a note, looked at afterwards, an incident where there is cause.

The real agent and office, real networks, and scans made here. The time for pictures is made small by its setting; the
last page of each scan, which has the least text, is what that leaves.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from guard import DLP, Guard, until

sys.path.insert(0, str(Path(__file__).parent.parent / "read"))
from drawn import saved, sheet

from classifiers.model import Level
from dlp import first_start
from dlp.agent import door
from dlp.config import Home, Settings
from dlp.errors import DlpError
from dlp.journal import Journal
from dlp.sight.networks import missing

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(bool(missing()), reason=f"the extra ocr is not installed: {missing()}"),
]
SECONDS = 300.0
"""For one look on a machine that is busy with other tests."""
UPPER = ("title", "chat") * 5
"""Short lines, so many that the first look does not get to what stands below them."""
SECRET = ("mark", "-", "text")
MONTH = "msg/file/2026-11"
INCIDENTS = "FROM incidents JOIN transfers ON transfer = transfers.id"
NOTICE = "各位同事：\n关于下周例会时间调整的通知。\n".encode()


def scan(*last: str, pages: int = 3, more: int = 0) -> bytes:
    """Pages of a scan, all but the last full of text; ``more`` makes it a scan of its own."""
    full = [sheet(*UPPER, *["text"] * (20 - more + number), height=26) for number in range(pages - 1)]
    end = sheet(*UPPER, *["text"] * 3, "-", *last, height=26)
    return saved(full[0], "PDF", save_all=True, append_images=[*full[1:], end], resolution=150)


def started(folder: Path) -> Guard:
    """``dlp run`` on a home where pictures have two seconds: enough for first looks, too little for three pages."""
    home, wechat = Home(folder / "home"), folder / "wechat"
    if not home.settings.exists():
        (month := wechat / MONTH).mkdir(parents=True)
        (month / "history.pdf").write_bytes(scan(*SECRET, more=5))
        chosen = replace(Settings(), outbox=str(folder / "box"), port=0, picture_seconds=2)
        chosen = replace(chosen, find_wechat=False, wechat=(str(wechat),))
        first_start.set_up(home, chosen)
        first_start.finish(home)
    command = [*DLP, "--home", str(home.root), "--language", "en", "run"]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )
    guard = Guard(home.root, folder / "box", wechat, process)
    until(guard.ready, "dlp run is ready", 60)
    return guard


@pytest.fixture(scope="module")
def guard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guard]:
    running = started(tmp_path_factory.mktemp("afterwards"))
    yield running
    running.stop()


def status(guard: Guard) -> dict[str, Any]:
    """As ``dlp status``, asked without the time that a command takes to start; empty while no agent answers."""
    try:
        return door.ask(guard.home / "run", {"do": "status"})
    except DlpError:
        return {}


def rest(guard: Guard, name: str) -> dict[str, Any]:
    found: dict[str, Any] = guard.where(name)["files"][0]["rest"]
    return found


def ended(guard: Guard, name: str) -> dict[str, Any]:
    """What came of the rest of a file."""

    def over() -> dict[str, Any]:
        found = rest(guard, name)
        return found if found["state"] != "waiting" else {}

    return until(over, f"{name} was looked at", SECONDS)


def looked_at(guard: Guard, name: str) -> Callable[[], bool]:
    """Whether that file is looked at now."""
    transfer = guard.where(name)["files"][0]["transfer"]
    return lambda: status(guard).get("rest_looked_at") == transfer


def events(guard: Guard, transfer: str = "") -> list[str]:
    """The kinds of all events, or of those about one file, in order."""
    journal = Journal.open(guard.home / "agent" / "journal.db")
    try:
        return [event.kind for event in journal.events() if transfer in ("", event.subject)]
    finally:
        journal.close()


def in_office(guard: Guard, asked: str, *values: object) -> list[tuple[Any, ...]]:
    with sqlite3.connect(guard.home / "office" / "office.db") as office:
        return office.execute(asked, values).fetchall()


def vault(guard: Guard) -> list[str]:
    return [path.stem for path in (guard.home / "agent" / "vault").rglob("*.age")]


def test_a_mark_in_the_rest_is_an_incident_after_the_fact_once_though_the_agent_is_killed_while_it_looks(
    guard: Guard,
) -> None:
    name, content = "扫描件.pdf", scan(*SECRET)
    guard.drop(name, content)
    found = guard.outcome(name)
    (file,) = found["files"]
    assert (found["state"], file["rest"]["state"], file["level"]) == ("ready", "waiting", "public")
    assert vault(guard) == [found["sha256"]]

    killed = status(guard)["pid"]
    until(looked_at(guard, name), "the look has begun", SECONDS)
    os.kill(killed, signal.SIGKILL)
    until(lambda: status(guard).get("pid", killed) != killed, "the agent is there again", 60)

    end = ended(guard, found["number"])
    assert (end["state"], end["tries"]) == ("found", 2)
    found = guard.where(found["number"])
    assert (found["state"], found["level"], found["action"]) == ("ready", "highly_secret", "block")
    assert [step["step"] for step in found["history"]] == ["claim", "place", "found"]
    assert not found["there"]
    page = Path(found["receipt"]).read_text("utf-8")
    assert "Released before" in page
    assert found["number"] in page
    assert status(guard)["rests_waiting"] == 0
    told = [kind for kind in events(guard, file["transfer"]) if kind.startswith("rest.")]
    assert told == ["rest.waits", "rest.found"]

    asked = f"SELECT incidents.state, transfers.state, because, findings {INCIDENTS} WHERE transfer = ?"
    rows = until(lambda: in_office(guard, asked, file["transfer"]), "the office has it")
    ((state, place, because, findings),) = rows
    assert (state, place) == ("open", "ready")
    assert [one["rule"] for one in json.loads(because)] == ["after", "state-secret"]
    assert [one["rule"] for one in json.loads(findings)] == ["cn.mark.star"]

    # What still stood in Ready is kept, as a Send of its own.
    kept = until(lambda: (last := guard.where(name))["state"] == "blocked" and last, "it is taken back")
    assert (kept["sha256"], kept["number"] != found["number"]) == (found["sha256"], True)
    assert not (guard.box / "Ready" / name).exists()
    assert vault(guard) == [found["sha256"]]

    # And the same content does not get through a second time, though its time is as short.
    guard.drop("again.pdf", content)
    again = guard.outcome("again.pdf")
    assert (again["state"], again["files"][0]["rest"]) == ("blocked", None)


def test_where_says_that_the_rest_was_looked_at_and_nothing_found_and_fresh_files_go_first(guard: Guard) -> None:
    name = "plain.pdf"
    pages = [sheet(*UPPER, *["text"] * count, height=20) for count in (41, 42, 43)]
    guard.drop(name, saved(pages[0], "PDF", save_all=True, append_images=pages[1:], resolution=150))
    found = guard.outcome(name)
    assert (found["state"], found["files"][0]["rest"]["state"]) == ("ready", "waiting")
    until(looked_at(guard, name), "the look has begun", SECONDS)

    guard.drop("fresh.txt", NOTICE)
    guard.drop("fresh.png", saved(sheet("mark", "-", "title", "text"), "PNG"))
    assert guard.outcome("fresh.txt")["state"] == "ready"
    assert guard.outcome("fresh.png")["state"] == "blocked"
    assert ended(guard, name)["state"] == "clean"
    order = [kind for kind in events(guard) if kind in ("transfer.blocked", "rest.clean")]
    assert order[-2:] == ["transfer.blocked", "rest.clean"]

    said = guard.dlp("where", name).stdout
    assert "looked at to their end afterwards; nothing was found" in said
    asked = "SELECT gaps, complete FROM transfers WHERE name = ?"
    until(lambda: in_office(guard, asked, name) == [("[]", 1)], "the office knows that nothing is unseen")
    assert in_office(guard, f"SELECT count(*) {INCIDENTS} WHERE name = ?", name) == [(0,)]


def test_bytes_that_are_gone_end_the_look_with_an_event(guard: Guard) -> None:
    guard.drop("first.pdf", scan("text", more=3))
    guard.outcome("first.pdf")
    guard.drop("gone.pdf", scan("text", more=4))
    found = guard.outcome("gone.pdf")
    assert found["files"][0]["rest"]["state"] == "waiting"
    digest = found["sha256"]
    for path in (guard.home / "agent" / "vault" / digest[:2]).glob(f"{digest}*"):
        path.unlink()
    Path(found["path"]).unlink()
    end = ended(guard, "gone.pdf")
    assert (end["state"], end["why"]) == ("left", "gone")
    assert "the file was gone before that" in guard.dlp("where", "gone.pdf").stdout
    assert "rest.left" in events(guard, found["files"][0]["transfer"])
    assert ended(guard, "first.pdf")["state"] == "clean"


def test_a_received_scan_becomes_an_incident_afterwards_and_its_record_gets_the_level(guard: Guard) -> None:
    (guard.wechat / MONTH / "来件.pdf").write_bytes(scan(*SECRET, more=6))
    asked = f"SELECT direction, transfers.state {INCIDENTS} WHERE name = '来件.pdf'"
    assert until(lambda: in_office(guard, asked), "the office has it", SECONDS) == [("received", "archived")]
    assert in_office(guard, "SELECT level FROM records WHERE name = '来件.pdf'") == [(int(Level.HIGHLY_SECRET),)]
    said = guard.dlp("archive", "list", "--json").stdout
    assert [json.loads(line)["level"] for line in said.splitlines()] == ["highly_secret"]


def test_a_sweep_takes_the_time_at_once(guard: Guard) -> None:
    command = [*DLP, "--home", str(guard.home), "sweep", "--json"]
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    assert json.loads(said.stdout)["incidents"] == 1, said.stderr
    found = guard.where("history.pdf")
    assert (found["level"], found["files"][0]["rest"]) == ("highly_secret", None)
