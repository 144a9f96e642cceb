"""``dlp run`` as a real program on a home of its own, for the tests of this folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

DLP = [sys.executable, "-P", "-m", "dlp.cli.main"]
SECONDS = 30.0
Found = TypeVar("Found")


def until(look: Callable[[], Found], what: str, seconds: float = SECONDS) -> Found:
    """Poll with a deadline; the first true answer."""
    deadline = time.monotonic() + seconds
    while True:
        if found := look():
            return found
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)


def dlp(home: Path, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [*DLP, "--home", str(home), "--language", "en", *words]
    return subprocess.run(command, input=typed, capture_output=True, text=True, check=False, timeout=60)


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not waited for does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text("ascii", "replace")
    except FileNotFoundError:
        return False


@dataclass
class Guard:
    """One home with agent and office running on it."""

    home: Path
    box: Path
    wechat: Path
    process: subprocess.Popen[bytes]
    said: str = ""

    @classmethod
    def start(cls, folder: Path, *words: str) -> Guard:
        home, box, wechat = folder / "home", folder / "box", folder / "wechat"
        (wechat / "msg" / "file" / "2026-11").mkdir(parents=True, exist_ok=True)
        first = ["--profile", "standard", "--port", "0", "--outbox", str(box), "--wechat", str(wechat)]
        command = [*DLP, "--home", str(home), "--language", "en", "run", *first, "--no-find-wechat", *words]
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        )
        guard = cls(home, box, wechat, process)
        until(guard.ready, "dlp run is ready", 60)
        return guard

    def ready(self) -> bool:
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)
        self.said += (self.process.stdout.read() or b"").decode()
        assert self.process.poll() is None, self.said
        return "ready;" in self.said

    def children(self) -> list[int]:
        """Every process below it, readers included."""
        tree: dict[int, list[int]] = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                fields = (folder / "stat").read_text("ascii", "replace").rpartition(")")[2].split()
            except FileNotFoundError:
                continue
            tree.setdefault(int(fields[1]), []).append(int(folder.name))
        found, new = [], [self.process.pid]
        while new:
            new = [child for parent in new for child in tree.get(parent, ())]
            found += new
        return found

    def stop(self, number: int = signal.SIGINT) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(10)

    def dlp(self, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        return dlp(self.home, *words, typed=typed)

    def drop(self, name: str, content: bytes, group: str = "") -> None:
        """As a file manager does: under another name first, then renamed."""
        folder = self.box / group
        (folder / f".{name}.part").write_bytes(content)
        (folder / f".{name}.part").rename(folder / name)

    def where(self, what: str) -> dict[str, Any]:
        said = self.dlp("where", what, "--json")
        found: dict[str, Any] = json.loads(said.stdout.splitlines()[0]) if said.returncode == 0 else {}
        return found

    def outcome(self, name: str) -> dict[str, Any]:
        """Where a dropped file is, once that is settled."""

        def settled() -> dict[str, Any]:
            found = self.where(name)
            return found if found and found["place"] != "claim" else {}

        return until(settled, f"{name} has an outcome")
