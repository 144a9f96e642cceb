"""``python -m benchmarks [NAME…]``: runs each benchmark of this folder and prints its lines.

Figures are printed, never asserted: a busy machine must not fail a build. Ratios against a peer of the same run travel
between machines; seconds and megabytes do not.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    """Run those named, or all; 2 for a name that is none."""
    known = sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))
    wanted = sys.argv[1:] or known
    for name in wanted:
        if name not in known:
            print(f"got benchmark {name!r}, expected one of {', '.join(known)}", file=sys.stderr)
            return 2
    for name in wanted:
        print(f"== {name}", flush=True)
        for line in importlib.import_module(f"benchmarks.{name}").run():
            print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
