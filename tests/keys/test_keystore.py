"""The keystore: kills at every write, wrong root keys, two processes at once."""

from __future__ import annotations

import io
import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from keys import age
from keys.durable import SMALL_DRAFT
from keys.keystore import Keystore, KeystoreError
from keys.signing import is_signed


def header_for(*recipients: str) -> tuple[bytes, bytes]:
    out = io.BytesIO()
    made = age.seal(io.BytesIO(b"plain"), out, recipients)
    return made.header, out.getvalue()


def opens(keystore: Keystore, header: bytes, content: bytes) -> bool:
    out = io.BytesIO()
    age.open_with_file_key(io.BytesIO(content), out, keystore.unwrap(header))
    return out.getvalue() == b"plain"


def test_what_was_sealed_opens_after_a_restart_and_a_rotation(tmp_path: Path) -> None:
    keystore, recovery = Keystore.create(tmp_path / "office")
    assert keystore.recovery_recipient() == recovery.recipient
    first = keystore.epoch_recipient()
    old = header_for(first, recovery.recipient)
    assert keystore.revision == 1
    assert keystore.rotate_epoch() == keystore.epoch_recipient() != first
    assert keystore.revision == 2
    new = header_for(keystore.epoch_recipient())
    again = Keystore.open(tmp_path / "office")
    assert opens(again, *old)
    assert opens(again, *new)
    assert [one.number for one in again.epochs()] == [1, 2]
    with pytest.raises(age.NoMatch):
        again.unwrap(header_for(str(age.generate().recipient))[0])
    assert age.unwrap_file_key(old[0], [age.parse_identity(recovery.identity)]) == again.unwrap(old[0])


def test_signatures_hold_over_restarts(tmp_path: Path) -> None:
    keystore, _ = Keystore.create(tmp_path)
    signature = Keystore.open(tmp_path).sign(b"policy 7")
    assert is_signed(keystore.verify_key, b"policy 7", signature)
    assert not is_signed(keystore.verify_key, b"policy 8", signature)
    assert not is_signed(keystore.verify_key, b"policy 7", signature[:-1])


def test_no_secret_shows_on_screen_or_lies_in_the_clear(tmp_path: Path) -> None:
    keystore, recovery = Keystore.create(tmp_path)
    keystore.tls()
    root = (tmp_path / "root.key").read_text().strip()
    assert recovery.identity.startswith("AGE-SECRET-KEY-1")
    for shown in (
        repr(recovery),
        str(recovery),
        repr(keystore),
        str(keystore),
        f"{recovery!s}",
        repr(keystore.epochs()),
    ):
        assert recovery.identity not in shown
        assert root not in shown
    for path in tmp_path.iterdir():
        assert recovery.identity.encode() not in path.read_bytes()
        assert b"AGE-SECRET" not in path.read_bytes()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        if path.name not in {"root.key"}:
            assert root.encode() not in path.read_bytes()


