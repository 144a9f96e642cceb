"""How commands end when the world is not as expected: one clear line and a status of its own, never a traceback."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from guard import DLP, Guard, dlp

from dlp.demo import texts

FULL = Path("/dev/full")
full = pytest.mark.skipif(not FULL.exists(), reason="the system has no device that is always full")
mounts = pytest.mark.skipif(sys.platform != "linux" or os.getuid() != 0, reason="mounts a file system of its own")


@pytest.fixture(scope="module")
def guard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guard]:
    running = Guard.start(tmp_path_factory.mktemp("endings"))
    yield running
    running.stop()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk with room for two pages of 4 KiB."""
    here = tmp_path / "small"
    here.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "none", str(here)], check=True)
    yield here
    subprocess.run(["umount", "-l", str(here)], check=False)


def plain(said: subprocess.CompletedProcess[str], status: int, *words: str) -> None:
    """It ended with this status and one clear line that has these words."""
    assert said.returncode == status, said.stdout + said.stderr
    assert "Traceback" not in said.stderr and "Exception ignored" not in said.stderr, said.stderr
    assert said.stderr.startswith("dlp: error: "), said.stderr
    for word in words:
        assert word in said.stderr, said.stderr


@full
@pytest.mark.parametrize(
    "words", [("--help",), ("--version",), ("inspect", "--help"), ("rules", "list"), ("policy", "show"), ("doctor",)]
)
def test_output_that_nobody_gets_is_no_success(tmp_path: Path, words: tuple[str, ...]) -> None:
    with FULL.open("w") as nowhere:
        command = [*DLP, "--home", str(tmp_path / "none"), "--language", "en", *words]
        said = subprocess.run(command, stdout=nowhere, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    plain(said, 5, "no space is left", "dlp: hint: make room")


@full
def test_a_verdict_that_could_not_be_printed_is_no_verdict(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(texts.NOTICE, "utf-8")
    with FULL.open("w") as nowhere:
        command = [*DLP, "--home", str(tmp_path / "none"), "--language", "en", "inspect", str(tmp_path / "a.txt")]
        said = subprocess.run(command, stdout=nowhere, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
        plain(said, 5, "no space is left")
        both = subprocess.run(command, stdout=nowhere, stderr=nowhere, check=False, timeout=60)
    assert both.returncode == 5


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "utf-8"])
def test_a_name_that_the_terminal_cannot_show_is_shown_by_its_number(tmp_path: Path, encoding: str) -> None:
    name = "通知😀.txt"
    (tmp_path / name).write_text(texts.NOTICE, "utf-8")

    def said(*words: str) -> bytes:
        command = [*DLP, "--home", str(tmp_path / "none"), *words, str(tmp_path / name)]
        environment = os.environ | {"PYTHONIOENCODING": encoding}
        done = subprocess.run(command, env=environment, capture_output=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        assert not done.stderr
        return done.stdout

    shown = said("--language", "zh", "inspect").decode(encoding)
    assert (name if encoding == "utf-8" else "\\U0001f600.txt") in shown
    assert json.loads(said("inspect", "--json").decode(encoding))["name"] == name


def test_a_question_that_nobody_answers_ends_the_first_start(tmp_path: Path) -> None:
    home = tmp_path / "home"
    ours, theirs = pty.openpty()
    command = [*DLP, "--home", str(home), "run", "--port", "0", "--outbox", str(tmp_path / "box")]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=subprocess.PIPE, text=True) as process:
        os.close(theirs)
        os.write(ours, b"\x04")
        _, errors = process.communicate(timeout=30)
    os.close(ours)
    assert process.returncode == 2
    assert "Traceback" not in errors and "the input ended" in errors
    assert not (tmp_path / "box").exists() and not (home / "settings.toml").exists()


@pytest.mark.parametrize("port", ["99999", "-1", "abc"])
def test_a_port_that_is_none_is_said_before_anything_is_made(tmp_path: Path, port: str) -> None:
    plain(dlp(tmp_path / "home", "run", f"--port={port}"), 2, port, "0 to 65535")
    assert not (tmp_path / "home").exists()


def recovery_key(guard: Guard) -> str:
    text = (guard.home / "first-start.txt").read_text("utf-8")
    return next(line.strip() for line in text.splitlines() if "AGE-SECRET-KEY-" in line)


def test_shares_go_where_no_others_are(guard: Guard, tmp_path: Path) -> None:
    key, folder = recovery_key(guard), tmp_path / "shares"
    split = ("keys", "recovery", "split", "-o")
    assert guard.dlp(*split, str(folder), typed=key).returncode == 0
    before = {path: path.read_bytes() for path in folder.iterdir()}
    assert len(before) == 5
    plain(guard.dlp(*split, str(folder), typed=key), 2, "is there already", "dlp: hint: name another folder")
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    (tmp_path / "file").touch()
    plain(guard.dlp(*split, str(tmp_path / "file"), typed=key), 5, "shares cannot be written", "-o FOLDER")


@mounts
def test_shares_on_a_full_disk_leave_none(guard: Guard, small: Path) -> None:
    said = guard.dlp("keys", "recovery", "split", "-o", str(small), typed=recovery_key(guard))
    plain(said, 5, "no space is left", "nothing of them was left")
    assert not list(small.iterdir())


def test_a_folder_is_no_file_to_export(guard: Guard, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    words = ("--password-file", str(tmp_path / "password"), "-o", str(tmp_path / "a.zip"))
    plain(guard.dlp("export", "--zip", str(tmp_path / "folder"), *words), 2, "is no file")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_no_zip_without_its_password_and_no_password_without_its_zip(guard: Guard, tmp_path: Path) -> None:
    source, target, password = tmp_path / "a.txt", tmp_path / "a.zip", tmp_path / "password"
    source.write_text(texts.NOTICE, "utf-8")
    export = ("export", "--zip", str(source), "-o")
    missing = guard.dlp(*export, str(target), "--password-file", str(tmp_path / "missing" / "x"))
    plain(missing, 5, "it is not there", "no zip was made")
    nowhere = guard.dlp(*export, str(tmp_path / "missing" / "a.zip"), "--password-file", str(password))
    plain(nowhere, 5, "it is not there")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert guard.dlp(*export, str(target), "--password-file", str(password)).returncode == 0
    assert target.exists() and len(password.read_text("ascii").strip()) == 24


@mounts
def test_an_export_to_a_full_disk_leaves_nothing(guard: Guard, small: Path, tmp_path: Path) -> None:
    source, password = tmp_path / "a.txt", tmp_path / "password"
    source.write_bytes(texts.NOTICE.encode() + b" ".join(os.urandom(8).hex().encode() for _ in range(6000)))
    said = guard.dlp("export", "--zip", str(source), "-o", str(small / "a.zip"), "--password-file", str(password))
    plain(said, 5, "no space is left", "-o OUT")
    assert not password.exists() and not list(small.iterdir())


EVIL = "a\x1b[31m\nall.txt: allowed (public)\u202e.txt"


def archives(folder: Path) -> list[Path]:
    import py7zr

    secret = "机密★10年\n\n关于特别事项的方案\n".encode()
    with zipfile.ZipFile(folder / "a.zip", "w") as package:
        package.writestr(EVIL, secret)
        package.writestr(f"{EVIL}.zip", b"PK\x03\x04 broken")
    with py7zr.SevenZipFile(folder / "a.7z", "w") as package:
        package.writestr(secret, EVIL)
    return [folder / "a.zip", folder / "a.7z"]


def test_a_name_in_an_archive_forges_no_line_and_moves_no_cursor(tmp_path: Path) -> None:
    made = archives(tmp_path)
    outer = tmp_path / EVIL.replace("/", "")
    outer.write_text(texts.NOTICE, "utf-8")
    paths = [*map(str, made), str(outer)]
    for language in ("en", "zh"):
        said = dlp(tmp_path / "none", "--language", language, "inspect", "--explain", *paths, f"{outer} gone")
        for text in (said.stdout, said.stderr):
            assert "\x1b" not in text and "\u202e" not in text
            assert not any(line.startswith("all.txt") for line in text.splitlines()), text
    rows = [json.loads(line) for line in dlp(tmp_path / "none", "inspect", "--json", *paths).stdout.splitlines()]
    assert rows[2]["name"] == outer.name, "JSON stays exact"
    assert any(EVIL in one["where"] for one in rows[0]["findings"])


def test_what_a_command_says_of_a_path_stays_on_its_line(tmp_path: Path) -> None:
    missing = str(tmp_path / EVIL)
    for words in (
        ("send", missing),
        ("decrypt", f"{missing}.age"),
        ("audit", "verify", missing),
        ("policy", "show", missing),
    ):
        said = dlp(tmp_path / EVIL, *words)
        assert said.returncode in (2, 3) and "\x1b" not in said.stderr and "Traceback" not in said.stderr
        assert len(said.stderr.splitlines()) <= 2, said.stderr
        assert all(line.startswith("dlp: ") for line in said.stderr.splitlines()), said.stderr


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_a_stream_that_was_closed_is_one_that_nobody_reads(tmp_path: Path, closed: str) -> None:
    (tmp_path / "a.txt").write_text(texts.NOTICE, "utf-8")
    for words, status in (("--version", 0), (f"inspect --json {tmp_path / 'a.txt'}", 0), ("inspekt", 2)):
        line = f"{' '.join(DLP)} --home {tmp_path / 'none'} {words} {closed}"
        said = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=False, timeout=60)
        assert said.returncode == status and "Traceback" not in said.stderr, said.stderr
