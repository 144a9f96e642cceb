"""The root key in the keyring of the system (Windows credentials, macOS keychain, Secret Service) by `keyring`.

The folder keeps a note with the entry's name only.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from keys.durable import write_whole
from keys.errors import KeystoreError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "wechat-file-guard"
"""Under this name the keyring shows the root key."""


def put(note: Path, secret: str) -> None:
    """Keep the secret under a fresh entry and write the note. Raises KeystoreError, OSError."""
    from keyring.errors import KeyringError

    entry = secrets.token_hex(8)
    try:
        ring = _ring()
        ring.set_password(SERVICE, entry, secret)
        held = ring.get_password(SERVICE, entry)
    except KeyringError as fault:
        raise KeystoreError(f"the system's keyring does not take the root key: {type(fault).__name__}") from fault
    if held != secret:
        raise KeystoreError("the system's keyring did not keep the root key")
    write_whole(note, entry.encode("ascii") + b"\n")


def get(note: Path) -> str:
    """The secret that the note names. Raises KeystoreError."""
    from keyring.errors import KeyringError

    try:
        entry = note.read_text("ascii").strip()
        held = _ring().get_password(SERVICE, entry)
    except (OSError, ValueError) as fault:
        raise KeystoreError(f"{note} cannot be read") from fault
    except KeyringError as fault:
        raise KeystoreError(f"the system's keyring does not open: {type(fault).__name__}") from fault
    if held is None:
        raise KeystoreError(f"the system's keyring has no entry {entry} of {SERVICE}; restore it from the backup")
    return held


def remove(note: Path) -> None:
    """Take the secret out; the note stays. Raises KeystoreError."""
    from keyring.errors import KeyringError, PasswordDeleteError

    try:
        _ring().delete_password(SERVICE, note.read_text("ascii").strip())
    except PasswordDeleteError:
        return  # it is gone already
    except KeyringError as fault:
        raise KeystoreError(f"the system's keyring keeps the old root key: {type(fault).__name__}") from fault


def _ring() -> KeyringBackend:
    import keyring
    from keyring.backends import fail

    ring = keyring.get_keyring()
    if isinstance(ring, fail.Keyring):
        raise KeystoreError("this system offers no keyring to this account")
    return ring
