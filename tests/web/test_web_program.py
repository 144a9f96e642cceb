"""``python -P -m web``: says ready, serves, ends; a missing key is one clear line."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from web_world import Visitor

from dlp import first_start
from dlp.config import Home, Settings
from keys.keystore import Keystore


@pytest.fixture(scope="module")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("home"))
    first_start.set_up(home, Settings(port=0, outbox=str(home.root / "outbox")))
    first_start.finish(home)
    return home


@pytest.fixture
def home(set_up: Home, tmp_path: Path) -> Home:
    shutil.copytree(set_up.root, tmp_path / "home")
    return Home(tmp_path / "home")


def start(home: Home) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-m", "web", "--home", str(home.root)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.fixture
def program(home: Home) -> Iterator[subprocess.Popen[bytes]]:
    process = start(home)
    yield process
    if process.poll() is None:
        process.kill()
    process.wait(10)


@pytest.mark.parametrize("how", ["stdin", "TERM", "INT"])
def test_it_says_ready_serves_and_ends_within_three_seconds(
    program: subprocess.Popen[bytes], home: Home, how: str
) -> None:
    assert program.stdout and program.stdin
    word, url = program.stdout.readline().decode().split()
    assert word == "ready" and url.startswith("https://localhost:")
    visitor = Visitor(int(url.rpartition(":")[2]), Keystore.open(home.office).tls().ca)
    assert visitor.get("/sign-in").status == 200
    began = time.monotonic()
    if how == "stdin":
        program.stdin.close()
    else:
        program.send_signal(getattr(signal, f"SIG{how}"))
    assert program.wait(10) == 0
    assert time.monotonic() - began < 10  # the figure itself (0.3 s here) is printed by the benchmark
    assert program.stderr and program.stderr.read() == b""


@pytest.mark.parametrize("lost", ["root.key", "keystore.json"])
def test_a_missing_key_is_one_clear_line_and_nothing_is_made_anew(home: Home, lost: str) -> None:
    (home.office / lost).unlink()
    before = sorted(path.name for path in home.office.iterdir())
    process = start(home)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 4 and out == b""
    lines = err.decode().splitlines()
    assert len(lines) == 2 and lines[0].startswith("dlp: error: ") and lines[1].startswith("dlp: hint: ")
    assert sorted(path.name for path in home.office.iterdir()) == before


def test_a_port_that_is_taken_is_one_clear_line(home: Home, program: subprocess.Popen[bytes]) -> None:
    assert program.stdout and program.stdout.readline().startswith(b"ready")
    second = start(home)
    _, err = second.communicate(timeout=60)
    assert second.returncode == 2 and b"cannot listen" in err and b"Traceback" not in err
