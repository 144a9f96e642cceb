"""Passphrases (C2SP age.md, section The scrypt recipient type)."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from keys.base64 import decode_bare, encode_bare
from keys.errors import HeaderFailure
from keys.header import Stanza
from keys.x25519 import check_body

KIND = "scrypt"
USUAL_WORK = 18
# 2^20 takes 1 GiB; without a cap a stranger's file chooses how much memory we spend.
MOST_WORK = 20
_SALT = 16
_LABEL = b"age-encryption.org/v1/scrypt"
_ZERO_NONCE = bytes(12)


@dataclass(frozen=True, slots=True)
class Passphrase:
    """Recipient and identity in one. ``work`` is the base-two logarithm of the scrypt work factor when sealing."""

    text: str = field(repr=False)
    work: int = USUAL_WORK
    most_work: int = MOST_WORK

    def wrap(self, file_key: bytes) -> Stanza:
        """The stanza that carries the file key; it must stand alone in its header."""
        salt = os.urandom(_SALT)
        body = self._wrapping(salt, self.work).encrypt(_ZERO_NONCE, file_key, None)
        return Stanza(KIND, (encode_bare(salt), str(self.work)), body)

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """The file key, or None for a wrong passphrase. Raises HeaderFailure for a malformed or too costly stanza."""
        for stanza in stanzas:
            if stanza.kind == KIND:
                salt, work = self._arguments(stanza)
                try:
                    return self._wrapping(salt, work).decrypt(_ZERO_NONCE, stanza.body, None)
                except InvalidTag:
                    return None
        return None

    def _arguments(self, stanza: Stanza) -> tuple[bytes, int]:
        if len(stanza.arguments) != 2:
            raise HeaderFailure("a stanza scrypt takes two arguments")
        salt_text, work = stanza.arguments
        try:
            salt = decode_bare(salt_text)
        except ValueError as fault:
            raise HeaderFailure("the scrypt salt is malformed") from fault
        if len(salt) != _SALT or not re.fullmatch(r"[1-9][0-9]{0,9}", work):
            raise HeaderFailure("the scrypt salt or work factor is malformed")
        if int(work) > self.most_work:
            raise HeaderFailure(f"the scrypt work factor is above {self.most_work}")
        check_body(stanza)
        return salt, int(work)

    def _wrapping(self, salt: bytes, work: int) -> ChaCha20Poly1305:
        derived = Scrypt(salt=_LABEL + salt, length=32, n=1 << work, r=8, p=1).derive(self.text.encode("utf-8"))
        return ChaCha20Poly1305(derived)
