"""Invariant 2: kill -9 at any instant: no file lost, none doubled, none half-written in Ready.

Each named point between two changes of disk or journal is visited, in a real process, for each kind of drop.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from agent_world import BROKEN, OPEN, SECRET, SENSITIVE, Machine

from dlp.custody import Point, whereabouts
from dlp.custody.send import KEPT
from dlp.journal import rulings
from dlp.model import Choice, Ruling, State

HERE = Path(__file__).parent
DROPS = {"open": OPEN, "sensitive": SENSITIVE, "secret": SECRET}
ON_THE_WAY_IN = [
    point for point in Point if point.value.split(".")[0] in ("claim", "judged", "draft", "object", "settle")
]


def crash(folder: Path, point: Point, nth: int, action: str) -> bool:
    """Whether the process came so far as to kill itself there."""
    words = [sys.executable, "-P", str(HERE / "crash_machine.py"), str(folder), point.value, str(nth), action]
    paths = os.pathsep.join([str(HERE), str(HERE.parent.parent)])
    done = subprocess.run(words, env={"PATH": os.defpath, "PYTHONPATH": paths}, capture_output=True, check=False)
    assert done.returncode in (0, -9), done.stderr.decode()
    return done.returncode == -9


def copies(machine: Machine, content: bytes) -> list[Path]:
    """Every place that has this content now, in clear or sealed; receipts and journal aside."""
    found = []
    for path in [*machine.outbox.root.rglob("*"), *(machine.agent / "vault").rglob("*.age")]:
        if path.is_file() and not path.is_relative_to(machine.outbox.held):
            held = machine.opened(path) if path.suffix == ".age" else path.read_bytes()
            if held == content:
                found.append(path)
            else:
                assert held in DROPS.values() or held in (BROKEN,), f"half-written: {path}"
    return found


def check_one_place(machine: Machine, name: str, content: bytes) -> None:
    """The file is where the journal says, and nowhere else."""
    (found,) = whereabouts(machine.journal, name)
    send, box = found.send, machine.outbox
    expected: list[Path] = []
    if send.state in KEPT:
        expected = [machine.custody.ground.vault.path(found.members[0].sha256)]
    else:
        expected = [path for path in (send.path, send.original) if path is not None]
    assert sorted(copies(machine, content)) == sorted(set(expected)), send.state
    assert not any(box.claims.iterdir())
    assert not any(box.drafts.iterdir())
    assert machine.journal.verify_chain() is None


@pytest.mark.parametrize("point", ON_THE_WAY_IN)
@pytest.mark.parametrize(("action", "nth"), [("drop", 1), ("drop", 2), ("drop", 3), ("together", 1), ("together", 2)])
def test_a_kill_on_the_way_in_loses_and_doubles_nothing(tmp_path: Path, point: Point, action: str, nth: int) -> None:
    first = Machine(tmp_path)
    for name, content in DROPS.items():
        first.drop(name, content)
    first.journal.close()
    crash(tmp_path, point, nth, action)
    crash(tmp_path, point, 1, action)  # and once more while it recovers
    machine = Machine(tmp_path)
    machine.start()
    for name, content in DROPS.items():
        if (machine.outbox.root / name).exists():
            assert copies(machine, content) == [machine.outbox.root / name], "a drop that was not claimed is untouched"
            machine.hand_over(machine.outbox.root / name)
        check_one_place(machine, name, content)
    states = {name: whereabouts(machine.journal, name)[0].send.state for name in DROPS}
    assert states == {"open": State.READY, "sensitive": State.SEALED, "secret": State.BLOCKED}


WAYS_OUT = [point for point in Point if point.value.split(".")[0] in ("draft", "settle", "ruling")]


@pytest.mark.parametrize("point", WAYS_OUT)
@pytest.mark.parametrize("choice", [None, Choice.RELEASE, Choice.RELEASE_SEALED, Choice.RETURN, Choice.KEEP])
def test_a_kill_on_the_way_out_loses_and_doubles_nothing(tmp_path: Path, point: Point, choice: Choice | None) -> None:
    first = Machine(tmp_path)
    send = first.hand_over(first.drop("plan", BROKEN))
    (member,) = first.custody.members(send)
    if choice:
        rulings.take(first.journal, Ruling(1, member.id, choice, ("wang",), "", ""))
    first.journal.close()
    for _ in range(2):
        crash(tmp_path, point, 1, "rule" if choice else f"takeback:{send.number}")
    machine = Machine(tmp_path)
    machine.start()
    machine.desk.rule()
    if choice is None and whereabouts(machine.journal, "plan")[0].send.state in KEPT:
        machine.desk.take_back(send.number)
    check_one_place(machine, "plan", BROKEN)
    assert rulings.unapplied(machine.journal) == []
    told = [report.body for report in machine.journal.pending(100) if report.kind == "outcome"]
    assert len(told) == 1
