"""A policy that two people decide reaches every machine, over a real network, whoever was away or killed meanwhile."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from guard import DLP, Guard, alive, until
from test_e2e_sealed import PASSWORD, two_machines

from dlp.config import Home
from dlp.office import Account, Conflict, Office, Role
from dlp.office.editions import Follows
from dlp.policy_file import shipped
from keys.keystore import Keystore

STRICT = shipped("strict").read_text("utf-8")


@dataclass
class Deciders:
    """The office's database opened beside the running console, as its command line does, and two officers."""

    office: Office
    one: Account
    two: Account

    def decide(self, text: str, name: str = "") -> int:
        made = self.office.policies.draft(self.one, text, "test", name)
        return self.again(made.id)

    def again(self, version: str) -> int:
        self.office.policies.ask(self.one, version)
        self.office.policies.confirm(self.two, version)
        return self.office.editions.newest()

    def forces(self) -> dict[str, tuple[str, str, int, Follows]]:
        rows = self.office.editions.forces(self.one)
        return {row.letter: (row.policy, row.rules, row.edition, row.follows) for row in rows}

    def wait_for(self, letters: str, follows: Follows, edition: int) -> None:
        def there() -> bool:
            rows = self.forces()
            return all(rows[letter][2:] == (edition, follows) for letter in letters)

        until(there, f"{letters}: {follows} {edition}; now {self.forces()}", 60)


@contextlib.contextmanager
def deciders(home: Path) -> Iterator[Deciders]:
    office = Office.open(Home(home).office_database, Keystore.open(Home(home).office))
    text = (home / "first-start.txt").read_text("utf-8")
    people = {}
    for name in ("sysadmin", "secadmin"):
        token = re.search(rf"{name}  \(.*\)\s+https://\S+/link/(\S+)", text)
        people[name] = office.accounts.redeem(token[1], PASSWORD)
    invited = office.accounts.create(people["sysadmin"], "second")
    office.accounts.redeem(invited.token, PASSWORD)
    level = people["secadmin"].clearance
    second = office.accounts.grant(people["secadmin"], invited.account.id, (Role.SECADMIN,), level)
    try:
        yield Deciders(office, people["secadmin"], second)
    finally:
        office.close()


@dataclass
class Other:
    """A second machine with an agent alone."""

    folder: Path
    side: tuple[str, ...] = ()
    guard: Guard | None = None

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def dlp(self, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        command = [*self.side, *DLP, "--home", str(self.home), "--language", "en", *words]
        return subprocess.run(command, input=typed, capture_output=True, text=True, check=False, timeout=60)

    def enrol(self, url: str, ca: Path, token: str) -> subprocess.CompletedProcess[str]:
        box = ("--outbox", str(self.folder / "box"), "--no-find-wechat")
        return self.dlp("enrol", url, "--ca", str(ca), "--token-stdin", *box, typed=token + "\n")

    def start(self) -> None:
        command = [*self.side, *DLP, "--home", str(self.home), "--language", "en", "run"]
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        )
        self.guard = Guard(self.home, self.folder / "box", self.folder / "wechat", process)
        until(self.guard.ready, "dlp run of the second machine is ready", 60)

    def kill(self) -> None:
        """Kill -9, every process of it."""
        assert self.guard is not None
        pids = [self.guard.process.pid, *self.guard.children()]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.guard.process.wait(10)
        until(lambda: not any(map(alive, pids)), "all of it is dead")


@contextlib.contextmanager
def an_office_and_another(tmp_path: Path, sides: tuple[list[str], list[str]], host: str) -> Iterator[tuple]:
    first, second = tmp_path / "first", tmp_path / "second"
    second.mkdir()
    words = ["run", "--profile", "standard", "--port", "0", "--host", host, "--outbox", str(first / "box")]
    command = [*sides[0], *DLP, "--home", str(first / "home"), "--language", "en", *words, "--no-find-wechat"]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )
    guard, other = Guard(first / "home", first / "box", first / "wechat", process), Other(second, tuple(sides[1]))
    try:
        until(guard.ready, "dlp run is ready", 60)
        shutil.copy(first / "home" / "office" / "ca.pem", second / "ca.pem")
        with deciders(first / "home") as people:
            yield guard, other, people
    finally:
        if other.guard is not None:
            other.guard.stop()
        guard.stop()


def follow_each_other(guard: Guard, other: Other, people: Deciders) -> None:
    url = re.search(r"console: (https://\S+)", guard.said)[1]
    wrong = other.enrol(url, other.folder / "ca.pem", "x" * 40)
    assert wrong.returncode == 4 and "does not know this token" in wrong.stderr and not other.home.exists()
    token = people.office.machines.enrol("other", people.office.accounts.by_name("sysadmin")).token
    done = other.enrol(url, other.folder / "ca.pem", token)
    assert done.returncode == 0, done.stderr
    assert token not in done.stdout + done.stderr
    again = other.enrol(url, other.folder / "ca.pem", token)
    assert again.returncode == 2 and "set up already" in again.stderr
    come_back(other, people, url)
    other.start()

    begun = time.monotonic()
    first = people.decide(STRICT.replace("Strict", "Ours"))
    people.wait_for("AB", Follows.NEWEST, first)
    print(f"both machines had it after {time.monotonic() - begun:.1f} s")
    assert {row[0] for row in people.forces().values()} == {people.office.editions.current().policy_digest}
    other.guard.drop("a.txt", b"an ordinary notice")
    assert other.guard.outcome("a.txt")["state"] == "sealed", "the second machine judges by it"

    other.kill()  # away while two more are decided; a forged one stands in the database meanwhile
    second = people.decide(shipped("standard").read_text("utf-8"))
    people.wait_for("A", Follows.NEWEST, second)
    assert people.forces()["B"][2:] == (first, Follows.LAGS)
    versions = people.office.policies.all(people.one)
    third = people.again(next(one.id for one in versions if one.state == "old"))
    other.start()
    people.wait_for("AB", Follows.NEWEST, third)

    forge(people)
    until(lambda: {row[3] for row in people.forces().values()} == {Follows.REFUSED}, "both refuse what is not signed")
    assert {row[2] for row in people.forces().values()} == {third}
    problems = {row.problem.en for row in people.office.editions.forces(people.one)}
    assert all("not signed by this machine's office" in problem for problem in problems)
    other.guard.drop("b.txt", b"another ordinary notice")
    assert other.guard.outcome("b.txt")["state"] == "sealed", "what was in force stays"


