"""``dlp inspect`` on a machine where nothing was set up: the JSON contract and the exit statuses (DESIGN 5.1)."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from guard import dlp

from dlp.demo import papers, texts

CONTRACT = {
    *("path", "name", "size", "sha256", "type", "level", "action", "complete", "findings", "gaps", "because"),
    *("policy", "rules", "elapsed_ms"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("inspect")
    papers.write_all(made)
    return made


def rows(home: Path, *words: str) -> tuple[int, list[dict]]:
    said = dlp(home, "inspect", "--json", *words)
    assert "Traceback" not in said.stderr
    return said.returncode, [json.loads(line) for line in said.stdout.splitlines()]


def test_a_folder_gives_one_object_a_file_and_the_highest_status(tmp_path: Path, folder: Path) -> None:
    status, found = rows(tmp_path / "nothing", str(folder))
    assert status == 3  # the zip with a password
    assert {Path(row["path"]).name: row["action"] for row in found} == {
        "通知.txt": "allow",
        "客户名单.xlsx": "encrypt",
        "红头文件.docx": "block",
        "红头文件.pdf": "block",
        "红头文件.ofd": "block",
        "加密附件.zip": "hold",
        "会议安排.txt": "allow",
        "保密管理办法.txt": "allow",
    }
    for row in found:
        assert set(row) >= CONTRACT
        for finding in row["findings"]:
            assert {"rule", "level", "category", "score", "where", "masked", "count", "supports"} <= set(finding)
    assert not (tmp_path / "nothing").exists(), "nothing was set up by looking"


@pytest.mark.parametrize(
    ("name", "status"), [("通知.txt", 0), ("客户名单.xlsx", 1), ("红头文件.pdf", 1), ("加密附件.zip", 3)]
)
def test_the_status_says_what_a_script_needs(tmp_path: Path, folder: Path, name: str, status: int) -> None:
    assert rows(tmp_path, str(folder / name))[0] == status


def test_a_match_is_never_printed(tmp_path: Path, folder: Path) -> None:
    said = dlp(tmp_path, "inspect", str(folder / "客户名单.xlsx"))
    for row in texts.customers()[1:]:
        assert row[2] not in said.stdout
        assert row[3] not in said.stdout


def test_what_cannot_be_looked_at_is_said_and_the_rest_goes_on(tmp_path: Path, folder: Path) -> None:
    said = dlp(tmp_path, "inspect", str(tmp_path / "none"), str(folder / "通知.txt"))
    assert said.returncode == 2
    assert "is not there" in said.stderr
    assert "通知.txt" in said.stdout


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_a_file_without_rights_is_status_3(tmp_path: Path) -> None:
    shut = tmp_path / "shut.txt"
    shut.write_text("notice")
    shut.chmod(0)
    said = dlp(tmp_path, "inspect", str(shut))
    assert said.returncode == 3
    assert "may not be read" in said.stderr


def test_a_pipe_and_a_device_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    said = dlp(tmp_path, "inspect", str(tmp_path / "pipe"), "/dev/zero")
    assert said.returncode == 2
    assert said.stderr.count("is not a file") == 2


def test_help_and_unknown_commands(tmp_path: Path) -> None:
    assert dlp(tmp_path, "--help").returncode == 0
    said = dlp(tmp_path, "inspct")
    assert said.returncode == 2
    assert said.stderr.splitlines() == [
        "dlp: error: got command 'inspct', which does not exist",
        "dlp: hint: dlp --help lists the commands",
    ]
