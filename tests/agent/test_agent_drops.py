"""What in an outbox is finished, on a real file system: writers, temp files, groups, folders that grow."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from dlp.folder_names import is_temporary
from dlp.language import Language
from dlp.outbox.drops import Scan
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
    assert {drop.path.name: drop.special for drop in scan.look().ready} == {"link": True, "trip": True}
