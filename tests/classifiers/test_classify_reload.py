"""A rule edited while the program runs: a good one comes into force, a wrong one does not, and says why."""

from __future__ import annotations

from pathlib import Path

from own_pack import OWN

from classifiers.engine import classify
from classifiers.model import Block, Level
from classifiers.pack import shipped
from classifiers.reload import Current

TEXT = [Block("关于北斗星计划的会议")]


def test_a_wrong_edit_leaves_the_old_rules_in_force_and_a_right_one_replaces_them(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(OWN, "utf-8")
    current = Current(lambda: (*shipped(), own))
    assert classify(TEXT, current.rules, b"k").level is Level.SENSITIVE
    assert not current.refresh()

    own.write_text(OWN.replace("base: 70", "base: 20"), "utf-8")
    assert not current.refresh()
    assert current.problem is not None
    assert "rule own.project, matching 1" in str(current.problem)
    assert "expected a score of 65" in current.problem.problem_en
    assert classify(TEXT, current.rules, b"k").level is Level.SENSITIVE

    own.write_text(OWN.replace("level: sensitive", "level: secret"), "utf-8")
    assert current.refresh()
    assert current.problem is None
    assert classify(TEXT, current.rules, b"k").level is Level.SECRET

    own.unlink()
    assert not current.refresh()
    assert current.problem is not None
    assert classify(TEXT, current.rules, b"k").level is Level.SECRET
