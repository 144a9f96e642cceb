"""Where the root key is: a file for unattended start, locked with a passphrase, or in the keyring of the system.

It is 32 random bytes however it is kept. Another way of keeping it begins beside the old one, as NAME.next, and takes
its place only once keystore.json is under the new key; whichever proves itself against keystore.json is the right one,
so a kill in between loses nothing.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import stat
import unicodedata
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keys.base64 import decode
from keys.durable import sync_folder, write_whole
from keys.errors import KeystoreError

BYTES = 32
NEXT = ".next"
_FORMAT = 1
_NONCE = 12
# Whoever may write the folder must not choose how much memory and time our start takes.
_MOST_MEMORY = 4 * 1024 * 1024
_MOST_PASSES = 64


class Custody(StrEnum):
    """How the root key is kept."""

    FILE = "file"
    KEYRING = "keyring"
    PASSPHRASE = "passphrase"


NAMES = {Custody.FILE: "root.key", Custody.KEYRING: "root.ring", Custody.PASSPHRASE: "root.locked"}
"""In the order in which they are tried: those that ask nobody first."""
FILE = NAMES[Custody.FILE]
LOCKED = NAMES[Custody.PASSPHRASE]

Ask = Callable[[], str]
"""Gives the passphrase; called at most once, and only where one is needed."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess at a passphrase costs (Argon2id, RFC 9106)."""

    passes: int = 3
    memory: int = 256 * 1024
    """KiB."""
    lanes: int = 4


USUAL = Cost()


@dataclass(frozen=True, slots=True)
class Held:
    """Where a root key was found."""

    path: Path
    custody: Custody


def held(folder: Path) -> list[Held]:
    """All that may hold the root key, in the order to try; more than one after a change that was cut short."""
    named = [(folder / f"{name}{end}", custody) for custody, name in NAMES.items() for end in ("", NEXT)]
    return [Held(path, custody) for path, custody in named if path.exists()]


def find(folder: Path, ask: Ask | None, proves: Callable[[bytes], bool]) -> tuple[bytes, Held]:
    """The root key that proves itself. Raises KeystoreError with the reason of the first that does not."""
    reasons: list[KeystoreError] = []
    typed: list[str] = []
    for one in held(folder):
        try:
            if one.custody is Custody.PASSPHRASE and not typed:
                if ask is None:
                    raise KeystoreError("the root key is locked with a passphrase, and nobody was asked for it")
                typed.append(ask())
            root = _read(one, typed)
        except KeystoreError as fault:
            reasons.append(fault)
            continue
        if proves(root):
            return root, one
        reasons.append(KeystoreError(f"{one.path.name} does not belong to this keystore, or the keystore was altered"))
    raise (
        reasons[0]
        if reasons
        else KeystoreError(f"the root key is missing: {folder / FILE}; restore it from the backup")
    )


def begin(folder: Path, custody: Custody, root: bytes, passphrase: str = "", cost: Cost = USUAL) -> Held:
    """Keep the root key in this way beside what there is. Raises KeystoreError, OSError."""
    path = folder / f"{NAMES[custody]}{NEXT}"
    if custody is Custody.FILE:
        write_whole(path, root.hex().encode("ascii") + b"\n")
    elif custody is Custody.PASSPHRASE:
        write_whole(path, lock(root, passphrase, cost))
    else:
        from keys import system_keyring

        system_keyring.put(path, root.hex())
    return Held(path, custody)


def settle(folder: Path, right: Held) -> None:
    """Give the right one its name and remove all others. Raises KeystoreError, OSError."""
    for one in held(folder):
        if one.path != right.path:
            if one.custody is Custody.KEYRING:
                from keys import system_keyring

                system_keyring.remove(one.path)
            one.path.unlink()
    if right.path.name.endswith(NEXT):
        right.path.replace(folder / NAMES[right.custody])
        sync_folder(folder)


def tidy(folder: Path, root: bytes) -> None:
    """Finish a change that was cut short, asking nobody. Raises KeystoreError, OSError."""
    found = held(folder)
    right = [one for one in found if len(found) > 1 and _holds(one, root)]
    if right:
        settle(folder, right[0])


