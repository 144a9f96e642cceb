"""What in an outbox is finished, on a real file system: writers, temp files, groups, folders that grow."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dlp.agent.left import Left
from dlp.agent.lookout import Lookout
from dlp.agent.refusals import Refusals
from dlp.agent.strangers import Strangers
from dlp.failures import Failure
from dlp.folder_names import can_be_group, is_temporary
from dlp.journal import Journal
from dlp.language import Language
from dlp.outbox.drops import Drop, Refusal, Scan
from dlp.outbox.folders import Outbox
from dlp.outbox.settled import Readiness, readiness


@pytest.fixture
def scan(tmp_path: Path) -> Scan:
    outbox = Outbox(tmp_path, Language.ZH)
    outbox.make()
    return Scan(outbox, frozenset({"销售组"}))


def found(scan: Scan) -> list[str]:
    return [drop.path.name for drop in scan.look().ready]


def soon(scan: Scan, name: str, seconds: float = 10) -> bool:
    """Poll until the name is found; it must not have been before ``seconds`` are over."""
    deadline = time.monotonic() + seconds
    while name not in found(scan):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_a_finished_file_is_found_at_once(scan: Scan) -> None:
    (scan.outbox.root / "a.txt").write_bytes(b"notice")
    assert found(scan) == ["a.txt"]


def test_a_file_that_somebody_writes_waits(scan: Scan) -> None:
    path = scan.outbox.root / "a.txt"
    with path.open("wb") as file:
        file.write(b"half")
        file.flush()
        if readiness(path) is Readiness.QUIET:
            pytest.skip("this file system has no leases")
        sight = scan.look()
        assert (sight.ready, sight.waiting) == ((), 1)
        file.write(b" and half")
    assert found(scan) == ["a.txt"]


def test_a_mapped_or_second_writer_counts(scan: Scan) -> None:
    path = scan.outbox.root / "a.txt"
    path.write_bytes(b"notice")
    descriptor = os.open(path, os.O_RDWR)
    try:
        if readiness(path) is Readiness.QUIET:
            pytest.skip("this file system has no leases")
        assert found(scan) == []
    finally:
        os.close(descriptor)
    assert found(scan) == ["a.txt"]


def test_an_empty_file_waits_a_little_and_is_found(scan: Scan) -> None:
    (scan.outbox.root / "a.txt").touch()
    assert found(scan) == []
    assert soon(scan, "a.txt")


@pytest.mark.parametrize(
    ("name", "temporary"),
    [
        ("~$报告.docx", True),
        (".~报告.wps", True),
        (".~lock.a.odt#", True),
        ("~WRL0003.tmp", True),
        ("片.mp4.crdownload", True),
        ("a.pdf.part", True),
        ("未确认 12345.crdownload", True),
        (".DS_Store", True),
        ("Thumbs.db", True),
        ("报告.docx", False),
        ("party.txt", False),
        ("template.docx", False),
        (".profile", False),
        ("a.part.pdf", False),
    ],
)
def test_names_of_files_on_their_way(name: str, temporary: bool) -> None:
    assert is_temporary(name) == temporary


def test_our_own_folders_and_temporary_names_are_no_drops(scan: Scan) -> None:
    for folder in ("可发送", "已扣留", "原件", "Ready", ".dlp"):
        (scan.outbox.root / folder).mkdir(exist_ok=True)
        (scan.outbox.root / folder / "a.txt").write_bytes(b"x")
    (scan.outbox.root / "~$a.docx").write_bytes(b"x")
    assert found(scan) == []


def test_a_group_folder_gives_its_group(scan: Scan) -> None:
    (scan.outbox.root / "销售组").mkdir()
    (scan.outbox.root / "销售组" / "a.txt").write_bytes(b"notice")
    assert [(drop.path.name, drop.group) for drop in scan.look().ready] == [("a.txt", "销售组")]


def test_a_folder_counts_when_nothing_in_it_changes_any_more(scan: Scan) -> None:
    folder = scan.outbox.root / "trip"
    folder.mkdir()
    (folder / "a").write_bytes(b"1")
    assert found(scan) == []
    (folder / "b").write_bytes(b"2")
    assert found(scan) == []
    assert soon(scan, "trip")


def test_links_are_special_wherever_they_lie(scan: Scan) -> None:
    (scan.outbox.root / "link").symlink_to("/etc/passwd")
    (scan.outbox.root / "trip").mkdir()
    (scan.outbox.root / "trip" / "link").symlink_to("/etc/passwd")
    assert soon(scan, "trip")
    assert {drop.path.name: drop.refused for drop in scan.look().ready} == dict.fromkeys(
        ["link", "trip"], Refusal.SPECIAL
    )


def test_a_folder_nested_too_deep_is_refused_and_the_others_are_found(scan: Scan) -> None:
    """Its innermost paths are longer than the system opens; made step by step from within."""
    top, here = os.open(scan.outbox.root, os.O_RDONLY), os.open(scan.outbox.root, os.O_RDONLY)
    try:
        for _ in range(110):
            os.mkdir("d" * 38, dir_fd=here)
            inner = os.open("d" * 38, os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = inner
        os.close(os.open("x.txt", os.O_WRONLY | os.O_CREAT, dir_fd=here))
        (scan.outbox.root / "a.txt").write_bytes(b"notice")
        assert {drop.path.name: drop.refused for drop in scan.look().ready} == {"a.txt": None, "d" * 38: Refusal.DEEP}
    finally:
        os.close(here)
        os.close(top)
        shutil.rmtree(scan.outbox.root / ("d" * 38))


@dataclass
class Taking:
    """What the lookout asks of the lanes, and what it was offered."""

    offered: list[str] = field(default_factory=list)
    room: int = 100
    taken: frozenset[str] = frozenset()
    left: Left = field(default_factory=Left)

    def offer(self, drop: Drop) -> bool:
        drop.path.unlink()
        self.offered.append(drop.path.name)
        return True


def test_a_file_named_like_a_group_is_taken_and_holds_nothing_up(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, Language.EN)
    outbox.make()
    (tmp_path / "sales").write_bytes(b"notice")
    (tmp_path / "a.txt").write_bytes(b"notice")
    taking, journal = Taking(), Journal.open(tmp_path.parent / "journal.db")
    lookout = Lookout((outbox,), taking, Refusals(), Strangers(journal))  # type: ignore[arg-type]
    lookout.serve(frozenset({"sales", "Ready", "What is looked at.html", "CON"}))
    lookout.start()
    try:
        deadline = time.monotonic() + 20
        while not (tmp_path / "sales").is_dir():
            assert time.monotonic() < deadline, (taking.offered, lookout.unusable)
            lookout.stir.set()
            time.sleep(0.02)
        assert sorted(taking.offered) == ["a.txt", "sales"]
        assert not (tmp_path / "CON").exists()
    finally:
        lookout.stop()


@pytest.mark.parametrize(
    ("name", "can"),
    [("销售组", True), ("a" * 100, True), ("a" * 101, False), ("字" * 86, False), ("", False), (" a", False),
     ("a.", False), (".dlp", False), ("ready", False), ("可发送", False), ("告知书.html", False), ("Con", False),
     ("com1.x", False), ("concern", True), ("a/b", False), ("a\tb", False), ("~$x", False), ("x.part", False)],
)  # fmt: skip
def test_what_a_group_can_be_called(name: str, can: bool) -> None:
    assert can_be_group(name) is can


def test_what_is_left_is_tried_again_ever_more_rarely_and_at_once_when_its_rights_change(tmp_path: Path) -> None:
    drop, left = tmp_path / "a", Left()
    drop.write_bytes(b"x")
    assert left.soonest() is None
    assert left.note(str(drop), Failure.DENIED)
    assert not left.note(str(drop), Failure.DENIED)
    assert left.note(str(drop), Failure.READ_ONLY)
    assert 2.0 < (left.soonest() or 0.0) <= 4.0
    assert left.waiting() == {str(drop)}
    drop.chmod(0o640)
    assert left.waiting() == set()
    drop.unlink()
    left.waiting()
    assert left.problems() == {}
