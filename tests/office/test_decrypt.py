"""``dlp decrypt`` as a process, over TLS, against a real office."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from office_door import door
from office_world import PASSWORD, World, sealed_body

from dlp.reader import Address
from keys import age
from keys.durable import DRAFT
from keys.keystore import Keystore

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def seen() -> list[bytes]:
    return []


@pytest.fixture
def address(world: World, seen: list[bytes]) -> Iterator[Address]:
    with door(world.office, world.keystore.tls(), seen=seen) as address:
        yield address


@pytest.fixture
def home(tmp_path: Path, address: Address) -> Path:
    agent = tmp_path / "home" / "agent"
    agent.mkdir(parents=True)
    (agent / "office.json").write_text(json.dumps({"url": address.url, "ca": address.ca, "token": "t"}))
    return tmp_path / "home"


@pytest.fixture
def dlp(home: Path) -> Run:
    def run(*words: object, secret: str = PASSWORD, own: bool = True) -> subprocess.CompletedProcess[str]:
        whose = ["--account", "user", "--password-stdin"] if own else []
        return subprocess.run(
            [sys.executable, "-m", "dlp.cli.main", "--home", str(home), "--language", "en", "decrypt",
             *map(str, words), *whose],
            input=secret + "\n", capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip

    return run


def sealed_file(world: World, path: Path, content: bytes, **change: object) -> bytes:
    """Seal, register, and leave the sealed file at the path; the header."""
    target = io.BytesIO()
    made = age.seal(
        io.BytesIO(content), target, [world.keystore.epoch_recipient(), world.keystore.recovery_recipient()]
    )
    world.tell("sealed", **sealed_body(made.digest, content, **change))
    path.write_bytes(target.getvalue())
    return made.header


def drafts(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name.startswith(DRAFT)]


def test_a_reader_opens_a_file_and_the_office_sees_the_header_only(
    world: World, tmp_path: Path, dlp: Run, seen: list[bytes]
) -> None:
    content = os.urandom(200_000)
    header = sealed_file(world, tmp_path / "合同.docx.age", content)
    done = dlp(tmp_path / "合同.docx.age", "--json")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "合同.docx").read_bytes() == content
    told = json.loads(done.stdout)
    assert (told["name"], told["size"], told["sha256"]) == (
        "客户名单.xlsx",
        len(content),
        hashlib.sha256(content).hexdigest(),
    )
    assert len(seen) == 1 and len(seen[0]) < 4 * len(header)
    (opening,) = world.office.sealed_files.openings(world.secadmin, hashlib.sha256(header).hexdigest())
    assert (opening.account, opening.outcome) == ("user", "released")


def test_no_key_and_no_password_stays_in_the_office_or_on_screen(
    world: World, tmp_path: Path, dlp: Run, seen: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    header = sealed_file(world, tmp_path / "a.txt.age", b"secret content")
    done = dlp(tmp_path / "a.txt.age", "--reason", "work")
    assert done.returncode == 0
    key = world.keystore.unwrap(header)
    secrets = [key, key.hex().encode(), base64.b64encode(key), PASSWORD.encode(), b"secret content"]
    secrets += [json.loads(seen[0])["public_b64"].encode()]
    kept = [path.read_bytes() for path in tmp_path.iterdir() if path.name.startswith("office.db")]
    assert len(kept) >= 1
    for place in [*kept, done.stdout.encode(), done.stderr.encode(), caplog.text.encode()]:
        assert not [secret for secret in secrets if secret in place]


def test_the_target_is_never_overwritten_and_the_office_is_not_even_asked(
    world: World, tmp_path: Path, dlp: Run, seen: list[bytes]
) -> None:
    sealed_file(world, tmp_path / "a.txt.age", b"secret")
    (tmp_path / "a.txt").write_bytes(b"mine")
    done = dlp(tmp_path / "a.txt.age")
    assert done.returncode == 2 and "not overwritten" in done.stderr
    assert (tmp_path / "a.txt").read_bytes() == b"mine" and seen == []
    assert dlp(tmp_path / "a.txt.age", "-o", tmp_path / "b.txt").returncode == 0
    assert (tmp_path / "b.txt").read_bytes() == b"secret"


def test_refusals_are_status_4_in_both_languages_and_leave_nothing(world: World, tmp_path: Path, dlp: Run) -> None:
    header = sealed_file(world, tmp_path / "a.txt.age", b"secret")
    world.office.sealed_files.revoke(world.secadmin, hashlib.sha256(header).hexdigest(), "wrong people")
    done = dlp(tmp_path / "a.txt.age")
    assert done.returncode == 4 and "may not open this file" in done.stderr and done.stdout == ""
    wrong = dlp(tmp_path / "a.txt.age", secret="not the password at all")
    assert wrong.returncode == 4 and "password is wrong" in wrong.stderr and "not the password" not in wrong.stderr
    assert "密码错误" in dlp(tmp_path / "a.txt.age", "--language", "zh", secret="x").stderr
    out = io.BytesIO()
    age.seal(io.BytesIO(b"x"), out, [world.keystore.epoch_recipient()])
    (tmp_path / "b.txt.age").write_bytes(out.getvalue())
    assert "not sealed by this office" in dlp(tmp_path / "b.txt.age").stderr
    assert not (tmp_path / "a.txt").exists() and not (tmp_path / "b.txt").exists() and not drafts(tmp_path)


def test_a_damaged_file_leaves_nothing(world: World, tmp_path: Path, dlp: Run) -> None:
    sealed_file(world, tmp_path / "a.txt.age", b"secret" * 30_000)
    whole = (tmp_path / "a.txt.age").read_bytes()
    (tmp_path / "a.txt.age").write_bytes(whole[:-1])
    done = dlp(tmp_path / "a.txt.age")
    assert done.returncode == 3 and "damaged" in done.stderr
    (tmp_path / "a.txt.age").write_bytes(b"not age at all")
    assert dlp(tmp_path / "a.txt.age").returncode == 3
    assert dlp(tmp_path / "no.age").returncode == 3
    assert not (tmp_path / "a.txt").exists() and not drafts(tmp_path)


def test_another_content_under_the_same_header_is_refused(world: World, tmp_path: Path, dlp: Run) -> None:
    """Whoever once got the key of a file can make another payload for it; the office knows the true digest."""
    header = sealed_file(world, tmp_path / "a.txt.age", b"pay 100")
    key = world.keystore.unwrap(header)
    forged = io.BytesIO(header)
    forged.seek(len(header))
    from keys import stream

    stream.encrypt(io.BytesIO(b"pay 900"), forged, key)
    (tmp_path / "a.txt.age").write_bytes(forged.getvalue())
    done = dlp(tmp_path / "a.txt.age")
    assert done.returncode == 3 and "not the one that was registered" in done.stderr
    assert not (tmp_path / "a.txt").exists() and not drafts(tmp_path)


def test_a_folder_is_opened_into_a_folder_and_one_fault_does_not_stop_the_others(
    world: World, tmp_path: Path, dlp: Run
) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    sealed_file(world, tmp_path / "in" / "a.txt.age", b"one")
    sealed_file(world, tmp_path / "in" / "deep" / "b.txt.age", b"two")
    (tmp_path / "in" / "c.txt.age").write_bytes(b"broken")
    (tmp_path / "in" / "readme.txt").write_bytes(b"other")
    done = dlp(tmp_path / "in", "-o", tmp_path / "out")
    assert done.returncode == 3 and "c.txt.age" in done.stderr
    found = {str(path.relative_to(tmp_path / "out")): path.read_bytes() for path in (tmp_path / "out").rglob("*.txt")}
    assert found == {"a.txt": b"one", "deep/b.txt": b"two"}


def test_a_wrong_password_is_tried_once_however_many_files(
    world: World, tmp_path: Path, dlp: Run, seen: list[bytes]
) -> None:
    for number in range(7):
        sealed_file(world, tmp_path / f"{number}.txt.age", b"x")
    assert dlp(tmp_path, secret="wrong").returncode == 4 and len(seen) == 1


def test_a_machine_without_a_home_names_office_and_authority(
    world: World, tmp_path: Path, address: Address, home: Path, dlp: Run
) -> None:
    sealed_file(world, tmp_path / "a.txt.age", b"secret")
    (home / "agent" / "office.json").unlink()
    done = dlp(tmp_path / "a.txt.age")
    assert done.returncode == 2 and "--office" in done.stderr
    (tmp_path / "ca.pem").write_text(address.ca)
    assert dlp(tmp_path / "a.txt.age", "--office", address.url, "--ca", tmp_path / "ca.pem").returncode == 0
    assert (tmp_path / "a.txt").read_bytes() == b"secret"


def test_another_authority_gets_no_password(
    world: World, tmp_path: Path, address: Address, dlp: Run, seen: list[bytes]
) -> None:
    sealed_file(world, tmp_path / "a.txt.age", b"secret")
    other = Keystore.create(tmp_path / "other")[0].tls().ca
    done = dlp(tmp_path / "a.txt.age", "--office", address.url, "--ca", other)
    assert done.returncode == 4 and "not the office" in done.stderr and seen == []
    trusted = dlp(tmp_path / "a.txt.age", "--office", address.url)
    assert trusted.returncode == 4 and seen == []
    assert dlp(tmp_path / "a.txt.age", "--office", "http://127.0.0.1:1").returncode == 2
    assert "does not answer" in dlp(tmp_path / "a.txt.age", "--office", "https://127.0.0.1:1").stderr


def test_without_a_terminal_nothing_is_asked(world: World, tmp_path: Path, home: Path) -> None:
    sealed_file(world, tmp_path / "a.txt.age", b"secret")
    done = subprocess.run(
        [sys.executable, "-m", "dlp.cli.main", "--home", str(home), "--language", "en", "decrypt",
         str(tmp_path / "a.txt.age"), "--account", "user"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60, start_new_session=True,
    )  # fmt: skip
    assert done.returncode == 2 and "--password-stdin" in done.stderr


def test_the_password_from_a_descriptor(world: World, tmp_path: Path, dlp: Run, home: Path) -> None:
    sealed_file(world, tmp_path / "a.txt.age", b"secret")
    reading, writing = os.pipe()
    os.write(writing, f"{PASSWORD}\r\n".encode())
    os.close(writing)
    words = ["--home", str(home), "decrypt", str(tmp_path / "a.txt.age"), "--account", "USER"]
    done = subprocess.run(
        [sys.executable, "-m", "dlp.cli.main", *words, "--password-fd", str(reading)],
        pass_fds=[reading], capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    os.close(reading)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
def test_typed_at_a_terminal_the_password_is_not_shown(world: World, tmp_path: Path, home: Path) -> None:
    import pty

    sealed_file(world, tmp_path / "a.txt.age", b"secret")
    child, terminal = pty.fork()
    if child == 0:
        words = ["--home", str(home), "--language", "en", "decrypt", str(tmp_path / "a.txt.age"), "--account", "user"]
        os.execv(sys.executable, [sys.executable, "-m", "dlp.cli.main", *words])
    shown = b""
    while b"Password of user: " not in shown:
        shown += os.read(terminal, 1024)
    os.write(terminal, f"{PASSWORD}\n".encode())
    while True:
        try:
            part = os.read(terminal, 1024)
        except OSError:
            break
        shown += part
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, shown
    assert PASSWORD.split()[0].encode() not in shown and (tmp_path / "a.txt").read_bytes() == b"secret"


def test_a_place_that_cannot_be_written_is_said_as_such(world: World, tmp_path: Path, dlp: Run) -> None:
    sealed_file(world, tmp_path / "a.txt.age", b"secret")
    (tmp_path / "file").write_bytes(b"")
    done = dlp(tmp_path / "a.txt.age", "-o", tmp_path / "file" / "inside.txt")
    assert done.returncode == 3 and "cannot be written" in done.stderr and "-o OUT" in done.stderr
    assert not drafts(tmp_path)
