"""``dlp keys`` as a process on an office's home; recovery on a machine that has nothing but the sealed file."""

from __future__ import annotations

import io
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from office_world import PASSWORD, made, sealed_body

from dlp.config import Home
from dlp.office import EventFilter, Office
from keys import age, exchange, recovery
from keys.keystore import Keystore, RecoverySecret

Run = Callable[..., "subprocess.CompletedProcess[str]"]
ACT = ("--account", "secadmin", "--password-stdin", "--reason", "drill")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RecoverySecret]:
    home = Home(tmp_path_factory.mktemp("office-home"))
    home.make()
    keystore, secret = Keystore.create(home.office)
    world = made(home.office_database, keystore)
    world.person("reader")
    world.office.close()
    return home.root, secret


@pytest.fixture
def home(tmp_path: Path, template: tuple[Path, RecoverySecret]) -> Home:
    shutil.copytree(template[0], tmp_path / "home")
    return Home(tmp_path / "home")


@pytest.fixture
def office(home: Home) -> Iterator[Office]:
    """The office as the console holds it open, while the command line changes things beside it."""
    office = Office.open(home.office_database, Keystore.open(home.office))
    yield office
    office.close()


@pytest.fixture
def secret(template: tuple[Path, RecoverySecret]) -> RecoverySecret:
    return template[1]


@pytest.fixture
def dlp(home: Home) -> Run:
    def run(*words: object, typed: str = PASSWORD + "\n", at: Path = home.root) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "dlp.cli.main", "--home", str(at), "--language", "en", "keys"]
        return subprocess.run(
            [*command, *map(str, words)], input=typed, capture_output=True, text=True, check=False, timeout=60
        )

    return run


def sealed(home: Home, path: Path, content: bytes = b"content") -> bytes:
    """Seal to the office's keys, unregistered; the header."""
    keystore = Keystore.open(home.office)
    out = io.BytesIO()
    made_ = age.seal(io.BytesIO(content), out, [keystore.epoch_recipient(), keystore.recovery_recipient()])
    path.write_bytes(out.getvalue())
    return made_.header


def kinds(home: Home) -> list[str]:
    office = Office.open(home.office_database, Keystore.open(home.office))
    auditor = office.accounts.by_name("auditor")
    assert auditor is not None
    found = [event.kind for event in office.audit.events(auditor, EventFilter())]
    office.close()
    return found


def opens(office: Office, header: bytes, name: str = "reader") -> bool:
    from dlp.errors import KeysError

    account = office.accounts.by_name(name)
    assert account is not None
    try:
        office.opening.release(account, header, exchange.new_client_key()[1])
    except KeysError:
        return False
    return True


def registered(home: Home, office: Office, path: Path) -> bytes:
    from dlp import ulid
    from dlp.model import Report

    header = sealed(home, path)
    machine = office.machines.enrol("other").machine
    body = sealed_body(age.read_header(io.BytesIO(header)).digest, b"content")
    assert office.intake.take(machine, Report(ulid.new(), "sealed", office.ground.now(), body)).accepted
    return header


def test_list_and_rotate(home: Home, dlp: Run) -> None:
    before = json.loads(dlp("list", "--json").stdout)
    assert before["root"] == "file" and [one["number"] for one in before["epochs"]] == [1]
    done = dlp("rotate", *ACT)
    assert done.returncode == 0 and "epoch 2" in done.stdout, done.stderr
    assert [one["number"] for one in json.loads(dlp("list", "--json").stdout)["epochs"]] == [1, 2]
    assert "sealed to now" in dlp("list").stdout
    other = dlp("rotate", "--account", "sysadmin", "--password-stdin", "--reason", "x")
    assert other.returncode == 4 and Keystore.open(home.office).revision == 2
    assert {"epoch.rotating", "epoch.rotated"} <= set(kinds(home))


def test_revoke_a_file_a_reader_and_an_epoch(home: Home, dlp: Run, tmp_path: Path, office: Office) -> None:
    first, second = registered(home, office, tmp_path / "1.age"), registered(home, office, tmp_path / "2.age")
    assert opens(office, first) and opens(office, second)
    done = dlp("revoke", "file", tmp_path / "1.age", *ACT)
    assert done.returncode == 0 and "cannot be called back" in done.stdout, done.stderr
    assert not opens(office, first) and opens(office, second)
    assert dlp("revoke", "file", tmp_path / "2.age", *ACT[:-1], " ").returncode == 2
    assert dlp("revoke", "reader", "reader", "--account", "sysadmin", *ACT[2:]).returncode == 0
    assert not opens(office, second)
    assert dlp("revoke", "reader", "reader", "--undo", "--account", "sysadmin", *ACT[2:]).returncode == 0
    assert opens(office, second)
    assert dlp("revoke", "epoch", "1", *ACT).returncode == 0
    assert not opens(office, second) and opens(office, registered(home, office, tmp_path / "3.age"))
    assert dlp("revoke", "epoch", "1", "--undo", *ACT).returncode == 0
    assert opens(office, second)
    assert dlp("revoke", "epoch", "x", *ACT).returncode == 2
    bodies = {line["kind"]: json.loads(line["body"]) for line in office.audit.lines()}
    for kind in ("sealed.revoked", "account.disabled", "account.enabled", "epoch.revoking", "epoch.allowing"):
        assert bodies[kind]["reason"] == "drill", "recorded as given"
    assert dlp("revoke", "file", "--undo", tmp_path / "2.age", *ACT).returncode == 2


