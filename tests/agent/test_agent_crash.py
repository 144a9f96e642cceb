"""Invariant 2 with the whole agent at work: kill -9 at named points and at random instants, again and again.

CI runs 150 kills; ``python tests/agent/crash_world.py 2000 SEED`` runs more by hand.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from crash_world import run

pytestmark = pytest.mark.long
KILLS = 150


def test_a_hundred_and_fifty_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    report = run(tmp_path, KILLS, seed=20261125)
    print("\n".join(report.lines()))
    assert report.kills == KILLS
    assert report.dropped > KILLS
