"""Drops, decisions, take-backs and received files going on while the agent is killed; then: where is every file?"""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent_world import BROKEN, HIDDEN, OPEN, PICTURED, SECRET, SENSITIVE

from dlp import first_start
from dlp.agent import recall
from dlp.archive import Archive
from dlp.config import Home, Settings, load
from dlp.custody import Point
from dlp.custody import send as sends
from dlp.custody.send import KEPT, Kind
from dlp.journal import Journal, rests, rulings
from dlp.journal.rests import Look
from dlp.model import Choice, Recipients, Ruling, State
from dlp.model import Report as Told
from dlp.outbox.folders import Outbox
from keys import age

HERE = Path(__file__).parent
CONTENTS = {
    "open": OPEN,
    "sensitive": SENSITIVE,
    "secret": SECRET,
    "broken": BROKEN,
    "pictured": PICTURED,
    "hidden": HIDDEN,
}
READY_SECONDS = 20.0
QUIET_LOOKS = 10
"""How often in a row nothing may be left to do, so that it counts as the end."""


@dataclass
class Report:
    """What a crash test saw."""

    kills: int = 0
    at: Counter[str] = field(default_factory=Counter)
    starts: list[float] = field(default_factory=list)
    """Seconds from start to ready."""
    dropped: int = 0
    received: int = 0

    def lines(self) -> list[str]:
        slowest = max(self.starts, default=0.0)
        return [
            f"{self.kills} kills, {self.at['random']} of them at random instants",
            f"{self.dropped} drops, {self.received} received",
            f"ready after a kill: median {sorted(self.starts)[len(self.starts) // 2]:.2f} s, slowest {slowest:.2f} s",
            *(f"  {point}: {count}" for point, count in sorted(self.at.items())),
        ]


