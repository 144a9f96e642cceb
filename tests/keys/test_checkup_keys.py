"""What the doctor says of the keys: plainly how the root key is kept, and whether every key opens."""

from __future__ import annotations

from pathlib import Path

from dlp.checkup import State
from dlp.checkup_keys import checks
from dlp.config import Home
from dlp.language import Language
from keys.keystore import Custody, Keystore


def test_the_doctor_says_how_the_root_key_is_kept(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert list(checks(home)) == []
    keystore, _ = Keystore.create(home.office)
    root, keys = checks(home)
    assert "whoever copies this folder" in root.found.en and root.advice is not None
    assert "dlp keys root passphrase" in root.advice.to(Language.ZH)
    assert (keys.state, keys.found.en) == (State.GOOD, "1 epochs, every key opens")
    keystore.change_root(Custody.PASSPHRASE, "vier lampen quer")
    (root,) = checks(home)
    assert "passphrase" in root.found.en


def test_the_doctor_finds_a_keystore_that_does_not_open(tmp_path: Path) -> None:
    home = Home(tmp_path)
    Keystore.create(home.office)
    (home.office / "root.key").write_text("00" * 32)
    (home.office / "root.key").chmod(0o600)
    (keys,) = (one for one in checks(home) if one.state is State.FAILED)
    assert keys.advice is not None and "dlp keys restore" in keys.advice.en
