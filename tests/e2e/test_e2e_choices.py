"""What a person chooses for a home is in force, or is refused by name: folders, policy, and what is asked later."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from guard import DLP, Guard, dlp, until

from dlp.demo import texts
from dlp.link.office_file import Group, OfficeFile


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guard]:
    """A home that was set up and does not run now."""
    guard = Guard.start(tmp_path_factory.mktemp("choices"))
    guard.stop()
    yield guard
    guard.stop()


def first(home: Path, *words: str) -> str:
    """A first start that is refused; what it said. Nothing was set up."""
    said = dlp(home, "run", "--port", "0", "--no-find-wechat", *words)
    assert said.returncode == 2, said.stdout + said.stderr
    assert "Traceback" not in said.stderr and "dlp: hint:" in said.stderr
    assert not (home / "settings.toml").exists() and not (home / "office").exists()
    return said.stderr


@pytest.mark.parametrize("box", [".", "..", "box", "../../../.."])
def test_an_outbox_never_holds_the_home_nor_lies_in_it(tmp_path: Path, box: str) -> None:
    home = tmp_path / "a" / "home"
    home.mkdir(parents=True)
    assert "one lies in the other" in first(home, "--outbox", str(home / box))


def test_a_link_to_the_home_is_the_home(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "home")
    assert "one lies in the other" in first(tmp_path / "home", "--outbox", str(tmp_path / "link"))


@pytest.mark.parametrize(("box", "archive"), [("box", "box"), ("box", "box/archive"), ("a/box", "a")])
def test_an_archive_is_never_handed_over(tmp_path: Path, box: str, archive: str) -> None:
    words = ("--outbox", str(tmp_path / box), "--archive", str(tmp_path / archive))
    assert "the archive" in first(tmp_path / "home", *words)


@pytest.mark.parametrize("option", ["--outbox", "--archive"])
@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_file_is_no_folder_and_is_not_kept_as_a_setting(tmp_path: Path, option: str, name: str) -> None:
    (tmp_path / "file").write_text("kept")
    words = {"--outbox": str(tmp_path / "box"), option: str(tmp_path / name)}
    said = first(tmp_path / "home", *(word for pair in words.items() for word in pair))
    assert f"{tmp_path / name} cannot be the {option.removeprefix('--')}" in said
    assert (tmp_path / "file").read_text() == "kept"


def test_a_folder_that_holds_something_is_not_emptied_without_a_yes(tmp_path: Path) -> None:
    box = tmp_path / "box"
    box.mkdir()
    (box / "notice.txt").write_text(texts.NOTICE, "utf-8")
    said = first(tmp_path / "home", "--outbox", str(box))
    assert "1 files and folders" in said and "--take-what-is-there" in said
    assert [path.name for path in box.iterdir()] == ["notice.txt"]
    guard = Guard.start(tmp_path, "--take-what-is-there")
    try:
        assert guard.outcome("notice.txt")["state"] == "ready"
    finally:
        guard.stop()


@pytest.mark.parametrize("answer", ["no", "yes"])
def test_a_person_is_asked(tmp_path: Path, answer: str) -> None:
    box, home = tmp_path / "box", tmp_path / "home"
    box.mkdir()
    (box / "notice.txt").write_text(texts.NOTICE, "utf-8")
    ours, theirs = pty.openpty()
    words = ["run", "--profile", "standard", "--port", "0", "--no-find-wechat", "--outbox", str(box)]
    command = [*DLP, "--home", str(home), "--language", "en", *words]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=subprocess.PIPE, text=True) as process:
        os.close(theirs)
        os.write(ours, f"{answer}\n".encode())
        if answer == "yes":
            until(lambda: (box / "Ready" / "notice.txt").exists(), "it was handed over", 60)
            process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    os.close(ours)
    assert process.returncode == (0 if answer == "yes" else 2), errors
    assert (box / "notice.txt").exists() == (answer == "no")


@pytest.mark.parametrize(
    ("words", "now"),
    [
        (("--profile", "strict"), "standard"),
        (("--outbox", "/nonexistent/x"), "box"),
        (("--archive", "/nonexistent/x"), "archive"),
        (("--wechat", "/nonexistent/x"), "wechat"),
        (("--work-account", "a"), "-"),
        (("--host", "0.0.0.0"), "127.0.0.1"),
    ],
)
def test_what_is_asked_for_later_and_is_not_in_force_is_refused(
    stopped: Guard, words: tuple[str, ...], now: str
) -> None:
    said = stopped.dlp("run", *words)
    assert said.returncode == 2 and not said.stdout
    assert f"got {words[0]} {words[1]}" in said.stderr and now in said.stderr and "is in force" in said.stderr
    assert "dlp: hint: leave the option out" in said.stderr


def test_what_is_asked_for_later_and_is_in_force_is_fine(stopped: Guard) -> None:
    again = Guard.start(stopped.home.parent, "--archive", str(stopped.home / "archive"))
    again.stop()
    assert "not used" not in again.said
    other = Guard.start(stopped.home.parent, "--port", "18555")
    other.stop()
    assert "--port is not used: this home has" in other.said


@pytest.mark.parametrize(
    ("setting", "says"), [("outbox", "one lies in the other"), ("archive", "one lies in the other")]
)
def test_settings_edited_by_hand_are_looked_at_too(stopped: Guard, setting: str, says: str) -> None:
    file = stopped.home / "settings.toml"
    before = file.read_text("utf-8")
    lines = [f"{setting} = {json.dumps(str(stopped.home))}" if line.startswith(f"{setting} =") else line
             for line in before.splitlines()]  # fmt: skip
    try:
        file.write_text("\n".join(lines), "utf-8")
        said = stopped.dlp("run")
        assert said.returncode == 2 and says in said.stderr and "settings.toml" in said.stderr
    finally:
        file.write_text(before, "utf-8")


def test_a_group_that_nobody_has_is_named_with_those_that_there_are(stopped: Guard, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(texts.NOTICE, "utf-8")
    path = stopped.home / "agent" / "office.json"
    office = OfficeFile.load(path)
    inspected = ("inspect", str(tmp_path / "a.txt"), "--group")
    exported = ("export", "--zip", str(tmp_path / "a.txt"), "-o", str(tmp_path / "a.zip"))
    exported += ("--password-file", str(tmp_path / "password"), "--to")
    try:
        replace(office, told=True, groups=(Group("finance", "secret"), Group("partners", "public"))).save(path)
        for words in (inspected, exported):
            said = stopped.dlp(*words, "finanze")
            assert said.returncode == 2 and not said.stdout
            assert "there is no group 'finanze'" in said.stderr
            assert "dlp: hint: the groups are: finance, partners" in said.stderr
            assert stopped.dlp(*words, "finance").returncode == 0
        replace(office, told=True, groups=()).save(path)
        assert "no group yet" in stopped.dlp(*inspected, "finance").stderr
        replace(office, told=False, groups=()).save(path)
        assert "not heard of any group" in stopped.dlp(*inspected, "finance").stderr
    finally:
        office.save(path)
    assert dlp(tmp_path / "none", *inspected, "finance").returncode == 0, "where nothing is set up nothing is known"


def test_settings_that_were_emptied_are_not_the_defaults(stopped: Guard) -> None:
    file = stopped.home / "settings.toml"
    before = file.read_text("utf-8")
    try:
        for lost in ("", "\n", "# nothing\n"):
            file.write_text(lost, "utf-8")
            for words in (("run",), ("status",), ("inspect", "/etc/hostname")):
                said = stopped.dlp(*words)
                assert said.returncode == 2 and not said.stdout
                assert words == ("status",) or "it is empty; put it back from a copy" in said.stderr
    finally:
        file.write_text(before, "utf-8")


def test_a_sweep_says_what_it_did_in_ready(tmp_path: Path) -> None:
    guard = Guard.start(tmp_path)
    try:
        guard.drop("notice.txt", texts.NOTICE.encode())
        number = guard.outcome("notice.txt")["number"]
        said = guard.dlp("sweep", "--ready")
        assert said.returncode == 0 and "of 1 files and folders 0 are held" in said.stdout, said.stderr
        found = [json.loads(line) for line in guard.dlp("where", "notice.txt", "--json").stdout.splitlines()]
        assert [one["number"] for one in found] == [number]
        assert json.loads(guard.dlp("sweep", "--ready", "--json").stdout)["ready"] == 1
        for rate in ("-1", "0", "nan", "fast"):
            assert "expected files a second" in guard.dlp("sweep", f"--rate={rate}").stderr
    finally:
        guard.stop()
