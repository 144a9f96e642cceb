"""Backups of a keystore: one age file, sealed to the recovery key or with a passphrase, proved before it counts.

Sealed to the recovery key it needs no secret to make, so that a timer can make it, and opens with the shares. In it are
the root key and keystore.json, nothing else; certificates are made anew from the authority that is in there.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from keys import age, keystore_file, root
from keys.durable import draft, locked, sweep
from keys.errors import BackupError, KeystoreError
from keys.keystore import LOCK, Keystore
from keys.keystore_file import KEYSTORE, State
from keys.root import Custody

_FORMAT = 1
_KIND = "wechat-file-guard keystore backup"
LARGEST = 16 * 1024 * 1024
"""Bytes; a true one has a few thousand."""


@dataclass(frozen=True, slots=True)
class Backup:
    """An opened and proved backup."""

    root_key: bytes = field(repr=False)
    content: bytes = field(repr=False)
    state: State = field(repr=False)

    @property
    def revision(self) -> int:
        """Of the keystore when the backup was made."""
        return self.state.revision


def make(keystore: Keystore, target: Path, passphrase: str = "") -> None:
    """Write a backup under a name that is free; with a passphrase, or sealed to the recovery key without.

    The keystore is proved whole first and the written bytes are compared afterwards. Raises KeystoreError,
    BackupError, OSError (FileExistsError).
    """
    keystore.check()
    root_key, content = keystore.bundle()
    told = {"format": _FORMAT, "kind": _KIND, "root": root_key.hex(), "keystore": content.decode("utf-8")}
    plain, sealed = io.BytesIO(json.dumps(told).encode("utf-8")), io.BytesIO()
    if passphrase:
        age.seal_with_passphrase(plain, sealed, age.Passphrase(passphrase))
    else:
        age.seal(plain, sealed, [keystore.recovery_recipient()])
    with draft(target, fresh=True) as file:
        file.write(sealed.getvalue())
    if target.read_bytes() != sealed.getvalue():
        raise BackupError(f"{target} is not what was written; do not rely on this disk")
    if passphrase and read(target, [age.Passphrase(passphrase)]).content != content:
        raise BackupError(f"{target} does not hold what was written into it")


def read(path: Path, identities: Sequence[age.Unwraps]) -> Backup:
    """Open a backup and prove every key in it. Raises BackupError, age.AgeError, OSError."""
    if path.stat().st_size > LARGEST:
        raise BackupError(f"{path} is no backup of a keystore: it is too large")
    out = io.BytesIO()
    age.open_sealed(io.BytesIO(path.read_bytes()), out, identities)
    try:
        told = json.loads(out.getvalue())
        if told["kind"] != _KIND or told["format"] != _FORMAT:
            raise BackupError(f"{path} is of a format that this program does not know")
        root_key, content = bytes.fromhex(told["root"]), told["keystore"].encode("utf-8")
        state = keystore_file.parse(content, root_key, path.name)
        keystore_file.check(state, root_key)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BackupError(f"{path} is no backup of a keystore") from None
    except KeystoreError as fault:
        raise BackupError(f"{path} does not hold a whole keystore: {fault}") from fault
    return Backup(root_key, content, state)


def put_back(
    backup: Backup, folder: Path, *, custody: Custody = Custody.FILE, passphrase: str = "", replace: bool = False
) -> Keystore:
    """Write the keystore of a backup into a folder, and open it from there.

    A keystore that is there is left alone (BackupError), or with ``replace`` set aside under another name: nothing is
    ever deleted. Raises KeystoreError, OSError.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(folder / LOCK):
        sweep(folder)
        if (folder / KEYSTORE).exists():
            if not replace:
                raise BackupError(f"there is a keystore already: {folder / KEYSTORE}")
            (folder / KEYSTORE).rename(folder / f"{KEYSTORE}.{os.urandom(4).hex()}.orphan")
        root.set_aside(folder)
        root.settle(folder, root.begin(folder, custody, backup.root_key, passphrase))
        # keystore.json comes last: a kill before it leaves a folder that counts as having no keystore.
        keystore_file.save(folder, backup.content)
    keystore = Keystore.open(folder, ask=lambda: passphrase)
    keystore.check()
    return keystore