@dataclass
class World:
    """One home that lives through many kills."""

    folder: Path
    dice: random.Random
    report: Report = field(default_factory=Report)
    files: dict[str, bytes] = field(default_factory=dict)
    """Name to content of everything that was handed over."""
    came: dict[str, bytes] = field(default_factory=dict)
    """The same of what WeChat received."""
    number: int = 0

    def __post_init__(self) -> None:
        self.home = Home(self.folder / "home")
        self.wechat = self.folder / "wechat"
        self.month = self.wechat / "msg" / "file" / "2026-11"
        self.month.mkdir(parents=True)
        settings = replace(Settings(), outbox=str(self.folder / "box"), wechat=(str(self.wechat),), find_wechat=False)
        _, secrets = first_start.set_up(self.home, replace(settings, port=0))
        first_start.finish(self.home)
        self.recovery = age.parse_identity(secrets.recovery)
        self.outbox = Outbox(self.folder / "box", load(self.home).tongue)
        self.outbox.make()

    def start(self, *point: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-P", str(HERE / "crash_agent.py"), str(self.home.root), *point]
        paths = os.pathsep.join([str(HERE), str(HERE.parent.parent)])
        log = (self.folder / "log").open("ab")
        began = time.monotonic()
        agent = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env={**os.environ, "PYTHONPATH": paths}
        )
        assert agent.stdout is not None
        if agent.stdout.readline() == b"ready\n":
            self.report.starts.append(time.monotonic() - began)
        else:
            # Killed at its point while it recovered: that is one of the instants, too.
            assert agent.wait(READY_SECONDS) == -signal.SIGKILL, (self.folder / "log").read_text()[-3000:]
        return agent

    def hand_over(self) -> None:
        """One drop as a person makes it: written beside, then renamed."""
        self.number += 1
        kind = self.dice.choice(list(CONTENTS))
        name = f"{kind} {self.number}.txt"
        content = CONTENTS[kind] + f"number {self.number}\n".encode()
        part = self.outbox.root / f".{name}.part"
        part.write_bytes(content)
        self.files[name] = content
        self.report.dropped += 1
        part.rename(self.outbox.root / name)

    def receive(self) -> None:
        self.number += 1
        kind = self.dice.choice(["open", "secret", "pictured", "hidden"])
        name = f"came {self.number}.txt"
        content = CONTENTS[kind] + f"came {self.number}\n".encode()
        self.came[name] = content
        self.report.received += 1
        (self.month / name).write_bytes(content)

    def decide(self) -> None:
        """A reviewer rules on some kept Sends, as the link would bring it."""
        journal = Journal.open(self.home.agent / "journal.db")
        try:
            for send in sends.in_states(journal, *KEPT)[:3]:
                for member in sends.members_of(journal, send.id):
                    sequence = rulings.last(journal) + 1
                    choice = self.dice.choice([Choice.RELEASE, Choice.RELEASE_SEALED, Choice.RETURN, Choice.KEEP])
                    rulings.take(journal, Ruling(sequence, member.id, choice, ("wang",), "", ""))
        finally:
            journal.close()

    def live(self, agent: subprocess.Popen[bytes], seconds: float) -> None:
        """Things happen until the agent is dead or the time is over; then it is killed."""
        deadline = time.monotonic() + seconds
        while agent.poll() is None and time.monotonic() < deadline:
            self.dice.choice([self.hand_over, self.hand_over, self.receive, self.decide])()
            threading.Event().wait(self.dice.random() * 0.02)
        if agent.poll() is None:
            agent.kill()
            self.report.at["random"] += 1
        agent.wait()
        self.report.kills += 1

    def settle(self) -> None:
        """One undisturbed run, until nothing is left to do."""
        agent = self.start()
        deadline, looks = time.monotonic() + 60, 0
        journal = Journal.open(self.home.agent / "journal.db")
        try:
            # One quiet look is not the end: what was found afterwards is taken back by a Send that comes later.
            while time.monotonic() < deadline and looks < QUIET_LOOKS:
                looks = looks + 1 if self._quiet(journal) else 0
                threading.Event().wait(0.05)
            assert looks == QUIET_LOOKS, self._unquiet(journal)
        finally:
            journal.close()
            assert agent.stdin is not None
            agent.stdin.close()
            assert agent.wait(10) == 0

    def _unquiet(self, journal: Journal) -> object:
        left = [path.name for path in self.outbox.root.iterdir() if path.is_file()]
        waiting = [send.number for send in sends.in_states(journal, State.CLAIMED, State.INSPECTED)]
        missing = [name for name in self.came if not self._archived(journal, name)]
        return left, waiting, missing, (self.folder / "log").read_text()[-2000:]

    def _quiet(self, journal: Journal) -> bool:
        dropped = any(path.is_file() and path != self.outbox.notice for path in self.outbox.root.iterdir())
        waiting = sends.in_states(journal, State.CLAIMED, State.INSPECTED) or rulings.unapplied(journal)
        waiting = waiting or rests.waiting(journal)
        return not dropped and not waiting and all(self._archived(journal, name) for name in self.came)

    def _archived(self, journal: Journal, name: str) -> bool:
        asked = "SELECT 1 FROM stored WHERE path = ? AND state = 'archived'"
        return journal.database.one(asked, os.fsencode(self.month / name)) is not None

    def check(self) -> None:
        """Every file is in the one place that the journal names, whole, and nowhere else."""
        journal = Journal.open(self.home.agent / "journal.db")
        try:
            assert journal.verify_chain() is None
            expected = self._expected(journal)
            found = self._found()
            assert found == expected, _difference(found, expected)
            self._check_archive(journal)
            self._check_rests(journal)
        finally:
            journal.close()
        assert not list(self.outbox.claims.iterdir())
        assert not list(self.outbox.drafts.iterdir())

    def _check_rests(self, journal: Journal) -> None:
        """What was left of the pictures was looked at, came to one end, and was told of once."""
        told = Counter(str(report.body["transfer"]) for report in journal.pending(100_000) if _is_after(report))
        ends = Counter(event.subject for event in journal.events() if event.kind in ("rest.found", "rest.clean"))
        found = 0
        for send in sends.in_states(journal, State.READY, State.ARCHIVED):
            (member,) = sends.members_of(journal, send.id)
            content = {**self.files, **self.came}[send.name]
            rest = rests.get(journal, member.id)
            hidden = content.startswith(b"HIDDEN")
            if not hidden and not content.startswith(b"PICTURED"):
                assert rest is None
                continue
            assert rest is not None
            assert rest.state is (Look.FOUND if hidden else Look.CLEAN)
            assert ends[member.id] == 1
            assert told[member.id] == hidden
            found += hidden
        assert sum(told.values()) == found

    def _expected(self, journal: Journal) -> Counter[tuple[str, str]]:
        """(place, digest of content) as the journal has it."""
        expected: Counter[tuple[str, str]] = Counter()
        seen = set()
        for name, content in self.files.items():
            found = [one for one in sends.alike(journal, name) if one.kind is Kind.FILE]
            # What was found afterwards is taken back out of Ready, as a Send of its own.
            assert len(found) == 1 or (len(found) == 2 and found[0].origin.program == recall.PROGRAM), found
            send = found[0]
            digest = hashlib.sha256(content).hexdigest()
            seen.add(send.id)
            if send.state in KEPT:
                expected["vault", digest] += 1
            if send.path:
                expected[str(send.path), digest] += 1
            if send.original and send.original != send.path:
                expected[str(send.original), digest] += 1
        return expected

    def _found(self) -> Counter[tuple[str, str]]:
        """The same as it lies on the disk."""
        found: Counter[tuple[str, str]] = Counter()
        for folder in (self.outbox.ready, self.outbox.originals, self.outbox.claims, self.outbox.drafts):
            for path in folder.rglob("*"):
                if path.is_file():
                    found[str(path), self._content(path)] += 1
        for path in (self.home.agent / "vault").rglob("*.age"):
            assert self._content(path) == path.stem
            found["vault", path.stem] += 1
        return found

    def _content(self, path: Path) -> str:
        if path.suffix != ".age":
            return hashlib.sha256(path.read_bytes()).hexdigest()
        out = io.BytesIO()
        with path.open("rb") as file:
            age.open_sealed(file, out, [self.recovery])
        return hashlib.sha256(out.getvalue()).hexdigest()

    def _check_archive(self, journal: Journal) -> None:
        archive = Archive(self.home.root / "archive", journal, lambda: Recipients("", ""))
        records = Counter(record.object for record in archive.search())
        assert set(records.values()) <= {1}
        assert set(records) == {hashlib.sha256(content).hexdigest() for content in self.came.values()}
        for record in archive.search():
            assert self._content(archive.sealed_path(record)) == record.object
        told = [report.body for report in journal.pending(100_000) if report.kind == "record"]
        assert len(told) == len(records), "each record is told once"
        assert archive.orphans() == []
        assert json.dumps(told)


def _is_after(report: Told) -> bool:
    because = report.body.get("because")
    return isinstance(because, list) and because[0]["rule"] == "after"


def _difference(found: Counter[tuple[str, str]], expected: Counter[tuple[str, str]]) -> str:
    return (
        f"on disk only: {(found - expected).most_common(5)}, in the journal only: {(expected - found).most_common(5)}"
    )


POINTS = [point for point in Point if point is not Point.REPORTED]


def run(folder: Path, kills: int, seed: int) -> Report:
    """Kill the agent so often, half at named points and half at random instants; settle and check now and then."""
    world = World(folder, random.Random(seed))
    for count in range(kills):
        if count % 2:
            point = world.dice.choice(POINTS)
            world.report.at[point.value] += 1
            agent = world.start(point.value, str(world.dice.randint(1, 6)))
            world.live(agent, 1.5)
        else:
            world.live(world.start(), world.dice.random() * 0.8)
        if count % 25 == 24:
            world.settle()
            world.check()
    world.settle()
    world.check()
    return world.report


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as made:
        print("\n".join(run(Path(made), int(sys.argv[1]), int(sys.argv[2])).lines()))