def come_back(other: Other, people: Deciders, url: str) -> None:
    """Revoked, let back in, and enrolled over its home with the new token."""
    machines, sysadmin = people.office.machines, people.office.accounts.by_name("sysadmin")
    machine = next(one for one in machines.all(sysadmin) if one.letter == "B")
    with pytest.raises(Conflict):
        machines.revoke(sysadmin, next(one.id for one in machines.all(sysadmin) if one.letter == "A"))
    machines.revoke(sysadmin, machine.id)
    done = other.enrol(url, other.folder / "ca.pem", machines.let_back_in(sysadmin, machine.id).token)
    assert done.returncode == 0 and "machine B belongs to" in done.stdout, done.stderr


def forge(people: Deciders) -> None:
    """Whoever writes to the database, and has no key: the text of the newest is changed and counted up."""
    from dlp import ulid
    from dlp.office.store.tables import EditionRow

    newest = people.office.editions.current()
    content = {**newest.to_json(), "sequence": newest.sequence + 1, "policy": shipped("standard").read_text("utf-8")}
    with people.office.ground.writing() as writing:
        row = {"sequence": newest.sequence + 1, "at": writing.at, "policy": "f" * 64, "content": content}
        writing.session.add(EditionRow(id=ulid.new(), organisation=writing.organisation, **row))


def test_two_machines_judge_by_what_two_people_decided(tmp_path: Path) -> None:
    with an_office_and_another(tmp_path, ([], []), "127.0.0.1") as (guard, other, people):
        follow_each_other(guard, other, people)


@pytest.mark.root
@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("ip"), reason="network namespaces are Linux")
def test_the_wire_is_cut_while_it_is_decided(tmp_path: Path) -> None:
    with two_machines() as sides, an_office_and_another(tmp_path, sides, "10.77.0.1") as (guard, other, people):
        url = re.search(r"console: (https://\S+)", guard.said)[1]
        token = people.office.machines.enrol("other", people.office.accounts.by_name("sysadmin")).token
        assert other.enrol(url, other.folder / "ca.pem", token).returncode == 0
        other.start()
        first = people.decide(STRICT.replace("Strict", "Ours"))
        people.wait_for("AB", Follows.NEWEST, first)
        wire = [*sides[1], "ip", "link", "set", "wire"]
        subprocess.run([*wire, "down"], check=True)
        second = people.decide(STRICT.replace("Strict", "Later"))
        people.wait_for("A", Follows.NEWEST, second)
        assert people.forces()["B"][3] is Follows.LAGS
        other.guard.drop("a.txt", b"an ordinary notice")
        assert other.guard.outcome("a.txt")["state"] == "sealed", "it judges on by what it has"
        subprocess.run([*wire, "up"], check=True)
        people.wait_for("AB", Follows.NEWEST, second)


def test_work_accounts_chosen_in_the_office_are_archived_and_others_left_alone(tmp_path: Path) -> None:
    person = tmp_path / "person"
    folders = {
        name: person / "Documents" / "xwechat_files" / f"{name}_a1b2" / "msg" / "file" / "2026-11" for name in "ab"
    }
    for folder in folders.values():
        folder.mkdir(parents=True)
    words = ["--profile", "standard", "--port", "0", "--outbox", str(tmp_path / "box")]
    command = [*DLP, "--home", str(tmp_path / "home"), "--language", "en", "run", *words]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        env={**environment, "HOME": str(person)},
    )  # fmt: skip
    guard = Guard(tmp_path / "home", tmp_path / "box", person, process)

    def archived() -> set[str]:
        lines = guard.dlp("archive", "list", "--json").stdout.splitlines()
        return {json.loads(line)["name"] for line in lines}

    def watched() -> set[str]:
        return {one["account"] for one in json.loads(guard.dlp("status", "--json").stdout)["stores"]}

    try:
        until(guard.ready, "dlp run is ready", 60)
        with deciders(guard.home) as people:
            assert watched() == set()
            people.office.settings.choose_accounts(people.one, ("a",), told=True)
            until(lambda: watched() == {"a"}, "the account is watched", 60)
            (folders["b"] / "private.txt").write_bytes(b"a private letter")
            (folders["a"] / "order.txt").write_bytes(b"an order of a customer")
            until(lambda: archived() == {"order.txt"}, "what the work account received is archived")
            people.office.settings.choose_accounts(people.one, (), told=False)
            until(lambda: watched() == set(), "nothing is watched any more", 60)
            (folders["a"] / "later.txt").write_bytes(b"a letter")
            guard.drop("notice.txt", b"a notice")
            guard.outcome("notice.txt")
        assert archived() == {"order.txt"}
    finally:
        guard.stop()
