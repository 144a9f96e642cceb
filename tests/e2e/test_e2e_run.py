"""The main job through the real command line and the real folder (issue: drop a file, get a judged outcome)."""

from __future__ import annotations

import json
import os
import signal
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from guard import Guard, alive, dlp, until

from dlp.demo import papers, texts


@pytest.fixture(scope="module")
def guard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guard]:
    running = Guard.start(tmp_path_factory.mktemp("run"))
    yield running
    running.stop()


def test_the_first_start_hands_out_its_secrets_once_to_this_account_alone(guard: Guard) -> None:
    links = guard.home / "first-start.txt"
    assert stat.S_IMODE(links.stat().st_mode) == 0o600
    text = links.read_text("utf-8")
    assert text.count("https://") == 4
    assert "AGE-SECRET-KEY-1" in text
    assert "AGE-SECRET-KEY" not in guard.said
    assert "/link/" not in guard.said


@pytest.mark.parametrize(
    ("name", "content", "state"),
    [
        ("通知.txt", texts.NOTICE.encode(), "ready"),
        ("安排.txt", texts.NOTICE.encode("gb18030"), "ready"),
        ("办法.txt", texts.REGULATION.encode("utf-16"), "ready"),
        ("客户.xlsx", papers.xlsx(texts.customers()), "sealed"),
        ("a.docx", papers.docx(texts.RED_HEADER), "blocked"),
        ("a.pdf", papers.pdf(texts.RED_HEADER), "blocked"),
        ("a.ofd", papers.ofd(texts.RED_HEADER), "blocked"),
        ("a.zip", papers.locked_zip("a.txt", b"content", b"password"), "held"),
        ("broken.docx", papers.docx(texts.RED_HEADER)[:900], "held"),
        ("empty.txt", b"", "ready"),
    ],
)
def test_a_dropped_file_gets_its_outcome(guard: Guard, name: str, content: bytes, state: str) -> None:
    guard.drop(name, content)
    found = guard.outcome(name)
    assert found["state"] == state
    ready = guard.box / "Ready"
    assert (ready / name).exists() == (state == "ready")
    if state == "ready":
        assert (ready / name).read_bytes() == content
    if state in ("held", "blocked"):
        assert Path(found["receipt"]).read_text("utf-8").count(found["number"]) >= 1
        back = guard.dlp("takeback", found["number"], "--json")
        assert back.returncode == 0, back.stderr
        assert Path(json.loads(back.stdout)["path"]).read_bytes() == content


def test_a_received_file_is_archived_and_what_was_there_before_is_not(guard: Guard) -> None:
    folder = guard.wechat / "msg" / "file" / "2026-11"
    (folder / "合同.txt").write_bytes(texts.NOTICE.replace("通知", "合同").encode())

    def archived() -> list[str]:
        return guard.dlp("archive", "list", "--json").stdout.splitlines()

    until(archived, "the received file is archived")
    (record,) = (json.loads(line) for line in archived())
    assert record["name"] == "合同.txt"
    assert guard.dlp("archive", "verify").returncode == 0
    (sealed,) = (guard.home / "archive" / "objects").rglob("*.age")
    assert sealed.read_bytes().startswith(b"age-encryption.org/v1")
    damaged = bytearray(sealed.read_bytes())
    damaged[-1] ^= 1
    sealed.write_bytes(damaged)
    assert guard.dlp("archive", "verify").returncode == 3


def test_send_puts_a_copy_through_the_same_flow(guard: Guard, tmp_path: Path) -> None:
    source = tmp_path / "notice of the day.txt"
    source.write_bytes(texts.NOTICE.encode())
    said = guard.dlp("send", str(source), "--json")
    assert said.returncode == 0, said.stderr
    assert Path(json.loads(said.stdout)["path"]).read_bytes() == source.read_bytes()
    assert guard.dlp("send", str(tmp_path / "none")).returncode == 3


def test_starting_twice_says_so_and_leaves_the_first_alone(guard: Guard) -> None:
    said = guard.dlp("run")
    assert said.returncode == 2
    assert "already running" in said.stderr
    assert guard.process.poll() is None


