"""X25519 recipients and identities (C2SP age.md, section The X25519 recipient type)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keys import bech32
from keys.base64 import decode_bare, encode_bare
from keys.errors import BadKey, HeaderFailure
from keys.header import FILE_KEY, Stanza

RECIPIENT_PREFIX = "age"
IDENTITY_PREFIX = "age-secret-key-"
WRAPPED = FILE_KEY + 16
KEY = 32
_KIND = "X25519"
_INFO = b"age-encryption.org/v1/X25519"
_ZERO_NONCE = bytes(12)


class Wraps(Protocol):
    """Something a file can be sealed to."""

    def wrap(self, file_key: bytes) -> Stanza:
        """The stanza that carries the file key to this recipient."""


class Unwraps(Protocol):
    """Something that may open a file."""

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """The file key, or None when no stanza is for this identity. Raises HeaderFailure for a malformed one."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A public key, written ``age1…``."""

    public: bytes

    @classmethod
    def parse(cls, text: str) -> Recipient:
        """Raises BadKey."""
        prefix, public = bech32.decode(text)
        if prefix != RECIPIENT_PREFIX or len(public) != KEY or text != text.lower():
            raise BadKey("an X25519 recipient looks like age1…")
        return cls(public)

    def __str__(self) -> str:
        return bech32.encode(RECIPIENT_PREFIX, self.public)

    def wrap(self, file_key: bytes) -> Stanza:
        """The stanza that carries the file key to this recipient. Raises BadKey for a key of low order."""
        ephemeral = X25519PrivateKey.generate()
        share = ephemeral.public_key().public_bytes_raw()
        try:
            shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(self.public))
        except ValueError as fault:
            raise BadKey("the recipient is no usable public key") from fault
        body = _wrapping(shared, share, self.public).encrypt(_ZERO_NONCE, file_key, None)
        return Stanza(_KIND, (encode_bare(share),), body)


@dataclass(frozen=True, slots=True)
class Identity:
    """A secret key; ``str`` gives ``AGE-SECRET-KEY-1…``, ``repr`` never does."""

    secret: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Identity:
        """Raises BadKey, without repeating the text."""
        prefix, secret = bech32.decode(text.strip())
        if prefix != IDENTITY_PREFIX or len(secret) != KEY:
            raise BadKey("an X25519 identity looks like AGE-SECRET-KEY-1…")
        return cls(secret)

    def __str__(self) -> str:
        return bech32.encode(IDENTITY_PREFIX, self.secret).upper()

    @property
    def recipient(self) -> Recipient:
        """The public key that belongs to this secret key."""
        return Recipient(X25519PrivateKey.from_private_bytes(self.secret).public_key().public_bytes_raw())

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """The file key, or None when no stanza is for this identity. Raises HeaderFailure for a malformed one."""
        for stanza in stanzas:
            if stanza.kind == _KIND and (file_key := self._unwrap(stanza)) is not None:
                return file_key
        return None

    def _unwrap(self, stanza: Stanza) -> bytes | None:
        share = only_argument(stanza, KEY)
        private = X25519PrivateKey.from_private_bytes(self.secret)
        try:
            shared = private.exchange(X25519PublicKey.from_public_bytes(share))
        except ValueError as fault:
            # An all-zero secret is the same for everybody: anyone could have made this stanza.
            raise HeaderFailure("the X25519 share is of low order") from fault
        try:
            return _wrapping(shared, share, self.recipient.public).decrypt(_ZERO_NONCE, stanza.body, None)
        except InvalidTag:
            return None


def generate() -> Identity:
    """A fresh random identity."""
    return Identity(X25519PrivateKey.generate().private_bytes_raw())


def only_argument(stanza: Stanza, length: int) -> bytes:
    """The one argument of a stanza, decoded to ``length`` bytes; also checks the body. Raises HeaderFailure."""
    if len(stanza.arguments) != 1:
        raise HeaderFailure(f"a stanza {stanza.kind} takes one argument")
    try:
        share = decode_bare(stanza.arguments[0])
    except ValueError as fault:
        raise HeaderFailure(f"the share of a stanza {stanza.kind} is malformed") from fault
    if len(share) != length:
        raise HeaderFailure(f"the share of a stanza {stanza.kind} has the wrong length")
    check_body(stanza)
    return share


def check_body(stanza: Stanza) -> None:
    """Raises HeaderFailure unless the body is one wrapped file key; a longer one could fit two keys at once."""
    if len(stanza.body) != WRAPPED:
        raise HeaderFailure(f"the body of a stanza {stanza.kind} has the wrong length")


def _wrapping(shared: bytes, share: bytes, public: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(HKDF(SHA256(), 32, salt=share + public, info=_INFO).derive(shared))