def test_a_second_create_changes_nothing(tmp_path: Path) -> None:
    Keystore.create(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(KeystoreError, match="already"):
        Keystore.create(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("how", ["missing", "other", "short", "not hex", "open to all"])
def test_a_wrong_root_key_stops_and_nothing_is_made_anew(tmp_path: Path, how: str) -> None:
    Keystore.create(tmp_path / "a")
    root = tmp_path / "a" / "root.key"
    secret = root.read_text().strip()
    if how == "missing":
        root.unlink()
    elif how == "other":
        Keystore.create(tmp_path / "b")
        shutil.copy(tmp_path / "b" / "root.key", root)
    elif how == "short":
        root.write_text(secret[:-2])
    elif how == "not hex":
        root.write_text(secret[:-1] + "z")
    else:
        root.chmod(0o644)
    before = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    with pytest.raises(KeystoreError, match=r"root") as caught:
        Keystore.open(tmp_path / "a")
    with pytest.raises(KeystoreError, match="already"):
        Keystore.create(tmp_path / "a")
    assert {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()} == before
    assert secret[:8] not in str(caught.value)
    assert caught.value.__cause__ is None or secret[:8] not in str(caught.value.__cause__)


def test_a_missing_keystore_is_said(tmp_path: Path) -> None:
    with pytest.raises(KeystoreError, match="no keystore"):
        Keystore.open(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("part", ["recovery", "revision", "format", "epoch public", "wrapped", "cut", "list"])
def test_an_altered_keystore_is_refused(tmp_path: Path, part: str) -> None:
    keystore, _ = Keystore.create(tmp_path)
    keystore.rotate_epoch()
    path = tmp_path / "keystore.json"
    told = json.loads(path.read_text())
    if part == "recovery":
        told["recovery"] = str(age.generate().recipient)
    elif part == "revision":
        told["revision"] += 1
    elif part == "format":
        told["format"] = 3
    elif part == "epoch public":
        told["epochs"][1]["public"] = str(age.generate().recipient)
    elif part == "wrapped":
        first, second = told["epochs"]
        first["wrapped"], second["wrapped"] = second["wrapped"], first["wrapped"]
    path.write_text("[]" if part == "list" else json.dumps(told)[: 40 if part == "cut" else None])
    with pytest.raises(KeystoreError):
        Keystore.open(tmp_path)
    with pytest.raises(KeystoreError):
        keystore.epoch_recipient()


def test_an_older_state_is_not_taken_back_while_running(tmp_path: Path) -> None:
    keystore, _ = Keystore.create(tmp_path)
    older = (tmp_path / "keystore.json").read_bytes()
    keystore.rotate_epoch()
    (tmp_path / "keystore.json").write_bytes(older)
    with pytest.raises(KeystoreError, match="went back"):
        keystore.epoch_recipient()


def test_replacing_the_recovery_key_is_for_later_files(tmp_path: Path) -> None:
    keystore, recovery = Keystore.create(tmp_path)
    other = Keystore.open(tmp_path)
    fresh = keystore.replace_recovery()
    assert other.recovery_recipient() == fresh.recipient != recovery.recipient
    assert other.revision == 2


def test_processes_at_once_lose_no_epoch(tmp_path: Path) -> None:
    keystore, _ = Keystore.create(tmp_path)
    code = (
        "import sys; from pathlib import Path; from keys.keystore import Keystore\n"
        "keystore = Keystore.open(Path(sys.argv[1]))\n"
        "for _ in range(5): keystore.rotate_epoch(); keystore.tls()\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(4)]
    assert [one.wait(60) for one in running] == [0] * 4
    assert keystore.revision == 21
    assert [one.number for one in keystore.epochs()] == list(range(1, 22))


# Kills itself at the n-th time that a file of the folder is opened, renamed or removed.
KILL_AT = """
import os, signal, sys
from pathlib import Path
from keys import age, exchange, keystore, tls
folder, step, left = Path(sys.argv[1]), sys.argv[2], [int(sys.argv[3])]

def hook(event, arguments):
    if event in {"open", "os.link", "os.rename", "os.remove", "os.mkdir"} and str(arguments[0]).startswith(str(folder)):
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(hook)
if step == "create":
    keystore.Keystore.create(folder)[0].tls()
else:
    opened = keystore.Keystore.open(folder)
    opened.rotate_epoch()
    opened.tls(["late.internal"])
"""


def kill_at(folder: Path, step: str, count: int) -> bool:
    """Run the step with a kill at its count-th file event; whether it came to its end before that."""
    command = [sys.executable, "-c", KILL_AT, str(folder), step, str(count)]
    code = subprocess.run(command, check=False).returncode
    assert code in {0, -9}
    return code == 0


def test_a_kill_anywhere_in_create_leaves_no_keystore_or_a_whole_one(tmp_path: Path) -> None:
    count, done = 0, False
    while not done:
        folder = tmp_path / str(count)
        done = kill_at(folder, "create", count)
        if (folder / "keystore.json").exists():
            keystore = Keystore.open(folder)
        else:
            with pytest.raises(KeystoreError, match="no keystore"):
                Keystore.open(folder)
            keystore, _ = Keystore.create(folder)
        keystore.tls()
        assert opens(keystore, *header_for(keystore.epoch_recipient()))
        # A draft left behind may hold the root key; the next writer removes it.
        assert not [path for path in folder.iterdir() if path.name.startswith(SMALL_DRAFT)]
        count += 1
    assert count > 10


def test_a_kill_anywhere_in_a_rotation_loses_no_key(tmp_path: Path) -> None:
    base = tmp_path / "base"
    made, _ = Keystore.create(base)
    made.tls()
    old = header_for(made.epoch_recipient())
    count, done = 0, False
    while not done:
        folder = tmp_path / str(count)
        shutil.copytree(base, folder)
        done = kill_at(folder, "rotate", count)
        keystore = Keystore.open(folder)
        assert keystore.revision in {1, 2}
        assert opens(keystore, *old)
        assert opens(keystore, *header_for(keystore.epoch_recipient()))
        keystore.tls()
        keystore.rotate_epoch()
        count += 1
    assert count > 10


def test_an_orphaned_root_key_is_set_aside_and_never_destroyed(tmp_path: Path) -> None:
    Keystore.create(tmp_path)
    root = (tmp_path / "root.key").read_bytes()
    (tmp_path / "keystore.json").unlink()
    Keystore.create(tmp_path)
    [orphan] = tmp_path.glob("root.key.*.orphan")
    assert orphan.read_bytes() == root


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OSError, match="denied"):
        Keystore.create(tmp_path)
    tmp_path.chmod(0o700)
