"""``python -m benchmarks.pictures [--count N] [--seed N] [--kept FILE] [--minutes M] [--write docs/accuracy.md]``

How often marks and numbers are found in pictures, and what ordinary pictures are held for. Half of the pictures hold
nothing. With ``--kept`` results are added to a file as they come, and a later run goes on from there: a long measure
can be taken in pieces. With ``--times`` the times are those of results kept by another run, on a machine that did
nothing else. With ``--show FOLDER`` pictures are written out with their labels instead of being judged.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

COUNT = 2_000
SEED = 20_260_325


def main() -> int:
    """Print the report; write it where asked. 1 where something is not reached that must be."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.pictures", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--kept", type=Path)
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--times", type=Path)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--show", type=Path)
    parser.add_argument("--only", type=int, nargs="*", help="numbers, with --show")
    chosen = parser.parse_args()
    if chosen.show:
        return show(chosen.show, chosen.only or range(chosen.count), chosen.seed)
    return measure(chosen)


def measure(chosen: argparse.Namespace) -> int:
    """Judge, and report."""
    from benchmarks.pictures.fonts import faces
    from benchmarks.pictures.judge import Result, results
    from benchmarks.pictures.page import written_into
    from benchmarks.pictures.report import Report
    from dlp.config import Home, Settings
    from dlp.inspection import context_for

    report, begun = Report(chosen.seed, len(faces())), time.monotonic()
    with tempfile.TemporaryDirectory() as home, context_for(Home(Path(home)), Settings()) as context:
        for result in results(chosen.count, chosen.seed, context, chosen.kept):
            report.add(result)
            if sys.stderr.isatty():
                print(f"\r{report.count}/{chosen.count}", end="", file=sys.stderr, flush=True)
            if chosen.minutes and time.monotonic() - begun > chosen.minutes * 60:
                break
    if chosen.times:
        report.times.clear()
        for line in chosen.times.read_text("utf-8").splitlines():
            report.time(Result.of(line))
    text = report.text()
    print(text)
    if chosen.write:
        chosen.write.write_text(written_into(chosen.write.read_text("utf-8"), text), "utf-8")
    return 0 if report.good() else 1


def show(folder: Path, numbers: range | list[int], seed: int) -> int:
    """Write pictures out, to be looked at."""
    from benchmarks.pictures.cases import made

    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        picture = made(number, seed)
        (folder / f"{number:04}{picture.suffix}").write_bytes(picture.content)
        print(picture.label.json())
    return 0


if __name__ == "__main__":
    sys.exit(main())
