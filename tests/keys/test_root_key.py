"""The root key as a file, under a passphrase, in a keyring; changing between them with kills; older keystores."""

from __future__ import annotations

import base64
import io
import json
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

from keys import age, root
from keys.errors import EpochRevoked
from keys.keystore import Custody, Keystore, KeystoreError

PHRASE = "vier 七里 quer lampe"
CHEAP = root.Cost(1, 64, 1)


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guesses that cost nothing, where the cost is not what is tested."""
    monkeypatch.setattr(root.begin, "__defaults__", ("", CHEAP))


class Ring(KeyringBackend):
    """A keyring in memory, plugged in where the system's would be."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        try:
            del self.held[service, username]
        except KeyError:
            raise PasswordDeleteError from None


@pytest.fixture
def ring() -> Iterator[Ring]:
    before = keyring.get_keyring()
    ring = Ring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


def sealed_to(*recipients: str) -> bytes:
    return age.seal(io.BytesIO(b"x"), io.BytesIO(), recipients).header


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.name.startswith("root.")}


def test_a_passphrase_instead_of_a_file(tmp_path: Path) -> None:
    keystore, _ = Keystore.create(tmp_path, custody=Custody.PASSPHRASE, passphrase=PHRASE)
    header = sealed_to(keystore.epoch_recipient())
    assert names(tmp_path) == {"root.locked"} and Keystore.custody(tmp_path) is Custody.PASSPHRASE
    assert stat.S_IMODE((tmp_path / "root.locked").stat().st_mode) == 0o600
    assert Keystore.open(tmp_path, ask=lambda: PHRASE).unwrap(header) == keystore.unwrap(header)
    with pytest.raises(KeystoreError, match="passphrase is wrong"):
        Keystore.open(tmp_path, ask=lambda: PHRASE + "x")
    with pytest.raises(KeystoreError, match="nobody was asked"):
        Keystore.open(tmp_path)
    with pytest.raises(KeystoreError, match="empty"):
        Keystore.create(tmp_path / "b", custody=Custody.PASSPHRASE)


def test_the_same_passphrase_typed_full_width_opens(tmp_path: Path) -> None:
    Keystore.create(tmp_path, custody=Custody.PASSPHRASE, passphrase="abc１２３")
    Keystore.open(tmp_path, ask=lambda: "ａｂｃ123")


@pytest.mark.parametrize(
    "part", ["passes", "memory", "lanes", "salt", "wrapped", "mark", "format", "huge", "cut", "list"]
)
def test_an_altered_lock_does_not_open(part: str) -> None:
    content = root.lock(bytes(32), PHRASE, CHEAP)
    assert root.unlock(content, PHRASE) == bytes(32)
    told = json.loads(content)
    changed = {
        "passes": 2, "memory": 128, "lanes": 2, "salt": "00" * 16, "mark": "00" * 32, "format": 2,
        "wrapped": base64.b64encode(bytes(60)).decode(),
    }  # fmt: skip
    if part == "huge":
        told["memory"] = 2**40
    elif part in changed:
        told[part] = changed[part]
    altered = b"[]" if part == "list" else json.dumps(told).encode()[: 30 if part == "cut" else None]
    with pytest.raises(KeystoreError):
        root.unlock(altered, PHRASE)


def test_a_lock_says_nothing_about_key_or_passphrase() -> None:
    content = root.lock(bytes(range(32)), PHRASE, CHEAP)
    assert bytes(range(32)).hex().encode() not in content and PHRASE.encode() not in content
    assert root.lock(bytes(32), PHRASE, CHEAP) != root.lock(bytes(32), PHRASE, CHEAP)


def test_the_keyring_of_the_system(tmp_path: Path, ring: Ring) -> None:
    keystore, _ = Keystore.create(tmp_path, custody=Custody.KEYRING)
    header = sealed_to(keystore.epoch_recipient())
    (secret,) = ring.held.values()
    assert names(tmp_path) == {"root.ring"} and secret not in (tmp_path / "root.ring").read_text()
    assert Keystore.open(tmp_path).unwrap(header) == keystore.unwrap(header)
    keystore.change_root(Custody.FILE)
    assert not ring.held and names(tmp_path) == {"root.key"}
    keystore.change_root(Custody.KEYRING)
    ring.held.clear()
    with pytest.raises(KeystoreError, match="no entry"):
        Keystore.open(tmp_path)


def test_a_system_without_a_keyring_says_so_and_changes_nothing(tmp_path: Path) -> None:
    from keyring.backends import fail

    keystore, _ = Keystore.create(tmp_path)
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    try:
        with pytest.raises(KeystoreError, match="no keyring"):
            keystore.change_root(Custody.KEYRING)
    finally:
        keyring.set_keyring(before)
    assert Keystore.open(tmp_path).revision == 1 and names(tmp_path) == {"root.key"}


