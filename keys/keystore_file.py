"""The file keystore.json: secret keys wrapped with the root key, public parts readable, all under one MAC."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import stat
from dataclasses import asdict, dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keys.base64 import decode
from keys.durable import write_whole
from keys.errors import KeystoreError

FORMAT = 1
ROOT = "root.key"
KEYSTORE = "keystore.json"
_ROOT_BYTES = 32
_NONCE = 12


@dataclass(frozen=True, slots=True)
class Kept:
    """One key pair: what it is for, its public half, and the secret half wrapped for exactly this place."""

    kind: str
    number: int
    public: str
    created: str
    wrapped: str = field(repr=False)

    def context(self) -> bytes:
        """What the wrapping is bound to: a wrapped key moved to another place does not open there."""
        return _canonical([FORMAT, self.kind, self.number, self.public, self.created])


@dataclass(frozen=True, slots=True)
class State:
    """All that the keystore holds. ``revision`` rises with every change."""

    revision: int
    recovery: str
    epochs: tuple[Kept, ...]
    signing: Kept
    authority: Kept

    def encode(self, root: bytes) -> bytes:
        """The file's content."""
        body = {"format": FORMAT, **asdict(self)}
        return json.dumps({**body, "mac": _mac(root, body)}, indent=1, ensure_ascii=False).encode("utf-8") + b"\n"


def keep(root: bytes, kind: str, number: int, public: str, created: str, secret: bytes) -> Kept:
    """Wrap a secret key."""
    nonce = os.urandom(_NONCE)
    context = Kept(kind, number, public, created, "").context()
    wrapped = nonce + AESGCM(_derived(root, b"wrap")).encrypt(nonce, secret, context)
    return Kept(kind, number, public, created, base64.b64encode(wrapped).decode("ascii"))


def reveal(root: bytes, kept: Kept) -> bytes:
    """The secret key. Raises KeystoreError."""
    try:
        wrapped = decode(kept.wrapped)
        return AESGCM(_derived(root, b"wrap")).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], kept.context())
    except (ValueError, InvalidTag) as fault:
        raise KeystoreError(f"the {kept.kind} key {kept.number} of the keystore does not open") from fault


def load(path: Path, root: bytes) -> State:
    """Read and prove the keystore. Raises KeystoreError when it is missing, altered, newer, or of another root key."""
    try:
        told = json.loads(path.read_bytes())
    except FileNotFoundError as fault:
        raise KeystoreError(f"{path.name} is missing in {path.parent}") from fault
    except (OSError, ValueError) as fault:
        raise KeystoreError(f"{path} cannot be read: {fault}") from fault
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        shown = told.get("format") if isinstance(told, dict) else None
        raise KeystoreError(f"{path} has format {shown!r}; this program knows format {FORMAT}")
    mac = told.pop("mac", None)
    # The MAC covers the public halves too: someone who swaps the recovery key could read every later file.
    if not isinstance(mac, str) or not hmac.compare_digest(mac.encode("utf-8"), _mac(root, told).encode("ascii")):
        raise KeystoreError(f"{ROOT} does not belong to {path}, or the keystore was altered")
    try:
        epochs = tuple(Kept(**one) for one in told["epochs"])
        return State(told["revision"], told["recovery"], epochs, Kept(**told["signing"]), Kept(**told["authority"]))
    except (KeyError, TypeError) as fault:
        raise KeystoreError(f"{path} lacks a part: {fault}") from fault


def read_root(path: Path) -> bytes:
    """The root key. Raises KeystoreError when it is missing, malformed or readable by others."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text("ascii").strip()
        root = bytes.fromhex(text)
    except FileNotFoundError as fault:
        raise KeystoreError(f"the root key is missing: {path}; restore it from the backup") from fault
    except OSError as fault:
        raise KeystoreError(f"the root key cannot be read: {path}: {fault.strerror}") from fault
    except ValueError:
        # Not chained: the text of the fault holds a part of the key.
        raise KeystoreError(f"the root key is malformed: {path}; restore it from the backup") from None
    if len(root) != _ROOT_BYTES:
        raise KeystoreError(f"the root key is malformed: {path}; restore it from the backup")
    if os.name != "nt" and mode & 0o077:
        raise KeystoreError(f"others may read the root key: {path} has mode {mode:o}, expected 600")
    return root


def new_root(path: Path) -> bytes:
    """Write a fresh root key. Raises OSError."""
    root = os.urandom(_ROOT_BYTES)
    write_whole(path, root.hex().encode("ascii") + b"\n")
    return root


def _mac(root: bytes, body: object) -> str:
    return hmac.new(_derived(root, b"mac"), _canonical(body), hashlib.sha256).hexdigest()


def _canonical(body: object) -> bytes:
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def _derived(root: bytes, purpose: bytes) -> bytes:
    """One key for each purpose. The root is uniformly random, so one HMAC is a sound derivation (RFC 5869, 3.3)."""
    return hmac.digest(root, b"wechat-file-guard keystore 1 " + purpose, "sha256")
