"""How long a person waits for an outcome, and how fast a batch goes.

The agent runs as its own process, as in use; drops are made and outcomes seen from outside. The batch is measured
beside ``dlp inspect`` of the same files plus sealing what the agent sealed, in the same run.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks.start import _below, _memory
from dlp import first_start
from dlp.config import Home, Settings
from dlp.demo import papers, texts
from keys import age, files

DROPS = 100
BATCH = 1000
DOCUMENT_BYTES = 100_000
PAGES = 5
"""Of an ordinary document; what costs per file weighs less there than with notes."""


def run() -> list[str]:
    """One line for each figure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [
            *_latency(folder / "latency"),
            *_batch(folder / "notes", "notes of a page or less", 1),
            *_batch(folder / "documents", "documents of a few pages", PAGES),
        ]


@contextmanager
def _agent(folder: Path, *wechat: str) -> Iterator[tuple[Path, int]]:
    """A running agent: its outbox and its process."""
    folder.mkdir()
    home = Home(folder / "home")
    if not home.settings.exists():
        wished = replace(Settings(), outbox=str(folder / "box"), find_wechat=False, port=0, wechat=wechat)
        first_start.set_up(home, wished)
        first_start.finish(home)
    command = [sys.executable, "-P", "-m", "dlp.agent", "--home", str(home.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as agent:
        assert agent.stdout is not None
        agent.stdout.readline()
        yield folder / "box", agent.pid
        agent.terminate()


def document(number: int, pages: int = 1) -> bytes:
    """A docx of about 100 kB of ordinary Chinese text."""
    lines = [f"第{number}号{line}" for line in texts.NOTICE.split("\n")] * 12 * pages
    made = papers.docx(lines)
    return papers.with_padding(made, DOCUMENT_BYTES)


def _latency(folder: Path) -> list[str]:
    samples = [document(number) for number in range(8)]
    with _agent(folder) as (box, _):
        waits = [_wait(box, f"warm {number}.docx", samples[number % 8]) for number in range(10)] and [
            _wait(box, f"drop {number}.docx", samples[number % 8]) for number in range(DROPS)
        ]
    waits.sort()
    return [
        f"drop to outcome, {len(samples[0]) // 1000} kB docx: median {statistics.median(waits) * 1000:.0f} ms, "
        f"p99 {waits[int(len(waits) * 0.99) - 1] * 1000:.0f} ms of {DROPS}"
    ]


def _wait(box: Path, name: str, content: bytes) -> float:
    (box / f".{name}.part").write_bytes(content)
    begun = time.perf_counter()
    (box / f".{name}.part").rename(box / name)
    _until((box / "Ready" / name).exists)
    return time.perf_counter() - begun


def _until(look: Callable[[], bool], seconds: float = 600.0, pause: float = 0.0005) -> None:
    deadline = time.monotonic() + seconds
    while not look():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(pause)


def _mixed(folder: Path, pages: int) -> list[Path]:
    """A thousand files of mixed kinds and about so many pages: most are ordinary, one in ten is sealed."""
    folder.mkdir(parents=True)
    made = []
    for number in range(BATCH):
        kind = number % 10
        if kind == 0:
            rows = [*texts.customers(), *[(str(number), "某单位", "", str(row), "") for row in range(pages * 40)]]
            name, content = f"{number}.xlsx", papers.xlsx(rows)
        elif kind < 4:
            name, content = f"{number}.docx", document(number, pages)
        elif kind < 6:
            name, content = f"{number}.pdf", papers.pdf([f"第{number}号通知", *texts.NOTICE.split("\n") * pages][:19])
        else:
            name, content = f"{number}.txt", (f"第{number}号\n" + texts.NOTICE * 20 * pages).encode()
        (folder / name).write_bytes(content)
        made.append(folder / name)
    return made


def _batch(folder: Path, what: str, pages: int) -> list[str]:
    folder.mkdir()
    sources = _mixed(folder / "files", pages)
    plain = _inspected(sources, folder)
    with _agent(folder / "agent") as (box, pid):
        _wait(box, "warm.docx", document(1))
        before = _memory(pid)
        begun = time.perf_counter()
        for source in sources:
            shutil.copy(source, box / f".{source.name}.part")
            (box / f".{source.name}.part").rename(box / source.name)
        # Looked at rarely: on two cores a look that never rests takes half of what is measured.
        _until(lambda: sum(1 for _ in (box / "Ready").iterdir()) > BATCH, pause=0.05)
        spent = time.perf_counter() - begun
        after = _memory(pid)
        readers = [_memory(child) for child in _below(pid)]
    return [
        f"{BATCH} mixed files dropped at once, {what}: {BATCH / spent:.0f} files/s; dlp inspect plus sealing, alone: "
        f"{BATCH / plain:.0f} files/s; ratio {plain / spent:.2f}",
        f"agent before {before / 1024:.0f} MB, after {after / 1024:.0f} MB; reading processes in the end "
        + " and ".join(f"{one / 1024:.0f} MB" for one in readers),
    ]


def _inspected(sources: list[Path], folder: Path) -> float:
    """Seconds for ``dlp inspect`` of the same files, and for sealing one in ten of them."""
    command = [sys.executable, "-P", "-m", "dlp.cli.main", "--home", str(folder / "none"), "inspect", "--json"]
    begun = time.perf_counter()
    subprocess.run([*command, str(folder / "files")], check=False, capture_output=True)
    to = [str(age.generate().recipient), str(age.generate().recipient)]
    for source in sources[::10]:
        files.seal_file(source, folder / "sealed.age", to)
    return time.perf_counter() - begun