def test_changing_how_it_is_kept_makes_a_new_root_key(tmp_path: Path, cheap: None) -> None:
    keystore, _ = Keystore.create(tmp_path)
    other = Keystore.open(tmp_path)
    header = sealed_to(keystore.epoch_recipient())
    stolen = (tmp_path / "root.key").read_text()
    keystore.change_root(Custody.FILE)
    assert (tmp_path / "root.key").read_text() != stolen
    assert other.unwrap(header) == keystore.unwrap(header)  # an open one follows where nobody must be asked
    keystore.change_root(Custody.PASSPHRASE, PHRASE)
    assert names(tmp_path) == {"root.locked"} and keystore.unwrap(header)
    with pytest.raises(KeystoreError):
        other.unwrap(header)
    (tmp_path / "root.key").write_text(stolen)
    (tmp_path / "root.key").chmod(0o600)
    with pytest.raises(KeystoreError):
        Keystore.open(tmp_path)
    assert Keystore.open(tmp_path, ask=lambda: PHRASE).unwrap(header) == keystore.unwrap(header)


# Kills itself at the n-th time that a file of the folder is opened, renamed or removed.
KILL_AT = """
import os, signal, sys
from pathlib import Path
from keys import age, keystore, root
root.begin.__defaults__ = ("", root.Cost(1, 64, 1))
folder, custody, left = Path(sys.argv[1]), keystore.Custody(sys.argv[2]), [int(sys.argv[3])]
opened = keystore.Keystore.open(folder, ask=lambda: "old")

def hook(event, arguments):
    if event in {"open", "os.link", "os.rename", "os.remove"} and str(arguments[0]).startswith(str(folder)):
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(hook)
opened.change_root(custody, "new")
"""


@pytest.mark.parametrize(("before", "after"), [("file", "passphrase"), ("passphrase", "passphrase"), ("file", "file")])
def test_a_kill_anywhere_in_the_change_leaves_a_keystore_that_opens(
    tmp_path: Path, cheap: None, before: str, after: str
) -> None:
    base = tmp_path / "base"
    made, _ = Keystore.create(base)
    if before == "passphrase":
        made.change_root(Custody.PASSPHRASE, "old")
    header = sealed_to(made.epoch_recipient())
    count, done = 0, False
    while not done:
        folder = tmp_path / str(count)
        shutil.copytree(base, folder)
        command = [sys.executable, "-c", KILL_AT, str(folder), after, str(count)]
        done = subprocess.run(command, check=False).returncode == 0
        found = []
        for phrase in ("old", "new"):
            try:
                found.append(Keystore.open(folder, ask=lambda phrase=phrase: phrase))
            except KeystoreError:
                continue
        assert found and found[0].unwrap(header) == made.unwrap(header), count
        found[0].rotate_epoch()  # the next writer finishes what was cut short
        assert len(names(folder)) == 1, count
        count += 2
    assert count > 8


def test_a_revoked_epoch_opens_nothing_and_can_be_opened_again(tmp_path: Path) -> None:
    keystore, recovery = Keystore.create(tmp_path)
    first = keystore.epoch_recipient()
    header = sealed_to(first, recovery.recipient)
    gone = keystore.revoke_epoch(1)
    assert gone.revoked and keystore.epoch_recipient() != first  # sealing goes on, with a new epoch
    assert [bool(one.revoked) for one in Keystore.open(tmp_path).epochs()] == [True, False]
    with pytest.raises(EpochRevoked):
        keystore.unwrap(header)
    with pytest.raises(age.NoMatch):
        keystore.unwrap(sealed_to(str(age.generate().recipient)))
    assert age.unwrap_file_key(header, [age.parse_identity(recovery.identity)])
    assert keystore.unwrap(sealed_to(keystore.epoch_recipient()))
    assert not keystore.revoke_epoch(1, revoked=False).revoked and keystore.unwrap(header)
    with pytest.raises(KeystoreError, match="no epoch 7"):
        keystore.revoke_epoch(7)
    assert len(keystore.epochs()) == 2


def test_a_revoked_epoch_cannot_be_opened_by_editing_the_file(tmp_path: Path) -> None:
    Keystore.create(tmp_path)[0].revoke_epoch(1)
    path = tmp_path / "keystore.json"
    told = json.loads(path.read_text())
    told["epochs"][0]["revoked"] = ""
    path.write_text(json.dumps(told))
    with pytest.raises(KeystoreError):
        Keystore.open(tmp_path)


def test_a_keystore_of_the_first_version_opens_and_is_brought_up(tmp_path: Path) -> None:
    old = json.loads((Path(__file__).parent / "keystore_format_1.json").read_text())
    for name in ("root.key", "keystore.json"):
        (tmp_path / name).write_text(old[name])
        (tmp_path / name).chmod(0o600)
    keystore = Keystore.open(tmp_path)
    assert json.loads((tmp_path / "keystore.json").read_text())["format"] == 1  # opening writes nothing
    sealed = base64.b64decode(old["sealed"])
    header = age.read_header(io.BytesIO(sealed)).raw
    out = io.BytesIO()
    age.open_with_file_key(io.BytesIO(sealed), out, keystore.unwrap(header))
    assert out.getvalue() == b"sealed in the first format"
    keystore.check()
    keystore.rotate_epoch()
    assert json.loads((tmp_path / "keystore.json").read_text())["format"] == 2
    assert Keystore.open(tmp_path).unwrap(header) == keystore.unwrap(header)
    keystore.tls()
