"""What the gate costs: opens outside WeChat's namespace, known files inside, first sights of a 100 kB docx.

In one run beside clamonacc and fapolicyd where they are installed. Everything lies on an ext4 file system of its own,
in a file, and the marks of all three stand on it or in namespaces of their own: nothing of the host is asked about.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import _gate_peers as peers
from benchmarks._gate_machine import Machine, Opener, until
from dlp.demo import papers

OPENS = 4000
ROUNDS = 5
DOCUMENTS = 120
DOCX_BYTES = 100_000
TREE = 5_000
RATE = 10_000
"""Opens a second."""


def run() -> list[str]:
    """One line for each figure."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return ["left out: the gate needs Linux and root"]
    with _file_system() as folder:
        lines = _ours(folder)
        for name, peer in (("clamonacc", peers.clamonacc), ("fapolicyd", peers.fapolicyd)):
            lines.append(_beside(name, peer, folder))
        return lines


@contextlib.contextmanager
def _file_system() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="gate-bench-") as name:
        image, point = Path(name) / "image", Path(name) / "m"
        point.mkdir()
        with image.open("wb") as file:
            file.truncate(512 << 20)
        subprocess.run(["mkfs.ext4", "-q", str(image)], check=True)
        subprocess.run(["mount", "-o", "loop", str(image), str(point)], check=True)
        for path in (Path(name), point):
            path.chmod(0o755)
        try:
            yield point
        finally:
            until(lambda: subprocess.run(["umount", str(point)], capture_output=True, check=False).returncode == 0)


def _ours(folder: Path) -> list[str]:
    known = folder / "known.txt"
    known.write_text("会议通知\n" * 50, "utf-8")
    documents = _documents(folder / "documents")
    machine = Machine(folder)
    outside = Opener()
    try:
        without, beside = _outside(machine, outside, known)
        inside = machine.inside()
        inside.times([known], 20)
        time.sleep(0.1)
        bare, gated = [], []
        for _ in range(ROUNDS):
            bare += outside.times([known], OPENS)
            gated += inside.times([known], OPENS)
        inside.times(documents[:20])  # the readers have met such a file before
        first = inside.times(documents[20:])
        again = inside.times(documents[20:])
        searches = _searches(machine, inside, outside, folder, known)
        inside.close()
    finally:
        outside.close()
        machine.close()
    return [
        f"open outside WeChat's namespace: {_median(without):.2f} µs without gate, {_median(beside):.2f} µs beside it, "
        f"ratio {_median(beside) / _median(without):.2f}",
        f"open of a known file inside: {_median(gated) - _median(bare):+.1f} µs (median), p99 {_p99(gated):.0f} µs",
        f"first sight of a {DOCX_BYTES // 1000} kB docx: {_median(first) / 1000:.1f} ms (median), "
        f"p99 {_p99(first) / 1000:.1f} ms; opened again {_median(again):.0f} µs",
        *searches,
    ]


def _searches(machine: Machine, inside: Opener, outside: Opener, folder: Path, known: Path) -> list[str]:
    """``find | xargs head -c1`` outside, while the answerer is stopped with a WeChat waiting, and under its load."""
    tree = folder / "tree"
    for number in range(TREE):
        file = tree / str(number % 50) / f"{number}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x" * 100)

    def search() -> float:
        began = time.perf_counter()
        subprocess.run(f"find {tree} -type f | xargs head -qc1 > /dev/null", shell=True, check=True)
        return time.perf_counter() - began

    search()
    plain, stopped = [search() for _ in range(ROUNDS)], []
    for _ in range(ROUNDS):
        answerer = _answerer(machine)
        os.kill(answerer, signal.SIGSTOP)
        inside.tell([known], 1)
        stopped.append(search())
        os.kill(answerer, signal.SIGCONT)
        inside.hear()
    same_load, load = [], []
    for _ in range(ROUNDS):
        for opener, found in ((outside, same_load), (inside, load)):
            opener.tell([known], RATE, RATE)
            found.append(search())
            opener.hear()
    return [
        f"find | xargs head outside: ratio {_median(stopped) / _median(plain):.2f} while the answerer is stopped and "
        f"WeChat waits, {_median(load) / _median(same_load):.2f} while WeChat opens {RATE:,} files a second (against "
        "the same opens by another program)"
    ]


def _answerer(machine: Machine) -> int:
    assert machine.gate is not None
    found = subprocess.run(["pgrep", "-P", str(machine.gate.pid)], capture_output=True, text=True, check=True)
    return int(found.stdout.split()[0])


def _outside(machine: Machine, outside: Opener, known: Path) -> tuple[list[float], list[float]]:
    """Taking turns: with no gate on this machine, and beside a gate with a WeChat that it guards."""
    without, beside = [], []
    for _ in range(ROUNDS):
        without += outside.times([known], OPENS)
        machine.open_gate()
        wechat = machine.inside()
        wechat.times([known])
        beside += outside.times([known], OPENS)
        wechat.close()
        machine.shut_gate()
    machine.open_gate()
    return without, beside


def _documents(folder: Path) -> list[Path]:
    """Different files of the size, as people write them: much text, and one picture that does not shrink."""
    folder.mkdir()
    chance, found = random.Random(7), []
    characters = "会议通知关于开展年度工作总结各科室认真组织按时报送材料培训安排人员设备采购进度情况说明"
    for number in range(DOCUMENTS):
        paragraphs = ["".join(chance.choices(characters, k=120)) + "。" for _ in range(150)]
        path = folder / f"{number}.docx"
        path.write_bytes(papers.docx(paragraphs))
        with zipfile.ZipFile(path, "a") as file:
            file.writestr("docProps/filler.bin", chance.randbytes(max(0, DOCX_BYTES - path.stat().st_size)))
        found.append(path)
    time.sleep(0.1)
    return found


def _beside(name: str, peer: peers.Peer, folder: Path) -> str:
    """What a peer adds to one open of one known file, against the same open without it."""
    if not shutil.which(name):
        return f"{name}: not installed here"
    target = folder / name
    target.mkdir()
    file = target / "known.txt"
    file.write_text("会议通知\n" * 50, "utf-8")
    plain = Opener()
    bare = plain.times([file], OPENS)
    plain.close()
    try:
        with peer(target) as before:
            opener = Opener(*before)
            opener.times([file], 20)
            watched = opener.times([file], OPENS // 4)
            opener.close()
    except (OSError, TimeoutError, subprocess.SubprocessError) as error:
        return f"{name}: could not be started here ({error})"
    return f"{name}: {_median(watched) - _median(bare):+.1f} µs (median), p99 {_p99(watched):.0f} µs"


def _median(times: Sequence[float]) -> float:
    return statistics.median(times)


def _p99(times: Sequence[float]) -> float:
    return sorted(times)[len(times) * 99 // 100]
