"""Agent and gate with a home of their own, and the program whose opens the benchmark times."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from dlp import first_start
from dlp.config import Home, Settings
from dlp.gate import launch

OPENER = """
import json, os, sys, time
for line in sys.stdin:
    asked = json.loads(line)
    times, start = [], time.perf_counter()
    for path in asked["paths"] * asked["times"]:
        if asked["rate"] and len(times) % 50 == 0:
            time.sleep(max(0.0, start + len(times) / asked["rate"] - time.perf_counter()))
        began = time.perf_counter_ns()
        try:
            fd = os.open(path, os.O_RDONLY)
            took = time.perf_counter_ns() - began
            os.close(fd)
        except OSError:
            took = time.perf_counter_ns() - began
        times.append(took / 1000)
    print(json.dumps(times), flush=True)
"""
"""Opens what it is told to and says how long each open took, in microseconds; needs nothing but the interpreter."""


def until(look: Callable[[], object]) -> None:
    """Wait for what is looked for. Raises TimeoutError after 30 s."""
    deadline = time.monotonic() + 30
    while not look():
        if time.monotonic() > deadline:
            raise TimeoutError("not within 30 s")
        time.sleep(0.05)


class Opener:
    """The opening program, started as it is or through a command before it."""

    def __init__(self, *before: str) -> None:
        base = getattr(sys, "_base_executable", sys.executable)
        self.process = subprocess.Popen(
            [*before, base, "-I", "-S", "-c", OPENER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def tell(self, paths: Sequence[Path], times: int, rate: int = 0) -> None:
        """Have it begin; ``rate`` is opens a second, 0: as fast as it goes."""
        assert self.process.stdin is not None
        self.process.stdin.write(
            json.dumps({"paths": [str(path) for path in paths], "times": times, "rate": rate}) + "\n"
        )
        self.process.stdin.flush()

    def hear(self) -> list[float]:
        """What came of it."""
        assert self.process.stdout is not None
        found: list[float] = json.loads(self.process.stdout.readline())
        return found

    def times(self, paths: Sequence[Path], times: int = 1) -> list[float]:
        """Microseconds of each open."""
        self.tell(paths, times)
        return self.hear()

    def close(self) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()


class Machine:
    """Agent and gate on a home of their own."""

    def __init__(self, folder: Path) -> None:
        self.home, self.door = folder / "home", folder / "door"
        base = Path(getattr(sys, "_base_executable", sys.executable)).resolve().parent.parent
        settings = replace(
            Settings(),
            outbox=str(folder / "box"),
            find_wechat=False,
            port=0,
            gate_folder=str(self.door),
            gate_exempt=(f"{base}/**", f"{sys.base_prefix}/**"),
        )
        first_start.set_up(Home(self.home), settings)
        first_start.finish(Home(self.home))
        self.agent = self._start("dlp.agent")
        self.gate: subprocess.Popen[str] | None = None

    def _start(self, module: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", module, "--home", str(self.home)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout is not None
        process.stdout.readline()
        return process

    def open_gate(self) -> None:
        self.gate = self._start("dlp.gate")
        until(self._talks)

    def _talks(self) -> bool:
        end = launch.knock(self.door)
        try:
            return bool(launch.ask(end, {"status": True})["status"]["agent"])
        finally:
            end.close()

    def shut_gate(self) -> None:
        end(self.gate)
        self.gate = None

    def inside(self) -> Opener:
        """The opening program as WeChat."""
        return Opener(sys.executable, "-P", "-m", "dlp.cli.main", "--home", str(self.home), "wechat", "--")

    def close(self) -> None:
        end(self.gate)
        end(self.agent)


def end(process: subprocess.Popen[str] | None) -> None:
    """End a process as systemd would, and wait for it."""
    if process is not None:
        process.terminate()
        process.wait(20)
        assert process.stdout is not None
        process.stdout.close()
