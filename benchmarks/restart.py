"""Starting again: with ten thousand transfers open, and with a hundred thousand received files."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks.outbox import _until
from dlp import first_start
from dlp.config import Home, Settings

OPEN = 10_000
STORE = 100_000


def run() -> list[str]:
    """One line for each figure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [_open_transfers(folder / "open"), _reconcile(folder / "store")]


class _Killed(BaseException):
    """Stands for kill -9: nothing after it runs."""


def _open_transfers(folder: Path) -> str:
    """An agent that was killed with transfers open: each second one between the rename and what follows it."""
    from dlp.agent.here import desk_on
    from dlp.custody import Point
    from dlp.model import Direction, Origin

    home, settings = _home(folder)
    with _agent(home):
        pass  # what is killed has run before: it built the database of its rules
    kill = False

    def reach(point: Point) -> None:
        if kill and point is Point.CLAIM_MOVED:
            raise _Killed

    with desk_on(home, settings, reach) as desk:
        (outbox,) = desk.custody.ground.outboxes
        for number in range(OPEN):
            drop = outbox.root / f"{number}.txt"
            drop.write_bytes(b"open %d" % number)
            kill = number % 2 == 0
            try:
                desk.take(drop, Origin("me", "outbox", Direction.OUTGOING), outbox)
            except _Killed:
                continue
    begun = time.perf_counter()
    with _agent(home) as pid:
        ready = time.perf_counter() - begun
        _until(lambda: sum(1 for _ in outbox.ready.iterdir()) >= OPEN)
        spent = time.perf_counter() - begun
        return (
            f"{OPEN} transfers open, {OPEN // 2} of them in mid step: ready after {ready:.2f} s, all settled after "
            f"{spent:.0f} s, {_peak(pid) / 1024:.0f} MB at most"
        )


def _home(folder: Path, *wechat: str) -> tuple[Home, Settings]:
    folder.mkdir(exist_ok=True)
    home = Home(folder / "home")
    wished = replace(Settings(), outbox=str(folder / "box"), find_wechat=False, port=0, wechat=wechat)
    first_start.set_up(home, wished)
    first_start.finish(home)
    return home, wished


@contextmanager
def _agent(home: Home) -> Iterator[int]:
    """The agent's process, from the moment it says that it is ready."""
    command = [sys.executable, "-P", "-m", "dlp.agent", "--home", str(home.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as agent:
        assert agent.stdout is not None
        agent.stdout.readline()
        yield agent.pid
        agent.terminate()


def _reconcile(folder: Path) -> str:
    """Start-up with a hundred thousand files in the received store, all of them known."""
    month = folder / "wechat" / "msg" / "file"
    for number in range(STORE):
        if number % 2000 == 0:
            inner = month / f"2025-{number // 2000:02}"
            inner.mkdir(parents=True)
        (inner / f"{number}.txt").write_bytes(b"x")
    times = []
    for turn in ("first", "again"):
        with _started(folder, turn) as (seconds, peak):
            times.append((turn, seconds, peak))
    return "; ".join(
        f"{STORE} received files, {turn} start: reconciled in {seconds:.1f} s, {peak / 1024:.0f} MB at most"
        for turn, seconds, peak in times
    )


@contextmanager
def _started(folder: Path, turn: str) -> Iterator[tuple[float, int]]:
    """Seconds until a file that came while the agent was down is archived, and the agent's peak memory."""
    from dlp.journal import Journal

    home = Home(folder / "home")
    if turn == "first":
        _home(folder, str(folder / "wechat"))
        asked = "SELECT 1 FROM meta WHERE key LIKE 'baseline:%'"
    else:
        (folder / "wechat" / "msg" / "file" / "2025-00" / "new.txt").write_bytes(b"new")
        asked = "SELECT 1 FROM stored WHERE state = 'archived'"
    begun = time.perf_counter()
    with _agent(home) as pid:
        journal = Journal.open(home.agent / "journal.db")
        _until(lambda: journal.database.one(asked) is not None)
        spent = time.perf_counter() - begun
        journal.close()
        yield spent, _peak(pid)


def _peak(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0
