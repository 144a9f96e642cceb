"""``python -m benchmarks._soak [MINUTES]``: the agent at fifty times the ordinary rate; what grows is told.

Ordinary is one file sent and one received a minute; what is ready is sent, and its copy removed, within some minutes.
Run by hand: it takes half an hour.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from benchmarks.outbox import _mixed
from benchmarks.start import _below, _memory, _ticks
from dlp import first_start
from dlp.config import Home, Settings

TIMES = 50
SAMPLE_SECONDS = 60.0
STANDS_SECONDS = 180.0
"""How long a file stands in Ready."""


def main() -> None:
    """Print one line a minute, then what grew between the fifth minute and the last."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    with tempfile.TemporaryDirectory() as name:
        _soak(Path(name), minutes)


def _soak(folder: Path, minutes: float) -> None:
    home, box, month = Home(folder / "home"), folder / "box", folder / "wechat" / "msg" / "file" / "2026-11"
    month.mkdir(parents=True)
    wished = replace(Settings(), outbox=str(box), find_wechat=False, port=0, wechat=(str(folder / "wechat"),))
    first_start.set_up(home, wished)
    first_start.finish(home)
    sources = _mixed(folder / "files", 1)
    command = [sys.executable, "-P", "-m", "dlp.agent", "--home", str(home.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as agent:
        assert agent.stdout is not None
        agent.stdout.readline()
        samples = _live(home, box, month, sources, agent.pid, minutes)
        agent.terminate()
    first, last = samples[min(4, len(samples) - 1)], samples[-1]
    for key in first:
        print(f"{key}: {first[key]:.0f} -> {last[key]:.0f}")


def _live(home: Home, box: Path, month: Path, sources: list[Path], pid: int, minutes: float) -> list[dict[str, float]]:
    begun, count, samples, next_sample = time.monotonic(), 0, list[dict[str, float]](), SAMPLE_SECONDS
    while (passed := time.monotonic() - begun) < minutes * 60:
        if count < passed * TIMES / 60:
            source = sources[count % len(sources)]
            content = source.read_bytes() + (b"" if source.suffix != ".txt" else f"{count}\n".encode())
            part = box / f".{count}.part"
            part.write_bytes(content)
            part.rename(box / f"{count} {source.name}")
            (month / f"{count} {source.name}").write_bytes(content + b" ")
            count += 1
        if passed > next_sample:
            next_sample += SAMPLE_SECONDS
            _sent(box)
            samples.append(_sample(home, box, pid, count))
            print(json.dumps(samples[-1]), flush=True)
        time.sleep(0.05)
    return samples


def _sent(box: Path) -> None:
    """People remove the copies that they sent."""
    for path in (*(box / "Ready").iterdir(), *(box / "Originals").iterdir()):
        if time.time() - path.stat().st_ctime > STANDS_SECONDS:
            path.unlink()


def _sample(home: Home, box: Path, pid: int, count: int) -> dict[str, float]:
    command = [sys.executable, "-P", "-m", "dlp.cli.main", "--home", str(home.root), "status", "--json"]
    status = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)
    children = _below(pid)
    return {
        "handed over": count,
        "still dropped": sum(1 for path in box.iterdir() if path.is_file()) - 1,
        "agent MB": _memory(pid) / 1024,
        "workers MB": sum(_memory(child) for child in children) / 1024,
        "descriptors": len(list(Path(f"/proc/{pid}/fd").iterdir())),
        "threads": len(list(Path(f"/proc/{pid}/task").iterdir())),
        "judging": status["judging"],
        "stuck": len(status["stuck"]),
        "failed": status["received_failed"],
        "processor s": _ticks(pid) / 100,
    }


if __name__ == "__main__":
    main()
