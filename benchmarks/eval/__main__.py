# ruff: noqa: E501 - sentences and markup stay on one line, so that they read as they are written
"""``python -m benchmarks.eval [COUNT] [--seed N] [--write docs/accuracy.md]``: how often marks are found, and mentions are not.

COUNT marked documents and as many hard negatives, each a real file of one of eight formats.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.eval.judge import judged
from benchmarks.eval.report import Report
from benchmarks.pictures.page import part_of, written_into

COUNT = 20_000
SEED = 20_260_301


def main() -> int:
    """Print the report; write it where asked."""
    parser = argparse.ArgumentParser(
        prog="make eval", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("count", nargs="?", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--write", type=Path)
    chosen = parser.parse_args()
    report = Report(chosen.count, chosen.seed)
    for result in judged(chosen.count, chosen.seed):
        report.add(result)
        if sys.stderr.isatty() and report.judged % 200 == 0:
            print(f"\r{report.judged}/{2 * chosen.count}", end="", file=sys.stderr, flush=True)
    text = report.text()
    print(text)
    if chosen.write:
        # What was measured of pictures takes half an hour and is measured apart (benchmarks.pictures).
        old = part_of(chosen.write.read_text("utf-8")) if chosen.write.exists() else ""
        chosen.write.write_text(written_into(text, old), "utf-8")
    return 0 if report.good() else 1


if __name__ == "__main__":
    sys.exit(main())