def test_backup_check_and_restore_after_the_office_was_lost(
    home: Home, dlp: Run, tmp_path: Path, secret: RecoverySecret
) -> None:
    header = sealed(home, tmp_path / "a.age")
    key = Keystore.open(home.office).unwrap(header)
    done = dlp("backup", tmp_path / "backup.age")
    assert done.returncode == 0 and "office.db" in done.stdout, done.stderr
    assert dlp("backup", tmp_path / "backup.age").returncode == 2
    assert "keys.backed_up" in kinds(home)
    for number, share in enumerate(recovery.split(secret.identity)):
        (tmp_path / f"share-{number}").write_text(share)
    three = [word for number in (0, 2, 4) for word in ("--from", tmp_path / f"share-{number}")]
    shutil.rmtree(home.office)
    tried = dlp("restore", tmp_path / "backup.age", "--check", *three)
    assert tried.returncode == 0 and "every key opens" in tried.stdout and not home.office.exists()
    assert dlp("restore", tmp_path / "backup.age", *three[:4]).returncode == 4
    assert dlp("restore", tmp_path / "backup.age", *three).returncode == 0
    assert Keystore.open(home.office).unwrap(header) == key
    again = dlp("restore", tmp_path / "backup.age", *three)
    assert again.returncode == 4 and "--replace" in again.stderr
    assert dlp("restore", tmp_path / "backup.age", "--replace", *three).returncode == 0
    damaged = bytearray((tmp_path / "backup.age").read_bytes())
    damaged[-1] ^= 1
    (tmp_path / "damaged.age").write_bytes(damaged)
    assert dlp("restore", tmp_path / "damaged.age", *three).returncode == 3


def test_a_root_key_under_a_passphrase(home: Home, dlp: Run, tmp_path: Path) -> None:
    phrase = "kupfer quer 七里 lampe tanzt"
    weak = dlp("root", "passphrase", "--new-passphrase-stdin", typed="zhangsan1990\n")
    assert weak.returncode == 2 and "weak" in weak.stderr
    done = dlp("root", "passphrase", "--new-passphrase-stdin", typed=phrase + "\n")
    assert done.returncode == 0 and "new backup" in done.stdout, done.stderr
    assert not (home.office / "root.key").exists()
    asked = dlp("list", typed="")
    assert asked.returncode == 2
    listed = dlp("list", "--passphrase-stdin", typed=phrase + "\n")
    assert listed.returncode == 0 and "passphrase" in listed.stdout
    rotated = dlp("rotate", "--passphrase-stdin", *ACT, typed=f"{phrase}\n{PASSWORD}\n")
    assert rotated.returncode == 0, rotated.stderr
    assert dlp("root", "file", "--passphrase-stdin", typed=phrase + "\n").returncode == 0
    assert kinds(home).count("keys.root_changed") == 2


def test_recovery_from_three_shares_on_an_empty_machine(
    home: Home, dlp: Run, tmp_path: Path, secret: RecoverySecret
) -> None:
    content = os.urandom(200_000)
    sealed(home, tmp_path / "合同.docx.age", content)
    (tmp_path / "key").write_text(secret.identity + "\n")
    piped = dlp("recovery", "split", "--from", tmp_path / "key")
    assert piped.returncode == 2 and "abandon" not in piped.stdout  # never into a pipe
    done = dlp("recovery", "split", "--from", tmp_path / "key", "-o", tmp_path / "pages")
    assert done.returncode == 0, done.stderr
    pages = sorted((tmp_path / "pages").iterdir())
    assert [page.name for page in pages] == [f"share-{number}-of-5.txt" for number in range(1, 6)]
    assert all(stat.S_IMODE(page.stat().st_mode) == 0o600 for page in pages)
    shutil.rmtree(home.root)  # no office, no database, no home
    nowhere = tmp_path / "nowhere"
    two = [word for page in pages[:2] for word in ("--from", page)]
    refused = dlp("recover", tmp_path / "合同.docx.age", *two, at=nowhere)
    assert refused.returncode == 4 and "expected 3" in refused.stderr
    assert not (tmp_path / "合同.docx").exists()
    three = [word for page in pages[2:] for word in ("--from", page)]
    done = dlp("recover", tmp_path / "合同.docx.age", *three, at=nowhere)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "合同.docx").read_bytes() == content and not nowhere.exists()
    assert dlp("recover", tmp_path / "合同.docx.age", *three, at=nowhere).returncode == 2
    (tmp_path / "合同.docx").unlink()
    typed = "\n".join(page.read_text() for page in pages[:3])
    assert dlp("recover", tmp_path / "合同.docx.age", at=nowhere, typed=typed).returncode == 0


