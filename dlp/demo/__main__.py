"""``python -P -m dlp.demo``: the main job by itself, with real programs on real files; status 1 when anything differs.

A home of its own in a temporary folder: ``dlp run`` without a terminal, each file dropped into the outbox, its outcome
compared with the expected one, a sealed one opened through the office, a held one taken back.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlp.demo.papers import write_all
from dlp.demo.visitor import set_password

EXPECTED = {
    "通知.txt": "ready",
    "客户名单.xlsx": "sealed",
    "红头文件.docx": "blocked",
    "红头文件.pdf": "blocked",
    "红头文件.ofd": "blocked",
    "加密附件.zip": "held",
    "会议安排.txt": "ready",
    "保密管理办法.txt": "ready",
}
START_SECONDS = 60.0
OUTCOME_SECONDS = 30.0
PASSWORD = "Demonstration-only, kept by nobody"


class Differs(Exception):
    """An outcome is not the expected one."""


@dataclass(frozen=True, slots=True)
class Demo:
    """One demo under way."""

    home: Path
    outbox: Path

    def dlp(self, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Run one command of ours on this home."""
        command = [sys.executable, "-P", "-m", "dlp.cli.main", "--home", str(self.home), *words]
        return subprocess.run(command, input=typed, capture_output=True, text=True, check=False)

    def where(self, name: str) -> dict[str, Any]:
        """Where a file is now; empty when the agent has not taken it yet."""
        said = self.dlp("where", name, "--json")
        found: dict[str, Any] = json.loads(said.stdout.splitlines()[0]) if said.returncode == 0 else {}
        return found


def main() -> int:
    """Play it; prints one line a step."""
    with tempfile.TemporaryDirectory(prefix="dlp-demo-") as name:
        folder = Path(name)
        demo = Demo(folder / "home", folder / "box")
        sources = folder / "files"
        sources.mkdir()
        try:
            with _running(demo):
                _play(demo, write_all(sources))
        except Differs as difference:
            print(f"✗ {difference}", flush=True)
            return 1
    print("everything as expected", flush=True)
    return 0


def _play(demo: Demo, files: dict[str, Path]) -> None:
    for name, source in files.items():
        shutil.copy(source, demo.outbox / f".{name}.part")
        (demo.outbox / f".{name}.part").rename(demo.outbox / name)
    for name in files:
        found = _until(lambda name=name: _settled(demo, name), f"{name}: no outcome")  # type: ignore[misc]
        _expect(f"{name}: {found['state']}", found["state"], EXPECTED[name])
    _compare(demo, files)
    _open_sealed(demo, files["客户名单.xlsx"])
    _take_back(demo, files["加密附件.zip"])


def _compare(demo: Demo, files: dict[str, Path]) -> None:
    """Ready has what may be sent, byte for byte, and nothing of what may not."""
    ready = demo.outbox / "Ready"
    for name, state in EXPECTED.items():
        if state == "ready":
            _expect(f"{name}: same bytes in Ready", (ready / name).read_bytes(), files[name].read_bytes())
        else:
            _expect(f"{name}: not in Ready", (ready / name).exists(), False)
    sealed = (ready / "客户名单.xlsx.age").read_bytes()
    _expect("客户名单.xlsx.age: an age file", sealed[:21], b"age-encryption.org/v1")


def _open_sealed(demo: Demo, source: Path) -> None:
    """The user's one-time link sets a password; the office then releases the key of this file."""
    links = (demo.home / "first-start.txt").read_text("utf-8")
    found = re.search(r"^  user .*\n\s*(https://\S+)$", links, re.MULTILINE)
    if found is None:
        raise Differs("first-start.txt: no link for the account user")
    office = json.loads((demo.home / "agent" / "office.json").read_text("utf-8"))
    set_password(found[1], PASSWORD, ssl.create_default_context(cadata=office["ca"]))
    target = demo.home.parent / "opened.xlsx"
    words = ("decrypt", str(demo.outbox / "Ready" / "客户名单.xlsx.age"), "-o", str(target))
    said = demo.dlp(*words, "--account", "user", "--password-stdin", typed=PASSWORD + "\n")
    _expect(f"dlp decrypt: {said.stderr.strip() or 'opened'}", said.returncode, 0)
    _expect("the opened file: same bytes", _digest(target), _digest(source))


def _take_back(demo: Demo, source: Path) -> None:
    said = demo.dlp("takeback", demo.where(source.name)["number"], "--json")
    _expect(f"dlp takeback: {said.stderr.strip() or 'given back'}", said.returncode, 0)
    _expect("the file taken back: same bytes", _digest(Path(json.loads(said.stdout)["path"])), _digest(source))


def _settled(demo: Demo, name: str) -> dict[str, Any]:
    found = demo.where(name)
    return found if found and found["state"] not in ("claimed", "inspected") else {}


def _until(look: Callable[[], dict[str, Any]], complaint: str, seconds: float = OUTCOME_SECONDS) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.1)
    raise Differs(complaint)


def _expect(what: str, got: object, expected: object) -> None:
    if got != expected:
        raise Differs(f"{what} (got {_short(got)}, expected {_short(expected)})")
    print(f"✓ {what}", flush=True)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) < 60 else f"{len(text)} signs"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextmanager
def _running(demo: Demo) -> Iterator[None]:
    """``dlp run`` as a person without a terminal starts it."""
    words = ["--home", str(demo.home), "--language", "en", "run", "--profile", "standard", "--port", "0"]
    words += ["--outbox", str(demo.outbox), "--no-find-wechat"]
    command = [sys.executable, "-P", "-m", "dlp.cli.main", *words]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True) as program:
        try:
            _wait_ready(program)
            yield
        finally:
            program.send_signal(signal.SIGINT)
            program.wait(10)


def _wait_ready(program: subprocess.Popen[bytes]) -> None:
    assert program.stdout is not None
    os.set_blocking(program.stdout.fileno(), False)
    said, deadline = b"", time.monotonic() + START_SECONDS
    while b"ready;" not in said:
        if program.poll() is not None or time.monotonic() > deadline:
            raise Differs("dlp run did not get ready")
        said += program.stdout.read() or b""
        time.sleep(0.05)
    print("✓ dlp run: ready", flush=True)


if __name__ == "__main__":
    sys.exit(main())
