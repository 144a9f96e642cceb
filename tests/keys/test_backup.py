"""Backups that are tried: made, opened, damaged, put back, with kills."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pyrage
import pytest

from keys import age, backup, recovery
from keys.errors import BackupError, KeystoreError
from keys.keystore import Custody, Keystore


def header_for(keystore: Keystore) -> bytes:
    return age.seal(io.BytesIO(b"x"), io.BytesIO(), [keystore.epoch_recipient()]).header


@pytest.mark.parametrize("passphrase", ["", "vier lampen quer"])
def test_what_was_lost_opens_again_after_a_restore(tmp_path: Path, passphrase: str) -> None:
    keystore, secret = Keystore.create(tmp_path / "office")
    keystore.tls()
    old = header_for(keystore)
    keystore.rotate_epoch()
    new, keys, ca = header_for(keystore), (keystore.unwrap(old),), keystore.tls().ca.read_text()
    keys = (*keys, keystore.unwrap(new))
    signature = keystore.sign(b"policy")
    backup.make(keystore, tmp_path / "backup.age", passphrase)
    shutil.rmtree(tmp_path / "office")
    if passphrase:
        identity: age.Unwraps = age.Passphrase(passphrase)
    else:
        identity = recovery.combine(recovery.split(secret.identity)[1:4])
    found = backup.read(tmp_path / "backup.age", [identity])
    again = backup.put_back(found, tmp_path / "office")
    assert (again.unwrap(old), again.unwrap(new)) == keys and again.revision == 2
    assert again.recovery_recipient() == secret.recipient and again.sign(b"policy") == signature
    assert again.tls().ca.read_text() == ca  # agents and browsers go on trusting it
    assert found.root_key.hex() not in repr(found)
    again.rotate_epoch()


def test_a_backup_opens_with_another_age_tool(tmp_path: Path) -> None:
    keystore, secret = Keystore.create(tmp_path / "office")
    backup.make(keystore, tmp_path / "backup.age")
    identity = pyrage.x25519.Identity.from_str(secret.identity)
    assert b"keystore" in pyrage.decrypt((tmp_path / "backup.age").read_bytes(), [identity])
    assert (tmp_path / "office" / "root.key").read_text().strip().encode() not in (tmp_path / "backup.age").read_bytes()


def test_a_keystore_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    keystore, secret = Keystore.create(tmp_path / "office")
    backup.make(keystore, tmp_path / "backup.age")
    with pytest.raises(FileExistsError):
        backup.make(keystore, tmp_path / "backup.age")
    other, _ = Keystore.create(tmp_path / "other")
    header = header_for(other)
    found = backup.read(tmp_path / "backup.age", [age.parse_identity(secret.identity)])
    with pytest.raises(BackupError, match="already"):
        backup.put_back(found, tmp_path / "other")
    assert Keystore.open(tmp_path / "other").unwrap(header)
    replaced = backup.put_back(found, tmp_path / "other", replace=True)
    assert replaced.epoch_recipient() == keystore.epoch_recipient()
    aside = {path.name.split(".")[0] for path in (tmp_path / "other").glob("*.orphan")}
    assert aside == {"root", "keystore"}


def test_put_back_under_a_passphrase(tmp_path: Path) -> None:
    keystore, secret = Keystore.create(tmp_path / "office")
    backup.make(keystore, tmp_path / "backup.age")
    found = backup.read(tmp_path / "backup.age", [age.parse_identity(secret.identity)])
    backup.put_back(found, tmp_path / "new", custody=Custody.PASSPHRASE, passphrase="lampe")
    assert Keystore.open(tmp_path / "new", ask=lambda: "lampe").revision == 1
    assert not (tmp_path / "new" / "root.key").exists()


def test_a_damaged_backup_or_keystore_is_refused(tmp_path: Path) -> None:
    keystore, secret = Keystore.create(tmp_path / "office")
    path = tmp_path / "backup.age"
    backup.make(keystore, path)
    identity = age.parse_identity(secret.identity)
    content = path.read_bytes()
    for place in range(0, len(content), 97):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(age.AgeError):
            backup.read(path, [identity])
    path.write_bytes(content)
    with pytest.raises(age.NoMatch):
        backup.read(path, [age.generate()])
    for inner in (
        b"[]",
        b"{}",
        b"not json",
        json.dumps({"kind": "wechat-file-guard keystore backup", "format": 9}).encode(),
    ):
        out = io.BytesIO()
        age.seal(io.BytesIO(inner), out, [secret.recipient])
        path.write_bytes(out.getvalue())
        with pytest.raises(BackupError):
            backup.read(path, [identity])
    (tmp_path / "office" / "keystore.json").write_bytes(b"{}")
    with pytest.raises(KeystoreError):
        backup.make(keystore, tmp_path / "second.age")
    assert not (tmp_path / "second.age").exists()


def test_a_kill_anywhere_in_a_restore_leaves_nothing_or_a_whole_keystore(tmp_path: Path) -> None:
    keystore, secret = Keystore.create(tmp_path / "office")
    backup.make(keystore, tmp_path / "backup.age")
    code = (
        "import os, signal, sys; from pathlib import Path; from keys import age, backup\n"
        "folder, left = Path(sys.argv[1]), [int(sys.argv[2])]\n"
        "found = backup.read(Path(sys.argv[3]), [age.parse_identity(sys.stdin.read().strip())])\n"
        "def hook(event, arguments):\n"
        "    if event in {'open', 'os.link', 'os.rename', 'os.remove'} and str(arguments[0]).startswith(str(folder)):\n"
        "        left[0] -= 1\n"
        "        if left[0] < 0: os.kill(os.getpid(), signal.SIGKILL)\n"
        "sys.addaudithook(hook)\n"
        "backup.put_back(found, folder)\n"
    )
    count, done = 0, False
    while not done:
        folder = tmp_path / f"to {count}"
        command = [sys.executable, "-c", code, str(folder), str(count), str(tmp_path / "backup.age")]
        ended = subprocess.run(command, input=secret.identity, text=True, check=False).returncode
        assert ended in {0, -signal.SIGKILL}
        done = ended == 0
        found = backup.read(tmp_path / "backup.age", [age.parse_identity(secret.identity)])
        if not (folder / "keystore.json").exists():
            backup.put_back(found, folder)
        assert Keystore.open(folder).epoch_recipient() == keystore.epoch_recipient()
        count += 1
    assert count > 8


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="POSIX")
def test_no_backup_without_a_place_for_it(tmp_path: Path) -> None:
    keystore, _ = Keystore.create(tmp_path / "office")
    with pytest.raises(FileNotFoundError):
        backup.make(keystore, tmp_path / "nowhere" / "backup.age")
