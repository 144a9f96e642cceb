"""What fails, fails as docs/gate.md says: WeChat gets an answer, and nothing else on the machine waits."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from gate_world import PUBLIC, SECRET, SENSITIVE, Client, World, children, ext4, until
from test_gate_session import change

from dlp.journal import Journal

pytestmark = pytest.mark.root
RUNS = int(os.environ.get("GATE_FAULT_RUNS", "200"))
LONGEST_WAIT = 8.0
"""Seconds within which every open of the client is answered, whatever happened: a hanging answerer is given 3."""


@pytest.fixture
def world() -> Iterator[World]:
    with ext4() as folder:
        made = World(folder)
        try:
            made.start()
            yield made
        finally:
            made.stop()


def answerer(world: World) -> int:
    """The process that answers; a new one after each fault."""
    return until(lambda: children(world.gate.pid), "an answerer")[0]


class Bystander:
    """A program outside that opens files of the same file system all the time, and notes its longest wait."""

    def __init__(self, folder: Path) -> None:
        self.paths = [folder / f"outside{number}" for number in range(20)]
        for path in self.paths:
            path.write_bytes(SECRET.encode())
        self.longest, self.opens, self._stop = 0.0, 0, threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Bystander:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            for path in self.paths:
                began = time.monotonic()
                os.close(os.open(path, os.O_RDONLY))
                self.longest = max(self.longest, time.monotonic() - began)
                self.opens += 1
            time.sleep(0.002)


def test_a_killed_answerer_is_replaced_and_nothing_gets_through(world: World) -> None:
    secret, public = world.file("plan.txt", SECRET), world.file("notice.txt", PUBLIC)
    client = world.client()
    assert "got" in client.do("look", public)
    for _ in range(3):
        before = answerer(world)
        os.kill(before, signal.SIGKILL)
        assert client.do("look", secret)["errno"] == errno.EPERM
        until(lambda old=before: answerer(world) != old, "a new answerer")
        until(lambda: "got" in client.do("look", public), "WeChat opens files again")
    assert len(world.status()["spaces"]) == 1


def test_a_hanging_answerer_is_replaced_and_nobody_outside_waits(world: World) -> None:
    secret = world.file("plan.txt", SECRET)
    client = world.client()
    with Bystander(world.files) as bystander:
        os.kill(answerer(world), signal.SIGSTOP)
        began = time.monotonic()
        assert client.do("look", secret)["errno"] == errno.EPERM
        assert time.monotonic() - began < LONGEST_WAIT
    assert bystander.opens > 1000
    assert bystander.longest < 1.0


def test_without_an_agent_known_files_open_and_others_are_refused(world: World) -> None:
    public, unknown = world.file("notice.txt", PUBLIC), world.file("other.txt", PUBLIC)
    public.touch()
    client = world.client()
    until(lambda: "got" in client.do("look", public) and world.status()["counts"]["known"] > 0, "it is known")
    os.kill(world.agent.pid, signal.SIGSTOP)
    assert "got" in client.do("look", public)
    assert client.do("look", unknown)["errno"] == errno.EPERM, "at the deadline"
    assert world.status()["counts"]["late"] == 1
    os.kill(world.agent.pid, signal.SIGCONT)
    until(lambda: "got" in client.do("look", unknown), "the agent is back")

    world.agent.stop(signal.SIGKILL)
    until(lambda: not world.status()["agent"], "the gate knows")
    assert "got" in client.do("look", public)
    assert client.do("look", world.file("third.txt", PUBLIC))["errno"] == errno.EPERM
    world.agent.start()
    until(lambda: "got" in client.do("look", world.files / "third.txt"), "another agent answers")


def events_of(world: World) -> set[str]:
    with contextlib.closing(Journal.open(world.home / "agent" / "journal.db")) as journal:
        return {event.kind for event in journal.events()}


def reports_of(world: World) -> str:
    """What waits to be told to the office."""
    with contextlib.closing(Journal.open(world.home / "agent" / "journal.db")) as journal:
        return "\n".join(json.dumps(report.body) for report in journal.pending(1000))


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[0]


def test_wechat_is_paused_without_a_gate_and_goes_on_with_the_next(world: World) -> None:
    secret = world.file("plan.txt", SECRET)
    client = world.client()
    world.gate.stop(signal.SIGKILL)
    until(lambda: state(client.pid) == "T", "WeChat is paused")
    client.tell("look", secret)
    world.gate.start()
    assert client._hear()["errno"] == errno.EPERM, "it goes on only when it is guarded again"
    until(lambda: "gate.gap" in events_of(world), "the gap is an event")
    assert '"incident": true' in reports_of(world), "and an incident"


class Systemd:
    """What systemd does for a service with a store of descriptors; nothing else of it."""

    PASS_ON = (
        "import os, sys; given = sys.argv[1].split(','); "
        "[os.dup2(int(one), 100 + at) for at, one in enumerate(given)]; "
        "[os.dup2(100 + at, 3 + at) for at in range(len(given))]; "
        "os.execv(sys.argv[2], sys.argv[2:])"
    )

    def __init__(self, world: World) -> None:
        self.world, self.kept = world, dict[str, int]()
        self.address = str(world.folder / "notify")
        self.end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.end.bind(self.address)
        self.end.setblocking(False)

    def hear(self) -> dict[str, int]:
        with contextlib.suppress(BlockingIOError):
            while True:
                text, descriptors, _, _ = socket.recv_fds(self.end, 4096, 4)
                said = dict(line.split("=", 1) for line in text.decode().splitlines())
                if "FDSTORE" in said:
                    self.kept[said["FDNAME"]] = descriptors[0]
                if "FDSTOREREMOVE" in said:
                    os.close(self.kept.pop(said["FDNAME"]))
        return self.kept

    def start(self) -> None:
        environment = {**os.environ, "NOTIFY_SOCKET": self.address}
        if not self.kept:
            self.world.gate.start(env=environment)
            return
        numbers = list(self.kept.values())
        environment |= {"LISTEN_FDS": str(len(numbers)), "LISTEN_FDNAMES": ":".join(self.kept)}
        words = [sys.executable, "-c", self.PASS_ON, ",".join(map(str, numbers)), *self.world.gate.words]
        self.world.gate.start(words, env=environment, pass_fds=numbers)

    def close(self) -> None:
        for number in self.kept.values():
            os.close(number)
        self.end.close()


def test_with_systemd_nothing_gets_through_while_the_whole_gate_starts_again(world: World) -> None:
    world.gate.stop()
    systemd = Systemd(world)
    systemd.start()
    secret, public = world.file("plan.txt", SECRET), world.file("notice.txt", PUBLIC)
    client = world.client()
    assert "got" in client.do("look", public)
    until(lambda: len(systemd.hear()) == 3, "the queue of starts, and the namespace's queue and root are kept")
    for _ in range(2):
        os.killpg(world.gate.pid, signal.SIGKILL)
        world.gate.stop()
        client.tell("look", secret)  # it waits, with nobody there to answer
        systemd.start()
        assert client._hear()["errno"] == errno.EPERM
        until(lambda: "got" in client.do("look", public), "WeChat opens files again")
    assert "gate.gap" not in events_of(world)
    client.stop()
    until(lambda: len(systemd.hear()) == 1, "a namespace that ended is not kept", 20)
    systemd.close()


def test_wechat_is_ended_when_the_gate_stays_away(world: World) -> None:
    change(world, gate_lost_seconds=1)
    client = world.client()
    world.gate.stop(signal.SIGKILL)
    assert client.process.wait(20) != 0
    assert client.process.stderr is not None
    said = client.process.stderr.read()
    assert "WeChat was ended" in said
    world.gate.start()


def test_no_start_without_a_gate(world: World) -> None:
    world.gate.stop()
    done = world.dlp("wechat", "--", "/bin/true")
    assert done.returncode == 2
    assert "the gate does not run" in done.stderr
    assert "the outbox works without it" in done.stderr
    world.gate.start()


def test_ten_thousand_opens_a_second_are_answered(world: World) -> None:
    files = [world.file(f"many/{number}.txt", (PUBLIC, SECRET)[number % 2]) for number in range(20)]
    client = world.client()
    until(lambda: world.status()["waiting"] == 0 and client.do("many", [str(one) for one in files], 1)["got"], "known")
    with Bystander(world.files) as bystander:
        until(lambda: client.do("many", [str(one) for one in files], 1)["got"] == {"opened": 10, "1": 10}, "all known")
        counts = client.do("many", [str(one) for one in files], 1000)["got"]
    assert counts == {"opened": 10_000, "1": 10_000}
    assert bystander.longest < 1.0


def test_more_files_at_once_than_can_be_read_are_refused_and_may_be_tried_again(world: World) -> None:
    folder = world.files / "at-once"
    names = [world.file(f"at-once/{number}.txt", PUBLIC + str(number)) for number in range(200)]
    client = world.client()
    found = client.do("all_at_once", [str(name) for name in names])["got"]
    assert sum(found.values()) == 200
    until(lambda: client.do("all_at_once", [str(name) for name in names])["got"] == {"opened": 200}, "all of them")
    assert folder.is_dir()


class Chaos:
    """One random fault at a time, and always back to a machine that works."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.random = world, random.Random(seed)
        self.stopped: list[int] = []

    def strike(self, without: tuple[str, ...] = ()) -> str:
        faults = {"kill answerer": 8, "stop answerer": 2, "stop agent": 6, "stop keeper": 4}
        faults |= {"kill agent": 1, "kill gate": 1, "none": 4}
        left = {name: weight for name, weight in faults.items() if name not in without}
        (name,) = self.random.choices(list(left), list(left.values()))
        getattr(self, name.replace(" ", "_"))()
        return name

    def _stop(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
            self.stopped.append(pid)

    def kill_answerer(self) -> None:
        with contextlib.suppress(ProcessLookupError):  # the keeper was quicker
            os.kill(answerer(self.world), signal.SIGKILL)

    def stop_answerer(self) -> None:
        self._stop(answerer(self.world))

    def stop_agent(self) -> None:
        self._stop(self.world.agent.pid)

    def stop_keeper(self) -> None:
        self._stop(self.world.gate.pid)

    def kill_agent(self) -> None:
        self.world.agent.stop(signal.SIGKILL)

    def kill_gate(self) -> None:
        self.world.gate.stop(signal.SIGKILL)

    def none(self) -> None:
        pass

    def heal(self) -> None:
        for pid in self.stopped:
            try:
                os.kill(pid, signal.SIGCONT)
            except ProcessLookupError:
                continue
        self.stopped.clear()
        for program in (self.world.agent, self.world.gate):
            if program.process is None:
                program.start()


def test_two_hundred_random_faults_leave_no_deadlock(world: World) -> None:
    """The agent's own log, journal and vault lie on the same file system as the files."""
    change(world, gate_milliseconds=100)
    secret, sensitive = world.file("plan.txt", SECRET), world.file("list.txt", SENSITIVE)
    chaos, picked = Chaos(world, seed=5), random.Random(5)
    client = world.client()
    slowest, began = 0.0, time.monotonic()
    with Bystander(world.files) as bystander:
        for run in range(RUNS):
            fault = chaos.strike()
            if fault == "kill gate":
                # Until then the kernel lets everything through; without systemd nobody keeps the queues for us.
                until(lambda: state(client.pid) == "T", "WeChat is paused")
            fresh = world.file(f"fresh/{run}.txt", PUBLIC)
            path = picked.choice([secret, sensitive, fresh, fresh])
            at = time.monotonic()
            client.tell("look", path)
            if fault == "kill gate" or picked.random() < 0.85:
                time.sleep(picked.random() / 5)
                chaos.heal()
            told = client._hear()
            took = time.monotonic() - at
            chaos.heal()
            slowest = max(slowest, took)
            assert took < LONGEST_WAIT, (run, fault)
            assert "got" not in told or path == fresh, (run, fault, told)
    print(f"{RUNS} faults in {time.monotonic() - began:.0f} s, slowest answer {slowest:.2f} s", bystander.longest)
    until(lambda: world.status()["agent"], "all is well again")
    until(lambda: "got" in client.do("look", fresh), "WeChat opens what may leave")
    assert client.do("look", secret)["errno"] == errno.EPERM
    assert bystander.longest < 1.0


def test_the_client_may_die_while_it_is_asked_about(world: World) -> None:
    secret = world.file("plan.txt", SECRET)
    os.kill(world.agent.pid, signal.SIGSTOP)
    clients = [world.client() for _ in range(2)]
    for client in clients:
        client.tell("look", secret)
    until(lambda: world.status()["waiting"] == 2, "both wait")
    os.kill(clients[0].pid, signal.SIGKILL)
    os.kill(world.agent.pid, signal.SIGCONT)
    assert clients[1]._hear()["errno"] == errno.EPERM
    until(lambda: len(world.status()["spaces"]) == 1, "its namespace is let go", 20)
    assert subprocess.run(["umount", str(world.folder)], check=False, capture_output=True).returncode != 0
    assert isinstance(clients[1], Client)
