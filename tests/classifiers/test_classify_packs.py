"""Packs prove themselves when they load, and say what is wrong when they do not."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from own_pack import OWN

from classifiers.engine import classify
from classifiers.model import Block
from classifiers.pack import PackError, load, shipped, tree
from classifiers.prepare import prepare
from classifiers.proof import SHIPPED, names
from classifiers.signs import MOST_VALUES


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
    files, cache = written(tmp_path, OWN), tmp_path / "cache"
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
    "too many values": (
        "    base: 70",
        "    base: 70\n    supports: {distinct_501: 5}",
        "supports",
        "would never fire",
    ),
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
        load(written(tmp_path, OWN.replace(right, wrong, 1)))
    assert refused.value.pack.startswith("own")
    assert where in refused.value.where
    assert problem in refused.value.problem_en
    assert refused.value.problem_zh != refused.value.problem_en


def dictionary_pack(folder: Path, terms: list[str]) -> tuple[Path, ...]:
    (folder / "terms.txt").write_text("# own names\n" + "\n".join(terms) + "\n", "utf-8")
    text = OWN.replace(
        "    pattern: '北斗星计划'\n    needs: [北斗星]\n",
        "    dictionary: terms.txt\n    supports: {distinct_2: 15}\n",
    )
    return written(folder, text)


def test_a_dictionary_is_one_file_of_terms(tmp_path: Path) -> None:
    rules = load(dictionary_pack(tmp_path, ["北斗星计划", "Orion", "北斗星"]))
    (found,) = classify([Block("关于北斗星计划与Orion的会议，Orionid 不算，北斗星计划又一次")], rules, b"k").findings
    assert (found.rule, found.count, found.score) == ("own.project", 3, 85)
    assert found.masked in {"北****", "O****"}


def test_a_changed_dictionary_is_another_digest_and_is_proved_again(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = load(dictionary_pack(tmp_path, ["北斗星计划"]), cache)
    with pytest.raises(PackError, match="matching 1"):
        load(dictionary_pack(tmp_path, ["南十字星计划"]), cache)
    assert load(dictionary_pack(tmp_path, ["北斗星计划", "南十字"]), cache).digest != first.digest


def test_a_term_that_would_be_met_everywhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="term '的' is shorter"):
        load(dictionary_pack(tmp_path, ["北斗星计划", "的"]))


def test_ten_thousand_terms_are_found_by_both_ways(tmp_path: Path) -> None:
    chance = random.Random(3)
    letters = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏"
    terms = sorted({"".join(chance.choices(letters, k=chance.randint(4, 8))) for _ in range(10_000)})
    rules = load(dictionary_pack(tmp_path, ["北斗星计划", *terms]), tmp_path / "cache")
    text = "\n".join("普通的一行文字" + chance.choice(terms) for _ in range(2000))
    slow = classify([Block(text)], rules, b"k")
    prepare(rules)
    again = load(dictionary_pack(tmp_path, ["北斗星计划", *terms]), tmp_path / "cache")
    assert list((tmp_path / "cache").glob("*.hs")) or not again.engine.sweep.fast()
    assert classify([Block(text)], again, b"k") == slow
    assert slow.findings[0].count == MOST_VALUES
    assert slow.findings[0].at_least


def test_the_database_that_one_process_built_is_the_one_that_another_reads(tmp_path: Path) -> None:
    """Under another hash seed: words must have the same numbers in both."""
    script = (
        "import sys, pathlib; from classifiers.pack import load, shipped; from classifiers.prepare import prepare;"
        "rules = load(shipped(), pathlib.Path(sys.argv[1])); prepare(rules)"
    )
    for seed in ("1", "2"):
        command = [sys.executable, "-c", script, str(tmp_path)]
        subprocess.run(command, check=True, env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)})
    assert len(list(tmp_path.glob("*.hs"))) <= 1
