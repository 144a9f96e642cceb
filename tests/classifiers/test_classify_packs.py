"""Packs prove themselves when they load, and say what is wrong when they do not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from classifiers.pack import PackError, load, shipped, tree
from classifiers.proof import SHIPPED, names

RULE = """
schema: 1
pack: own
title: {en: Own, zh: 自有}
rules:
  - id: own.project
    title: {en: Project, zh: 项目}
    category: trade_secret
    level: sensitive
    pattern: '北斗星计划'
    needs: [北斗星]
    base: 70
    matching: [关于北斗星计划的会议]
    not_matching: [北斗导航]
"""


def written(folder: Path, text: str) -> tuple[Path, ...]:
    path = folder / "own.yaml"
    path.write_text(text, "utf-8")
    return (*shipped(), path)


def test_the_shipped_packs_are_proved_as_they_stand() -> None:
    """After a change of classifiers/: python -P -m classifiers.prove (it refuses where an example disagrees)."""
    raws = [path.read_bytes() for path in shipped()]
    trees = {name: tree(path.name, raw) for path, raw, name in zip(shipped(), raws, names(raws), strict=True)}
    assert json.loads(SHIPPED.read_bytes()) == trees


def test_an_own_pack_loads_after_the_shipped_ones_and_its_proof_is_kept(tmp_path: Path) -> None:
    files, cache = written(tmp_path, RULE), tmp_path / "cache"
    first = load(files, cache)
    assert first.rules[-1].id == "own.project"
    assert len(list(cache.iterdir())) == 1
    assert load(files, cache).digest == first.digest != load(shipped()).digest


WRONG = {
    "unknown field": ("    base: 70", "    bas: 70", "rule own.project", "unknown field 'bas'"),
    "disagreeing example": (
        "[关于北斗星计划的会议]",
        "[关于北斗的会议]",
        "rule own.project, matching 1",
        "got nothing",
    ),
    "not-example that fires": ("[北斗导航]", "[北斗星计划书]", "rule own.project, not_matching 1", "expected no match"),
    "score too low": ("base: 70", "base: 30", "rule own.project, matching 1", "expected a score of 65"),
    "no pattern": ("'北斗星计划'", "'北斗星(计划'", "rule own.project, pattern", "is no pattern"),
    "unknown macro": ("'北斗星计划'", "'{nothing}'", "rule own.project, pattern", "{nothing} is not defined"),
    "unknown level": ("level: sensitive", "level: sensitve", "rule own.project, level", "expected one of"),
    "no needs": ("    needs: [北斗星]\n", "", "rule own.project, needs", "every line"),
    "a shipped id again": ("own.project", "cn.mark.star", "rule cn.mark.star", "stands twice"),
    "unknown sign": ("    base: 70", "    base: 70\n    supports: {moon: 5}", "rule own.project, supports", "'moon'"),
    "not YAML": ("rules:", "rules: [", "file", "is not YAML"),
    "worse than linear": (
        "'北斗星计划'",
        "'北斗星(计划|划)*x(a+)+'",
        "rule own.project, pattern",
        "more than linear time",
    ),
    "other schema": ("schema: 1", "schema: 2", "schema", "got 2, expected 1"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_pack_is_refused_by_pack_rule_field_and_effect(case: str, tmp_path: Path) -> None:
    right, wrong, where, problem = WRONG[case]
    with pytest.raises(PackError) as refused:
        load(written(tmp_path, RULE.replace(right, wrong, 1)))
    assert refused.value.pack.startswith("own")
    assert where in refused.value.where
    assert problem in refused.value.problem_en
    assert refused.value.problem_zh != refused.value.problem_en