def _holds(one: Held, root: bytes) -> bool:
    try:
        if one.custody is Custody.PASSPHRASE:
            return bool(json.loads(one.path.read_bytes())["mark"] == _mark(root))
        return _read(one, []) == root
    except (KeystoreError, OSError, ValueError, KeyError, TypeError):
        return False


def _mark(root: bytes) -> str:
    """Tells which root key is locked in there, and nothing about it: it is uniformly random."""
    return hmac.new(root, b"wechat-file-guard root mark", "sha256").hexdigest()


def set_aside(folder: Path) -> None:
    """A root key without keystore is a start that was cut short, or a lost keystore whose backup still needs it."""
    for one in held(folder):
        one.path.rename(one.path.with_name(f"{one.path.name}.{os.urandom(4).hex()}.orphan"))


def lock(root: bytes, passphrase: str, cost: Cost = USUAL) -> bytes:
    """The root key under a passphrase, as JSON. Raises KeystoreError for an empty passphrase."""
    if not passphrase:
        raise KeystoreError("the passphrase is empty")
    salt, nonce = os.urandom(16), os.urandom(_NONCE)
    told = {"format": _FORMAT, **asdict(cost), "salt": salt.hex(), "mark": _mark(root)}
    wrapped = nonce + AESGCM(_stretched(passphrase, salt, cost)).encrypt(nonce, root, _bound(told))
    return json.dumps({**told, "wrapped": base64.b64encode(wrapped).decode("ascii")}, indent=1).encode() + b"\n"


def unlock(content: bytes, passphrase: str) -> bytes:
    """The root key. Raises KeystoreError; a wrong passphrase and an altered file look alike."""
    try:
        told = json.loads(content)
        wrapped = decode(told.pop("wrapped"))
        cost = Cost(int(told["passes"]), int(told["memory"]), int(told["lanes"]))
        salt = bytes.fromhex(told["salt"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KeystoreError(f"{LOCKED} is malformed; restore it from the backup") from None
    if told.get("format") != _FORMAT:
        raise KeystoreError(f"{LOCKED} has format {told.get('format')!r}; this program knows format {_FORMAT}")
    if not (1 <= cost.passes <= _MOST_PASSES and 8 <= cost.memory <= _MOST_MEMORY and 1 <= cost.lanes <= 64):
        raise KeystoreError(f"{LOCKED} asks for more work than any of ours; restore it from the backup")
    try:
        key = _stretched(passphrase, salt, cost)
        return AESGCM(key).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], _bound(told))
    except (InvalidTag, ValueError):
        raise KeystoreError(f"the passphrase is wrong, or {LOCKED} was altered") from None


def _read(one: Held, typed: list[str]) -> bytes:
    if one.custody is Custody.KEYRING:
        from keys import system_keyring

        return _parsed(system_keyring.get(one.path), "the system's keyring")
    try:
        mode = stat.S_IMODE(one.path.stat().st_mode)
        content = one.path.read_bytes()
    except OSError as fault:
        raise KeystoreError(f"the root key cannot be read: {one.path}: {fault.strerror}") from fault
    if one.custody is Custody.PASSPHRASE:
        return unlock(content, typed[0])
    if os.name != "nt" and mode & 0o077:
        raise KeystoreError(f"others may read the root key: {one.path} has mode {mode:o}, expected 600")
    return _parsed(content.decode("ascii", "replace"), str(one.path))


def _parsed(text: str, where: str) -> bytes:
    try:
        root = bytes.fromhex(text.strip())
    except ValueError:
        root = b""
    if len(root) != BYTES:
        # Not chained: the text of the fault holds a part of the key.
        raise KeystoreError(f"the root key is malformed: {where}; restore it from the backup")
    return root


def _stretched(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    from argon2.low_level import Type, hash_secret_raw

    text = unicodedata.normalize("NFKC", passphrase).encode("utf-8")
    return hash_secret_raw(text, salt, cost.passes, cost.memory, cost.lanes, BYTES, Type.ID)


def _bound(told: dict[str, object]) -> bytes:
    """What the wrapping is bound to: another salt or another cost in the file does not pass."""
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode("ascii")
