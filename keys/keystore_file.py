"""The file keystore.json: secret keys wrapped with the root key, public parts readable, all under one MAC."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keys.base64 import decode
from keys.durable import write_whole
from keys.errors import KeystoreError

FORMAT = 2
"""1 knew no revoked epochs."""
READABLE = (1, 2)
KEYSTORE = "keystore.json"
_WRAPPING = 1
_NONCE = 12


@dataclass(frozen=True, slots=True)
class Kept:
    """One key pair: what it is for, its public half, and the secret half wrapped for exactly this place."""

    kind: str
    number: int
    public: str
    created: str
    wrapped: str = field(repr=False)
    revoked: str = ""
    """Since when it opens nothing (UTC, ISO 8601); empty: it opens."""

    def context(self) -> bytes:
        """What the wrapping is bound to: a wrapped key moved to another place does not open there."""
        return _canonical([_WRAPPING, self.kind, self.number, self.public, self.created])


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


def rewrapped(state: State, old: bytes, new: bytes) -> State:
    """The same keys under another root key. Raises KeystoreError when one does not open."""

    def moved(kept: Kept) -> Kept:
        fresh = keep(new, kept.kind, kept.number, kept.public, kept.created, reveal(old, kept))
        return replace(fresh, revoked=kept.revoked)

    epochs = tuple(moved(one) for one in state.epochs)
    return replace(state, epochs=epochs, signing=moved(state.signing), authority=moved(state.authority))


def check(state: State, root: bytes) -> None:
    """Prove that every secret key opens and belongs to its public half. Raises KeystoreError."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    from keys.age import Identity

    for one in state.epochs:
        if str(Identity(reveal(root, one)).recipient) != one.public:
            raise KeystoreError(f"the epoch key {one.number} does not belong to its public half")
    signing = Ed25519PrivateKey.from_private_bytes(reveal(root, state.signing))
    if signing.public_key().public_bytes_raw().hex() != state.signing.public:
        raise KeystoreError("the signing key does not belong to its public half")
    authority = x509.load_pem_x509_certificate(state.authority.public.encode("ascii"))
    if load_der_private_key(reveal(root, state.authority), None).public_key() != authority.public_key():
        raise KeystoreError("the authority's key does not belong to its certificate")


def load(path: Path, root: bytes) -> State:
    """Read and prove the keystore. Raises KeystoreError when it is missing, altered, newer, or of another root key."""
    return parse(read(path), root, str(path))


def save(folder: Path, content: bytes) -> None:
    """Replace the file in a folder. Raises OSError."""
    write_whole(folder / KEYSTORE, content)


def read(path: Path) -> bytes:
    """The content of the file. Raises KeystoreError."""
    try:
        return path.read_bytes()
    except FileNotFoundError as fault:
        raise KeystoreError(f"{path.name} is missing in {path.parent}") from fault
    except OSError as fault:
        raise KeystoreError(f"{path} cannot be read: {fault}") from fault


def is_under(content: bytes, root: bytes) -> bool:
    """Whether this keystore is under this root key. Raises KeystoreError for what is no keystore of ours at all."""
    told, mac = _told(content, KEYSTORE)
    return hmac.compare_digest(mac.encode("utf-8", "replace"), _mac(root, told).encode("ascii"))


def parse(content: bytes, root: bytes, where: str) -> State:
    """The keystore in these bytes. Raises KeystoreError as `load` does."""
    told, _mac_line = _told(content, where)
    # The MAC covers the public halves too: someone who swaps the recovery key could read every later file.
    if not is_under(content, root):
        raise KeystoreError(f"the root key does not belong to {where}, or the keystore was altered")
    try:
        epochs = tuple(Kept(**one) for one in told["epochs"])
        return State(told["revision"], told["recovery"], epochs, Kept(**told["signing"]), Kept(**told["authority"]))
    except (KeyError, TypeError) as fault:
        raise KeystoreError(f"{where} lacks a part: {fault}") from fault


def _told(content: bytes, where: str) -> tuple[dict[str, Any], str]:
    try:
        told = json.loads(content)
    except ValueError as fault:
        raise KeystoreError(f"{where} cannot be read: {fault}") from fault
    if not isinstance(told, dict) or told.get("format") not in READABLE:
        shown = told.get("format") if isinstance(told, dict) else None
        raise KeystoreError(f"{where} has format {shown!r}; this program knows formats up to {FORMAT}")
    mac = told.pop("mac", None)
    return told, mac if isinstance(mac, str) else ""


def _mac(root: bytes, body: object) -> str:
    return hmac.new(_derived(root, b"mac"), _canonical(body), hashlib.sha256).hexdigest()


def _canonical(body: object) -> bytes:
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def _derived(root: bytes, purpose: bytes) -> bytes:
    """One key for each purpose. The root is uniformly random, so one HMAC is a sound derivation (RFC 5869, 3.3)."""
    return hmac.digest(root, b"wechat-file-guard keystore 1 " + purpose, "sha256")
