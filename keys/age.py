"""Files that any age tool opens with the right identity, and no tool without (age v1, C2SP age.md).

Everything streams: memory does not grow with the file. `seal` adds a random file id under the header MAC.
What `open_sealed` has written when it raises is a true beginning of the file and must be thrown away;
`keys.files` does that.
"""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass

from keys import scrypt, stream
from keys.errors import (
    AgeError,
    ArmorFailure,
    BadKey,
    HeaderFailure,
    HmacFailure,
    NoMatch,
    PayloadFailure,
)
from keys.header import FILE_ID, FILE_ID_STANZA, FILE_KEY, Header, Stanza, build, read_header
from keys.hybrid import HybridIdentity, HybridRecipient
from keys.pipes import Reads, ReadsLines, Writes, write_all
from keys.scrypt import Passphrase
from keys.x25519 import Identity, Recipient, Unwraps, Wraps, generate

__all__ = [
    "AgeError",
    "ArmorFailure",
    "BadKey",
    "Header",
    "HeaderFailure",
    "HmacFailure",
    "HybridIdentity",
    "HybridRecipient",
    "Identity",
    "NoMatch",
    "Passphrase",
    "PayloadFailure",
    "Recipient",
    "SealedHeader",
    "Unwraps",
    "generate",
    "open_sealed",
    "open_with_file_key",
    "parse_identity",
    "parse_recipient",
    "read_header",
    "seal",
    "seal_with_passphrase",
    "unwrap_file_key",
]


@dataclass(frozen=True, slots=True)
class SealedHeader:
    """What is known of a file that was sealed, without its key."""

    header: bytes
    digest: str
    """SHA-256 of the header with its MAC line, in hex."""
    file_id: str
    """In hex; empty for a file sealed with a passphrase."""


def parse_recipient(text: str) -> Recipient | HybridRecipient:
    """A public key from its text form. Raises BadKey."""
    return HybridRecipient.parse(text) if text.startswith("age1pq1") else Recipient.parse(text)


def parse_identity(text: str) -> Identity | HybridIdentity:
    """A secret key from its text form. Raises BadKey, without repeating the text."""
    if text.strip().upper().startswith("AGE-SECRET-KEY-PQ-1"):
        return HybridIdentity.parse(text)
    return Identity.parse(text)


def seal(source: Reads, target: Writes, recipients: Sequence[str], file_id: bytes | None = None) -> SealedHeader:
    """Write the source, sealed to every recipient, to the target.

    ``file_id`` is 16 bytes, random when not given. Raises BadKey when a recipient is malformed, none is given, or
    post-quantum ones stand beside others (the weaker would undo the stronger); OSError as the streams do.
    """
    wanted = [parse_recipient(text) for text in dict.fromkeys(recipients)]
    if not wanted:
        raise BadKey("no recipient: nobody could open the file")
    if len({type(recipient) for recipient in wanted}) > 1:
        raise BadKey("post-quantum and other recipients do not go into one file")
    chosen = os.urandom(FILE_ID) if file_id is None else file_id
    if len(chosen) != FILE_ID:
        raise ValueError(f"a file id has {FILE_ID} bytes")
    return _seal(source, target, wanted, [Stanza(FILE_ID_STANZA, (), chosen)])


def seal_with_passphrase(source: Reads, target: Writes, passphrase: Passphrase) -> SealedHeader:
    """Write the source, sealed with a passphrase, which the format wants alone: no file id, no other recipient."""
    return _seal(source, target, [passphrase], [])


def _seal(source: Reads, target: Writes, recipients: Sequence[Wraps], further: Sequence[Stanza]) -> SealedHeader:
    file_key = os.urandom(FILE_KEY)
    header = build([*(recipient.wrap(file_key) for recipient in recipients), *further], file_key)
    write_all(target, header.raw)
    stream.encrypt(source, target, file_key)
    return SealedHeader(header.raw, header.digest, header.file_id)


def open_sealed(source: ReadsLines, target: Writes, identities: Sequence[Unwraps]) -> Header:
    """Write the plaintext to the target. Nothing is written before the header is proved.

    Raises HeaderFailure, NoMatch, HmacFailure, PayloadFailure, and OSError as the streams do.
    """
    header = read_header(source)
    stream.decrypt(source, target, _unwrap(header, identities))
    return header


def open_with_file_key(source: ReadsLines, target: Writes, file_key: bytes) -> Header:
    """The same for a reader whom the office gave the key of this one file. Raises as `open_sealed` does."""
    header = read_header(source)
    header.verify(file_key)
    stream.decrypt(source, target, file_key)
    return header


def unwrap_file_key(header: bytes, identities: Sequence[Unwraps]) -> bytes:
    """The file key of a whole header, its MAC checked. Raises HeaderFailure, NoMatch, HmacFailure."""
    source = io.BytesIO(header)
    parsed = read_header(source)
    if source.read(1):
        raise HeaderFailure("something follows the header")
    return _unwrap(parsed, identities)


def _unwrap(header: Header, identities: Sequence[Unwraps]) -> bytes:
    if len(header.stanzas) > 1 and any(stanza.kind == scrypt.KIND for stanza in header.stanzas):
        raise HeaderFailure("a passphrase stanza must stand alone")
    for identity in identities:
        file_key = identity.unwrap(header.stanzas)
        if file_key is not None:
            header.verify(file_key)
            return file_key
    raise NoMatch("none of the identities opens this file")
