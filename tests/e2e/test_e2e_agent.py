"""The agent as a program: status, reload while running, what systemd hears."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from guard import dlp, until

from dlp import first_start
from dlp.config import Home, Settings
from dlp.policy_file import shipped


class Alone:
    """The agent without office and supervisor."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.home, self.box = folder / "home", folder / "box"
        home = Home(self.home)
        if not home.settings.exists():
            settings = replace(Settings(), outbox=str(self.box), find_wechat=False, port=0)
            first_start.set_up(home, settings)
            first_start.finish(home)
        command = [sys.executable, "-P", "-m", "dlp.agent", "--home", str(self.home)]
        log = (folder / "log").open("ab")
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env={**os.environ, **environment}
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"ready\n", (folder / "log").read_text()

    def status(self) -> dict:
        return json.loads(dlp(self.home, "status", "--json").stdout)

    def drop(self, name: str, content: bytes) -> None:
        (self.box / f".{name}.part").write_bytes(content)
        (self.box / f".{name}.part").rename(self.box / name)

    def outcome(self, name: str) -> dict:
        def settled() -> dict:
            said = dlp(self.home, "where", name, "--json")
            found = json.loads(said.stdout.splitlines()[0]) if said.returncode == 0 else {}
            return found if found and found["place"] != "claim" else {}

        return until(settled, name)

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(10)


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Alone]:
    running = Alone(tmp_path)
    yield running
    running.stop()


def test_the_office_away_changes_nothing_for_the_sender(agent: Alone) -> None:
    agent.drop("plan.txt", "机密★10年\n某某单位文件\n某发〔2026〕12号\n关于某项工作的通知\n".encode())
    found = agent.outcome("plan.txt")
    assert found["state"] == "blocked"
    back = dlp(agent.home, "takeback", found["number"])
    assert back.returncode == 0, back.stderr
    status = agent.status()
    assert status["office"] == "away"
    assert status["reports_waiting"] >= 2
    assert dlp(agent.home, "status").returncode == 1


def test_a_changed_policy_is_taken_while_running_and_a_bad_one_is_not(agent: Alone) -> None:
    first = agent.status()["policy"]
    policy = agent.home / "policy.yaml"
    shutil.copy(shipped("strict"), policy)
    second = until(lambda: (found := agent.status()["policy"]) != first and found, "the strict policy is in force")
    agent.drop("a.txt", b"notice")
    assert agent.outcome("a.txt")["state"] == "sealed"

    policy.write_text(policy.read_text("utf-8").replace("action: block", "action: blok", 1), "utf-8")
    until(lambda: agent.status()["problem_en"], "the error is said")
    status = agent.status()
    assert "action" in status["problem_en"]
    assert status["policy"] == second
    agent.drop("b.txt", b"notice")
    assert agent.outcome("b.txt")["state"] == "sealed"

    policy.unlink()
    agent.process.send_signal(signal.SIGHUP)
    until(lambda: agent.status()["policy"] == first, "the shipped policy is back")
    assert agent.status()["problem_en"] == ""


def test_a_pack_of_ones_own_is_taken_while_running(agent: Alone) -> None:
    own = agent.home / "packs" / "own.yaml"
    own.write_text("schema: 1\nrules: nothing\n", "utf-8")
    until(lambda: agent.status()["problem_en"], "the error is said")
    own.unlink()
    until(lambda: not agent.status()["problem_en"], "it is well again")


def test_systemd_hears_ready_life_and_the_end(tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind(address)
        end.settimeout(10)
        agent = Alone(tmp_path, NOTIFY_SOCKET=address, WATCHDOG_USEC="400000")
        assert end.recv(64) == b"READY=1"
        assert end.recv(64) == b"WATCHDOG=1"
        agent.process.terminate()
        while (said := end.recv(64)) == b"WATCHDOG=1":
            pass
        assert said == b"STOPPING=1"
        assert agent.process.wait(10) == 0


def test_without_an_agent_status_says_so(tmp_path: Path) -> None:
    Alone(tmp_path).stop()
    said = dlp(tmp_path / "home", "status")
    assert said.returncode == 2
    assert "no agent runs" in said.stderr


def _readers(agent: int) -> int:
    """Reading processes, whichever thread of the agent started them."""
    found: set[str] = set()
    for file in Path(f"/proc/{agent}/task").glob("[0-9]*/children"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread that ended meanwhile has none
            found |= set(file.read_text("ascii").split())
    return len(found)


@pytest.mark.long
def test_while_many_files_wait_a_second_process_reads_and_ends_afterwards(agent: Alone) -> None:
    if Settings().spare_readers == 0:
        pytest.skip("one processor: there is none for a second reading process")
    most = 0
    for number in range(1500):
        agent.drop(f"{number}.txt", f"第{number}号通知\n".encode() * 400)

    def done() -> bool:
        nonlocal most
        most = max(most, _readers(agent.process.pid))
        return sum(1 for _ in (agent.box / "Ready").iterdir()) == 1500

    until(done, "all are ready", 120)
    assert most == 2
    until(lambda: _readers(agent.process.pid) == 1, "the second has ended")
    assert agent.status()["judging"] == 0
