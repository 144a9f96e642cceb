"""What a person waits for first, and what an idle agent costs: cold start of ``dlp inspect``, memory, processor."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from dlp import first_start
from dlp.config import Home, Settings

STARTS = 10
IDLE_SECONDS = 60
DLP = [sys.executable, "-P", "-m", "dlp.cli.main"]


def run() -> list[str]:
    """One line for each figure; the last takes a minute."""
    with tempfile.TemporaryDirectory() as name:
        return [_cold(Path(name)), *_idle(Path(name))]


def _cold(folder: Path) -> str:
    """Wall time of ``dlp inspect`` of a small text, nothing running before, nothing set up."""
    text = folder / "notice.txt"
    text.write_text("各部门：明日上午九时开会。\n" * 20, "utf-8")
    times = []
    for _ in range(STARTS):
        begun = time.perf_counter()
        subprocess.run([*DLP, "--home", str(folder / "none"), "inspect", str(text)], check=True, capture_output=True)
        times.append(time.perf_counter() - begun)
    bare = []
    for _ in range(STARTS):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", "pass"], check=True)
        bare.append(time.perf_counter() - begun)
    median, python = statistics.median(times), statistics.median(bare)
    return (
        f"dlp inspect, cold: median {median * 1000:.0f} ms, worst {max(times) * 1000:.0f} ms of {STARTS} "
        f"(python alone {python * 1000:.0f} ms, ratio {median / python:.1f})"
    )


def _idle(folder: Path) -> list[str]:
    """The agent without office, its worker warm after one file, then left alone."""
    home = Home(folder / "home")
    settings = replace(Settings(), outbox=str(folder / "box"), find_wechat=False, port=0)
    settings, _ = first_start.set_up(home, settings)
    first_start.finish(home)
    command = [sys.executable, "-P", "-m", "dlp.agent", "--home", str(home.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as agent:
        assert agent.stdout is not None
        agent.stdout.readline()
        shutil.copy(folder / "notice.txt", folder / "box" / "notice.txt")
        _until_ready(folder / "box" / "Ready" / "notice.txt")
        processes = [agent.pid, *_below(agent.pid)]
        before = {pid: _ticks(pid) for pid in processes}
        time.sleep(IDLE_SECONDS)  # the measurement itself
        spent = {pid: (_ticks(pid) - before[pid]) / os.sysconf("SC_CLK_TCK") for pid in processes}
        names = ["agent", *(f"worker {number}" for number in range(1, len(processes)))]
        lines = [
            f"idle {name}: {_memory(pid) / 1024:.0f} MB resident, {spent[pid] * 1000:.0f} ms of processor in "
            f"{IDLE_SECONDS} s"
            for name, pid in zip(names, processes, strict=True)
        ]
        agent.terminate()
    return lines


def _until_ready(path: Path) -> None:
    deadline = time.monotonic() + 30
    while not path.exists():
        if time.monotonic() > deadline:
            raise TimeoutError(json.dumps({"not there": path.name}))
        time.sleep(0.05)


def _below(parent: int) -> list[int]:
    """Its child processes, whichever of its threads started them."""
    found = set()
    for file in Path(f"/proc/{parent}/task").glob("[0-9]*/children"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread that ended meanwhile has none
            found |= set(map(int, file.read_text("ascii").split()))
    return sorted(found)


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _memory(pid: int) -> int:
    """Resident set, kB."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0
