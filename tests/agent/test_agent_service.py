"""Service mode, as root with real accounts: the outbox's promises hold against the person whose outbox it is."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dlp import service
from dlp.demo import texts

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.getuid() != 0, reason="needs root: makes accounts and runs as them"),
    pytest.mark.skipif(not Path("/usr/bin/python3").exists(), reason="needs an interpreter that every account can run"),
]
PEOPLE = ("dlptest-li", "dlptest-wang")
TOP = Path(__file__).resolve().parent.parent.parent
SECRET = "机密★10年\n某某单位文件\n某发〔2026〕12号\n关于某项工作的通知\n".encode()


@dataclass
class Installed:
    """The service as systemd would start it, without systemd."""

    top: Path
    python: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def home(self) -> Path:
        return self.top / "var/lib/wechat-file-guard"

    def box(self, person: str) -> Path:
        return self.top / "srv/wechat-outbox" / person

    def dlp(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.python), "-P", "-m", "dlp.cli.main", "--language", "en", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def as_person(self, person: str, *words: str) -> subprocess.CompletedProcess[str]:
        command = ["runuser", "-u", person, "--", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")

    def asks(self, person: str, *words: str) -> subprocess.CompletedProcess[str]:
        return self.as_person(person, str(self.python), "-P", "-m", "dlp.cli.main", "--language", "en", *words)

    def start(self) -> None:
        """With the rights that the unit gives, and no more."""
        Path("/run/wechat-file-guard").mkdir(exist_ok=True)
        account = pwd.getpwnam(service.ACCOUNT)
        os.chown("/run/wechat-file-guard", account.pw_uid, account.pw_gid)
        caps = "+dac_override,+lease,+chown,+fowner"
        command = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
        command += ["--inh-caps", f"-all,{caps}", "--ambient-caps", f"-all,{caps}", "--bounding-set", f"-all,{caps}"]
        command += ["--no-new-privs", str(self.python), "-P", "-m", "dlp.agent", "--home", str(self.home)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=(self.top / "log").open("wb"), cwd="/"
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"ready\n", (self.top / "log").read_text()

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
        shutil.rmtree("/run/wechat-file-guard", ignore_errors=True)

    def where(self, person: str, what: str) -> dict:
        said = self.asks(person, "where", what, "--json")
        return json.loads(said.stdout.splitlines()[0]) if said.returncode == 0 else {}

    def outcome(self, person: str, what: str) -> dict:
        def settled() -> dict:
            found = self.where(person, what)
            return found if found and found["place"] != "claim" else {}

        return until(settled, what)

    def drop(self, person: str, name: str, content: bytes) -> None:
        """As the person, with the narrowest mode a file can have."""
        source = self.top / "draft"
        source.write_bytes(content)
        os.chown(source, pwd.getpwnam(person).pw_uid, -1)
        source.chmod(0o400)
        done = self.as_person(person, "cp", "--preserve=mode", str(source), f"{self.box(person)}/.{name}.part")
        assert done.returncode == 0, done.stderr
        done = self.as_person(person, "mv", f"{self.box(person)}/.{name}.part", f"{self.box(person)}/{name}")
        assert done.returncode == 0, done.stderr
        source.unlink()


def until(look: Callable[[], dict], what: str, seconds: float = 30) -> dict:
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, what
        time.sleep(0.05)
    return found


@pytest.fixture(scope="module")
def installed() -> Iterator[Installed]:
    with contextlib.ExitStack() as stack:
        for person in PEOPLE:
            subprocess.run(["useradd", "--no-create-home", "--user-group", person], check=True, capture_output=True)
            stack.callback(subprocess.run, ["userdel", person], check=False, capture_output=True)
        top = Path("/var/tmp") / f"dlp-service-{os.getpid()}"
        top.mkdir(mode=0o755)
        stack.callback(shutil.rmtree, top, ignore_errors=True)
        python = top / "python"
        packages = next(path for path in sys.path if path.endswith("site-packages"))
        python.write_text(f'#!/bin/sh\nPYTHONPATH={TOP}:{packages} exec /usr/bin/python3 "$@"\n')
        python.chmod(0o755)
        if subprocess.run([str(python), "-c", "import cryptography"], capture_output=True).returncode:
            pytest.skip("the system's interpreter does not take this environment's packages")
        made = Installed(top, python)
        words = [part for person in PEOPLE for part in ("--person", person)]
        said = made.dlp("service", "install", "--top", str(top), "--python", str(python), "--port", "0", *words)
        assert said.returncode == 0, said.stderr
        stack.callback(subprocess.run, ["userdel", service.ACCOUNT], check=False, capture_output=True)
        stack.callback(made.stop)
        made.start()
        yield made


def test_nobody_but_the_service_reads_its_home(installed: Installed) -> None:
    status = installed.home.stat()
    assert stat.S_IMODE(status.st_mode) == 0o700
    assert pwd.getpwuid(status.st_uid).pw_name == service.ACCOUNT
    for path in installed.home.rglob("*"):
        assert pwd.getpwuid(path.lstat().st_uid).pw_name in (service.ACCOUNT, "root"), path
    assert installed.as_person(PEOPLE[0], "ls", str(installed.home)).returncode != 0


@pytest.mark.parametrize(
    ("name", "content", "state"),
    [("notice.txt", texts.NOTICE.encode(), "ready"), ("plan.txt", SECRET, "blocked")],
)
def test_a_file_with_the_narrowest_rights_is_judged(
    installed: Installed, name: str, content: bytes, state: str
) -> None:
    person = PEOPLE[0]
    installed.drop(person, name, content)
    found = installed.outcome(person, name)
    assert found["state"] == state
    if state == "ready":
        read = installed.as_person(person, "cat", found["path"])
        assert read.stdout.encode() == content
        for attempt in (
            ["sh", "-c", f"echo x >> '{found['path']}'"],
            ["mv", found["path"], "/tmp/"],
            ["rm", "-f", found["path"]],
        ):
            assert installed.as_person(person, *attempt).returncode != 0, attempt
        forged = installed.box(person) / "Ready" / "forged.txt"
        assert installed.as_person(person, "cp", "/etc/hostname", str(forged)).returncode != 0
    else:
        back = installed.asks(person, "takeback", found["number"], "--json")
        assert back.returncode == 0, back.stderr
        path = Path(json.loads(back.stdout)["path"])
        assert path.read_bytes() == content
        assert path.stat().st_uid == pwd.getpwnam(person).pw_uid
        assert installed.as_person(person, "rm", str(path)).returncode == 0


def test_people_see_and_touch_their_own_files_only(installed: Installed) -> None:
    li, wang = PEOPLE
    installed.drop(li, "lis plan.txt", SECRET)
    found = installed.outcome(li, "lis plan.txt")
    assert installed.where(wang, "lis plan.txt") == {}
    said = installed.asks(wang, "takeback", found["number"])
    assert said.returncode == 2
    assert "there is no transfer" in said.stderr
    assert installed.as_person(wang, "ls", str(installed.box(li))).returncode != 0
    assert installed.asks(wang, "status").returncode == 2


def test_the_agent_reads_no_file_for_a_person_who_may_not_read_it(installed: Installed) -> None:
    li = PEOPLE[0]
    assert installed.asks(li, "send", "/etc/shadow").returncode == 3
    link = installed.box(li) / "shadow.txt"
    assert installed.as_person(li, "ln", "-s", "/etc/shadow", str(link)).returncode == 0
    note = installed.box(li) / "Held" / "shadow.txt (not taken).html"
    until(lambda: {"there": True} if note.exists() else {}, "the note about the link")
    assert not (installed.box(li) / "Ready" / "shadow.txt").exists()
    assert installed.as_person(li, "rm", str(link)).returncode == 0


def test_send_goes_through_the_service(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> None:
    li = PEOPLE[0]
    source = installed.top / "for sending.txt"
    source.write_bytes(texts.NOTICE.encode())
    os.chown(source, pwd.getpwnam(li).pw_uid, -1)
    source.chmod(0o400)
    said = installed.asks(li, "send", str(source), "--json")
    assert said.returncode == 0, said.stderr
    path = Path(json.loads(said.stdout)["path"])
    assert path.is_relative_to(installed.box(li))
    assert path.read_bytes() == texts.NOTICE.encode()


def test_the_units_are_what_systemd_understands(installed: Installed) -> None:
    units = sorted((installed.top / "etc/systemd/system").glob("*.service"))
    assert [unit.name for unit in units] == sorted(service.UNITS)
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here")
    for unit in units:
        said = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
        wrong = [line for line in said.stderr.splitlines() if "Unknown" in line or "Failed to parse" in line]
        assert not wrong, wrong


def test_removing_leaves_what_is_kept(installed: Installed) -> None:
    said = installed.dlp("service", "remove", "--top", str(installed.top))
    assert said.returncode == 0, said.stderr
    assert list((installed.top / "etc/systemd/system").glob("*.service")) == []
    assert (installed.home / "agent" / "journal.db").exists()
