"""The reasons that a command gives are true of the file, and its hints name a way that is open."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from guard import DLP, Guard, dlp

from dlp.demo import papers, texts


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    guard = Guard.start(tmp_path_factory.mktemp("reasons"))
    guard.stop()
    yield guard.home


PHONES = "姓名,身份证号,电话\n" + "".join(",".join((row[0], row[2], row[3])) + "\n" for row in texts.customers()[1:])


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.docx", PHONES.encode()), ("b.jpg", papers.docx(texts.RED_HEADER)), ("c.docx", texts.NOTICE.encode())],
)
def test_a_name_that_lies_is_no_label(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    said = dlp(tmp_path / "none", "inspect", str(tmp_path / name)).stdout
    assert "another type than the file is" in said
    assert "Label says less" not in said and "only people of the unit" not in said
    chinese = dlp(tmp_path / "none", "--language", "zh", "inspect", str(tmp_path / name)).stdout
    assert "标签级别低于正文" not in chinese and "本单位人员" not in chinese


def test_a_harmless_text_with_a_wrong_name_hears_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "c.docx").write_text(texts.NOTICE, "utf-8")
    said = dlp(tmp_path / "none", "inspect", str(tmp_path / "c.docx"))
    assert said.returncode == 0
    assert "Give it its right name" in said.stdout.splitlines()[1]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_hint_of_an_export_names_a_way_that_is_open(home: Path, tmp_path: Path, language: str) -> None:
    (tmp_path / "plan.txt").write_text("机密★10年\n\n关于特别事项的方案\n", "utf-8")
    (tmp_path / "locked.zip").write_bytes(papers.locked_zip("a.txt", b"content", b"password"))

    def refused(name: str) -> str:
        words = ("--zip", str(tmp_path / name), "-o", str(tmp_path / "o.zip"), "--password-file", str(tmp_path / "p"))
        said = dlp(home, "--language", language, "export", *words)
        assert said.returncode == 4 and not (tmp_path / "o.zip").exists() and not (tmp_path / "p").exists()
        return said.stderr

    blocked = refused("plan.txt")
    assert ("designated channel" if language == "en" else "指定渠道") in blocked.splitlines()[1]
    assert "send it sealed" not in blocked and "改用加密" not in blocked
    held = refused("locked.zip")
    assert ("a reviewer then decides" if language == "en" else "审核人员决定") in held.splitlines()[1]
    assert "it is public" not in held and "文件为公开" not in held


def test_a_hint_spells_an_option_as_it_is(home: Path, tmp_path: Path) -> None:
    for words in (("keys", "root", "passphrase"), ("keys", "backup", str(tmp_path / "b"), "--with-passphrase")):
        said = subprocess.run(
            [*DLP, "--home", str(home), "--language", "en", *words],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60, start_new_session=True,
        )  # fmt: skip
        assert said.returncode == 2 and "passphrase-stdin" in said.stderr and "_" not in said.stderr.splitlines()[-1]


def test_small_things_are_said_as_they_are(home: Path, tmp_path: Path) -> None:
    def refused(status: int, word: str, *words: str) -> None:
        said = dlp(home, *words)
        assert said.returncode == status and word in said.stderr, said.stdout + said.stderr
        assert "Traceback" not in said.stderr and not said.stdout

    refused(2, "an empty path", "inspect", "")
    refused(
        2,
        "/nonexistent.yaml cannot be read: it is not there",
        "inspect",
        "--policy",
        "/nonexistent.yaml",
        "/etc/hostname",
    )
    refused(3, "is not there", "decrypt", str(tmp_path / "none"))
    refused(3, "is not there", "keys", "recover", str(tmp_path / "none"))
    refused(2, "not written to standard output", "decrypt", str(home / "settings.toml"), "-o", "-")
    refused(2, "no rule to show", "rules", "show")
    refused(2, "takes no file", "audit", "export", "x")
    assert not Path("-").exists()
    listed = dlp(home, "archive", "list")
    assert listed.returncode == 0 and listed.stdout == "nothing is archived on this machine yet\n"
    assert dlp(home, "archive", "list", "--json").stdout == ""


def test_chinese_lines_have_no_english_parts(tmp_path: Path) -> None:
    (tmp_path / "c.docx").write_text(texts.NOTICE, "utf-8")
    said = dlp(tmp_path / "none", "--language", "zh", "inspect", str(tmp_path / "c.docx"), str(tmp_path / "none.txt"))
    assert "文档属性“真实类型”" in said.stdout
    assert said.stderr.startswith("dlp: error: 找不到") and "Errno" not in said.stderr
