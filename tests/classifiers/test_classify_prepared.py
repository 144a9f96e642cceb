"""What the agent prepares of the packs is what reading processes use: they neither build nor write."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from own_pack import OWN

from classifiers.pack import load, shipped
from classifiers.ready import is_ready
from dlp.config import Home
from dlp.inspection import cache_folder, fingerprint_key, pack_files
from dlp.model import Limits
from dlp.read.launch import Setting, prepare
from dlp.read.sandbox import Workers

TEXT = "各部门请于本周五前报送进展情况。\n" * 3_000 + "绝密★长期\n" + "身份证号：11010519491231002X\n"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.make()
    (made.packs / "own.yaml").write_text(OWN, "utf-8")
    return made


def prepared(home: Home) -> Path:
    cache = cache_folder(home)
    assert cache is not None
    prepare(Setting(Limits(), pack_files(home), b"", cache=cache))
    return cache


def judged(home: Home, cache: Path | None, tmp_path: Path) -> object:
    file = tmp_path / "text.txt"
    file.write_text(TEXT + "关于北斗星计划的会议", "utf-8")
    with Workers(1, Limits(), pack_files(home), fingerprint_key(home), cache) as workers:
        descriptor = os.open(file, os.O_RDONLY)
        try:
            return [
                (one.rule, one.score, one.place.line)
                for one in workers.judge(descriptor, "text.txt").classification.findings
            ]
        finally:
            os.close(descriptor)


def test_prepared_packs_are_read_by_workers_and_judge_alike(home: Home, tmp_path: Path) -> None:
    pytest.importorskip("hyperscan", reason="no wheel for this platform; nothing is prepared here")
    cache = prepared(home)
    assert cache == home.agent / "cache"
    before = {path.name: path.stat().st_mtime_ns for path in cache.iterdir()}
    assert [name for name in before if name.endswith(".hs")]
    assert is_ready(cache, pack_files(home))
    assert not is_ready(cache, pack_files(home)[:-1])
    assert load(pack_files(home), cache, keep=False).engine.sweep.fast is not None
    with_cache, without = judged(home, cache, tmp_path), judged(home, None, tmp_path)
    assert with_cache == without
    assert {"cn.mark.star", "cn.id.resident", "own.project"} <= {rule for rule, *_ in with_cache}
    assert {path.name: path.stat().st_mtime_ns for path in cache.iterdir()} == before


def test_a_folder_that_was_not_prepared_is_not_written_by_a_worker(home: Home, tmp_path: Path) -> None:
    cache = home.agent / "cache"
    cache.mkdir()
    assert judged(home, cache, tmp_path)
    assert list(cache.iterdir()) == []


def test_a_damaged_database_is_none(home: Home, tmp_path: Path) -> None:
    pytest.importorskip("hyperscan", reason="no wheel for this platform; nothing is prepared here")
    cache = prepared(home)
    whole = judged(home, cache, tmp_path)
    for path in cache.glob("*.hs"):
        path.write_bytes(path.read_bytes()[:-2000])
    assert judged(home, cache, tmp_path) == whole


def test_where_nothing_was_set_up_nothing_is_prepared(tmp_path: Path) -> None:
    home = Home(tmp_path / "none")
    assert cache_folder(home) is None
    prepare(Setting(Limits(), shipped(), b"", cache=None))
    assert not home.root.exists()


def test_packs_that_cannot_be_used_are_not_prepared_and_do_not_stop_the_agent_here(home: Home) -> None:
    (home.packs / "own.yaml").write_text(OWN.replace("base: 70", "base: 1"), "utf-8")
    cache = prepared(home)
    assert not list(cache.glob("*.hs")) if cache.exists() else True