def test_the_doctor_finds_a_running_home_well(guard: Guard) -> None:
    said = guard.dlp("doctor", "--json")
    states = {row["check"]: row["state"] for row in map(json.loads, said.stdout.splitlines())}
    assert "failed" not in states.values(), said.stdout
    assert states["agent"] == "good"
    assert states["WeChat's folders"] == "good"


def test_the_chains_are_whole(guard: Guard) -> None:
    said = guard.dlp("audit", "verify", "--json")
    assert said.returncode == 0, said.stdout + said.stderr


def test_nothing_secret_stands_in_any_file_of_the_home_in_clear(guard: Guard) -> None:
    """Invariant 5."""
    guard.drop("plan.txt", "机密★10年\n关于特别重要事项的绝密方案甲乙丙丁\n".encode())
    guard.outcome("plan.txt")
    for path in guard.home.rglob("*"):
        if path.is_file():
            assert "特别重要事项".encode() not in path.read_bytes(), path


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_within_five_seconds_and_leaves_no_process(tmp_path: Path, number: int) -> None:
    guard = Guard.start(tmp_path)
    guard.drop("a.txt", b"notice")
    guard.outcome("a.txt")
    children = guard.children()
    assert len(children) >= 3
    began = time.monotonic()
    assert guard.stop(number) == 0
    assert time.monotonic() - began < 5
    assert not [pid for pid in children if alive(pid)]
    assert not list(tmp_path.rglob("*.part"))


def test_ctrl_c_on_a_terminal_reaches_every_program_at_once_and_none_complains(tmp_path: Path) -> None:
    """The office may go first then; the agent must not call away what the person themself ended."""
    for turn in range(3):
        guard = Guard.start(tmp_path)
        guard.drop(f"{turn}.txt", b"notice")
        guard.outcome(f"{turn}.txt")
        office = next(pid for pid in guard.children() if b"\0web\0" in Path(f"/proc/{pid}/cmdline").read_bytes())
        os.kill(office, signal.SIGINT)
        os.killpg(guard.process.pid, signal.SIGINT)
        assert guard.process.wait(10) == 0
        assert guard.process.stdout is not None
        os.set_blocking(guard.process.stdout.fileno(), True)
        said = guard.said + guard.process.stdout.read().decode()
        assert "away" not in said and "Error" not in said and "Traceback" not in said, said


def test_when_the_supervisor_is_killed_nobody_is_left(tmp_path: Path) -> None:
    guard = Guard.start(tmp_path)
    guard.drop("a.txt", b"notice")
    guard.outcome("a.txt")
    children = guard.children()
    guard.process.kill()
    guard.process.wait()
    until(lambda: not [pid for pid in children if alive(pid)], "all children ended", 10)
    again = Guard.start(tmp_path)
    assert again.where("a.txt")["state"] == "ready"
    assert again.stop() == 0


def test_a_home_that_lost_its_settings_is_not_set_up_anew(tmp_path: Path) -> None:
    guard = Guard.start(tmp_path)
    guard.stop()
    (guard.home / "settings.toml").unlink()
    said = dlp(guard.home, "run", "--port", "0", "--outbox", str(guard.box))
    assert said.returncode == 2
    assert "put the file back" in said.stderr


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("policy.yaml", "schema: 1\nrules: [", "policy policy, file"),
        ("packs/own.yaml", "schema: 1\n", "pack own"),
        ("settings.toml", "wechatt = 3\n", "unknown setting"),
    ],
)
def test_a_wrong_policy_pack_or_setting_is_one_clear_line(tmp_path: Path, file: str, content: str, says: str) -> None:
    home = tmp_path / "home"
    (home / "packs").mkdir(parents=True)
    (home / file).write_text(content, "utf-8")
    sample = tmp_path / "a.txt"
    sample.write_text("notice")
    said = dlp(home, "inspect", str(sample))
    assert said.returncode == 2
    assert says in said.stderr
    assert "dlp: hint:" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_dropped_link_stays_and_a_note_says_why(guard: Guard, tmp_path: Path) -> None:
    (guard.box / "link.txt").symlink_to(tmp_path)
    note = guard.box / "Held" / "link.txt (not taken).html"
    until(note.exists, "the note is there")
    assert os.path.lexists(guard.box / "link.txt")
    (guard.box / "link.txt").unlink()
    guard.drop("b.txt", b"notice")  # a hint, so that the next look comes at once
    until(lambda: not note.exists(), "the note went with the link")
