"""``dlp account link``: the way back in for the only officer, by whoever holds the office's files."""

from __future__ import annotations

import os
import pty
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from office_world import PASSWORD, made

from dlp.config import Home, Settings, save
from dlp.office import EventFilter, Office
from keys.keystore import Keystore

SECOND = "ein anderer langer satz 八百里"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.make()
    world = made(home.office_database, Keystore.create(home.office)[0])
    world.person("leaver")
    world.office.careers.close(world.sysadmin, world.leaver.id)
    world.office.close()
    save(home, Settings(port=8443))
    return home


def command(home: Home, *words: str, language: str = "en") -> list[str]:
    return [sys.executable, "-m", "dlp.cli.main", "--home", str(home.root), "--language", language, "account", *words]


def run(home: Home, *words: str, language: str = "en") -> subprocess.CompletedProcess[str]:
    asked = command(home, *words, language=language)
    return subprocess.run(asked, capture_output=True, text=True, check=False, timeout=60)


def test_the_only_security_administrator_comes_back_and_it_is_written_down(home: Home) -> None:
    done = run(home, "link", "SecAdmin", "--reason", "forgot it")
    assert done.returncode == 0, done.stderr
    path = home.root / "one-time-link.txt"
    assert str(path) in done.stdout and "/link/" not in done.stdout  # never where a log may be
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    address, _, token = path.read_text().strip().rpartition("/link/")
    assert address == "https://localhost:8443"
    office = Office.open(home.office_database, Keystore.open(home.office))
    try:
        signed = office.sessions.sign_in("secadmin", PASSWORD, "")
        assert office.accounts.redeem(token, SECOND).name == "secadmin"
        assert office.sessions.resume(signed.token) is None
        account = office.sessions.sign_in("secadmin", SECOND, "").account
        newest = office.audit.events(account, EventFilter(kind="account.link_made"))[0]
        assert (newest.actor, newest.subject, newest.body["reason"]) == ("command line", account.id, "forgot it")
        assert office.audit.verify() is None
    finally:
        office.close()


def test_a_person_at_a_terminal_reads_the_link_there(home: Home) -> None:
    ours, theirs = pty.openpty()
    done = subprocess.run(
        command(home, "link", "user", "--reason", "expired"), stdout=theirs, check=False, timeout=60, text=True
    )
    os.close(theirs)
    said = os.read(ours, 65536).decode()
    os.close(ours)
    assert done.returncode == 0 and "https://localhost:8443/link/" in said and "event chain" in said
    assert not (home.root / "one-time-link.txt").exists()


@pytest.mark.parametrize(
    ("name", "reason", "said"),
    [("nobody", "x", "no account"), ("user", " ", "reason"), ("leaver", "x", "ended for good")],
)
def test_what_cannot_be_is_named(home: Home, name: str, reason: str, said: str) -> None:
    done = run(home, "link", name, "--reason", reason)
    assert done.returncode == 2 and said in done.stderr
    assert "dlp:" in run(home, "link", name, "--reason", reason, language="zh").stderr
    assert not (home.root / "one-time-link.txt").exists()
