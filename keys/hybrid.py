"""Post-quantum recipients, ML-KEM-768 with X25519 (C2SP age.md; HPKE of RFC 9180 over the X-Wing KEM).

They need a `cryptography` that offers both; without it keys of this kind are refused with a plain reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from keys import bech32
from keys.base64 import encode_bare
from keys.errors import BadKey, HeaderFailure
from keys.header import FILE_KEY, Stanza
from keys.x25519 import KEY, only_argument

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, Suite

RECIPIENT_PREFIX = "age1pq"
IDENTITY_PREFIX = "age-secret-key-pq-"
_KIND = "mlkem768x25519"
_INFO = b"age-encryption.org/mlkem768x25519"
_ENCAPSULATION_KEY = 1184
_CIPHERTEXT = 1088


@dataclass(frozen=True, slots=True)
class HybridRecipient:
    """A public key, written ``age1pq1…``."""

    public: bytes

    @classmethod
    def parse(cls, text: str) -> HybridRecipient:
        """Raises BadKey."""
        prefix, public = bech32.decode(text)
        if prefix != RECIPIENT_PREFIX or len(public) != _ENCAPSULATION_KEY + KEY or text != text.lower():
            raise BadKey("a hybrid recipient looks like age1pq1…")
        return cls(public)

    def __str__(self) -> str:
        return bech32.encode(RECIPIENT_PREFIX, self.public)

    def wrap(self, file_key: bytes) -> Stanza:
        """The stanza that carries the file key to this recipient. Raises BadKey."""
        suite = _suite()
        from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
        from cryptography.hazmat.primitives.hpke import MLKEM768X25519PublicKey

        try:
            public = MLKEM768X25519PublicKey(
                MLKEM768PublicKey.from_public_bytes(self.public[:_ENCAPSULATION_KEY]),
                X25519PublicKey.from_public_bytes(self.public[_ENCAPSULATION_KEY:]),
            )
            sent = suite.encrypt(file_key, public, _INFO)
        except ValueError as fault:
            raise BadKey("the recipient is no usable public key") from fault
        share, body = sent[: _CIPHERTEXT + KEY], sent[_CIPHERTEXT + KEY :]
        return Stanza(_KIND, (encode_bare(share),), body)


@dataclass(frozen=True, slots=True)
class HybridIdentity:
    """A secret key; ``str`` gives ``AGE-SECRET-KEY-PQ-1…``, ``repr`` never does."""

    seed: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> HybridIdentity:
        """Raises BadKey, also where ML-KEM is not on offer."""
        prefix, seed = bech32.decode(text.strip())
        if prefix != IDENTITY_PREFIX or len(seed) != KEY:
            raise BadKey("a hybrid identity looks like AGE-SECRET-KEY-PQ-1…")
        _suite()
        return cls(seed)

    def __str__(self) -> str:
        return bech32.encode(IDENTITY_PREFIX, self.seed).upper()

    @property
    def recipient(self) -> HybridRecipient:
        """The public key that belongs to this secret key."""
        from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey

        kem, curve = self._seeds()
        inner = MLKEM768PrivateKey.from_seed_bytes(kem).public_key().public_bytes_raw()
        return HybridRecipient(inner + X25519PrivateKey.from_private_bytes(curve).public_key().public_bytes_raw())

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """The file key, or None when no stanza is for this identity. Raises HeaderFailure for a malformed one."""
        for stanza in stanzas:
            if stanza.kind == _KIND and (file_key := self._unwrap(stanza)) is not None:
                return file_key
        return None

    def _unwrap(self, stanza: Stanza) -> bytes | None:
        share = only_argument(stanza, _CIPHERTEXT + KEY)
        curve = X25519PrivateKey.from_private_bytes(self._seeds()[1])
        try:
            # HPKE would say "wrong key" for a share of low order; the format wants the file refused as malformed.
            curve.exchange(X25519PublicKey.from_public_bytes(share[_CIPHERTEXT:]))
        except ValueError as fault:
            raise HeaderFailure("the X25519 share is of low order") from fault
        try:
            file_key = _suite().decrypt(share + stanza.body, self._private(), _INFO)
        except InvalidTag:
            return None
        return file_key if len(file_key) == FILE_KEY else None

    def _seeds(self) -> tuple[bytes, bytes]:
        expanded = hashlib.shake_256(self.seed).digest(96)
        return expanded[:64], expanded[64:]

    def _private(self) -> MLKEM768X25519PrivateKey:
        from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
        from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey

        kem, curve = self._seeds()
        return MLKEM768X25519PrivateKey(
            MLKEM768PrivateKey.from_seed_bytes(kem), X25519PrivateKey.from_private_bytes(curve)
        )


def _suite() -> Suite:
    try:
        from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

        return Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
    except (ImportError, AttributeError) as fault:
        raise BadKey("hybrid keys need a newer cryptography package, with ML-KEM-768 and HPKE") from fault