def test_recover_says_when_a_file_is_of_another_key(dlp: Run, tmp_path: Path, secret: RecoverySecret) -> None:
    out = io.BytesIO()
    age.seal(io.BytesIO(b"x"), out, [str(age.generate().recipient)])
    (tmp_path / "a.age").write_bytes(out.getvalue())
    done = dlp("recover", tmp_path / "a.age", typed=secret.identity)
    assert done.returncode == 4 and "not sealed to this recovery key" in done.stderr
    assert secret.identity not in done.stderr + done.stdout


def test_check_and_replace_the_recovery_key(home: Home, dlp: Run, tmp_path: Path, secret: RecoverySecret) -> None:
    assert dlp("recovery", "show").stdout.strip() == secret.recipient
    assert dlp("recovery", "check", typed=secret.identity).returncode == 0
    assert dlp("recovery", "check", typed=str(age.generate())).returncode == 4
    assert dlp("recovery", "replace", "-o", tmp_path / "new").returncode == 2
    done = dlp("recovery", "replace", "-o", tmp_path / "new", "--needed", "2", "--of", "3", *ACT)
    assert done.returncode == 0 and "old recovery key" in done.stdout, done.stderr
    lines = [page.read_text() for page in sorted((tmp_path / "new").iterdir())]
    fresh = recovery.secret_of("\n".join(lines[1:]).splitlines())
    assert str(fresh.recipient) == Keystore.open(home.office).recovery_recipient() != secret.recipient
    assert "keys.recovery_replaced" in kinds(home) and len(lines) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
def test_shares_typed_at_a_terminal_are_checked_one_by_one(home: Home, tmp_path: Path, secret: RecoverySecret) -> None:
    import pty

    sealed(home, tmp_path / "a.txt.age")
    shares = recovery.split(secret.identity)
    child, terminal = pty.fork()
    if child == 0:
        words = ["--home", str(tmp_path / "none"), "--language", "zh", "keys", "recover", str(tmp_path / "a.txt.age")]
        os.execv(sys.executable, [sys.executable, "-m", "dlp.cli.main", *words])
    shown = b""
    lines = ["wrong words", shares[0], shares[0], shares[3], shares[1]]
    for prompt, line in zip([b"1/?: ", b"1/?: ", b"2/3: ", b"2/3: ", b"3/3: "], lines, strict=True):
        seen = b""
        while prompt not in seen:
            seen += os.read(terminal, 4096)
        shown += seen
        os.write(terminal, f"{line}\n".encode())
    while True:
        try:
            shown += os.read(terminal, 4096)
        except OSError:
            break
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, shown.decode()
    assert (tmp_path / "a.txt").read_bytes() == b"content" and "份额有误" in shown.decode()


def test_a_home_without_an_office_says_so(dlp: Run, tmp_path: Path) -> None:
    done = dlp("list", at=tmp_path / "empty")
    assert done.returncode == 2 and "no office" in done.stderr and not (tmp_path / "empty").exists()


def test_the_console_starts_under_a_passphrase_that_is_in_no_argument(home: Home) -> None:
    from dataclasses import replace

    from dlp.config import Settings, save
    from dlp.language import Say
    from dlp.supervise import Child, Program, python
    from keys import root
    from keys.keystore import Custody

    phrase = "kupfer quer 七里 lampe tanzt"
    assert root.USUAL.memory >= 64 * 1024
    Keystore.open(home.office).change_root(Custody.PASSPHRASE, phrase)
    save(home, replace(Settings(), port=0))
    command = python("web", "--home", str(home.root), "--passphrase-stdin")
    child = Child(Program(Say("the office", "管理端"), command, phrase))
    assert phrase not in repr(child.program)
    try:
        assert child.start().startswith("https://")
        assert child.process is not None
        if sys.platform == "linux":
            process = Path(f"/proc/{child.process.pid}")
            assert phrase.encode() not in (process / "cmdline").read_bytes()
            if os.geteuid() != 0:  # root may always look
                with pytest.raises(PermissionError):
                    (process / "mem").read_bytes()
    finally:
        child.end()
