"""The header of an age file: stanzas that wrap the file key, and a MAC over them (C2SP age.md, section Header)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keys.base64 import decode_bare, encode_bare
from keys.errors import HeaderFailure, HmacFailure
from keys.pipes import ReadsLines

VERSION = b"age-encryption.org/v1\n"
COLUMNS = 64
FILE_KEY = 16
FILE_ID = 16
FILE_ID_STANZA = "file-id-grease"
"""Unknown to age tools, which by the format pass over it; the header MAC covers it all the same."""
# A stranger's file must not make us read without end: 1,000 X25519 recipients take about 100 kB.
LONGEST = 256 * 1024
MOST_STANZAS = 1_024


@dataclass(frozen=True, slots=True)
class Stanza:
    """One way to the file key: the kind and further arguments, and the body."""

    kind: str
    arguments: tuple[str, ...]
    body: bytes

    def encode(self) -> bytes:
        """The stanza as it stands in a header."""
        text = encode_bare(self.body)
        # A body of a whole number of lines ends with an empty one: the short line marks the end.
        lines = [text[start : start + COLUMNS] for start in range(0, len(text) + 1, COLUMNS)]
        return "\n".join([" ".join(("->", self.kind, *self.arguments)), *lines, ""]).encode("ascii")


@dataclass(frozen=True, slots=True)
class Header:
    """A well-formed header. Nothing in it is proved until `unwrap_file_key` has checked its MAC."""

    raw: bytes
    stanzas: tuple[Stanza, ...]
    mac: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the header with its MAC line, in hex: the name under which the office registers the file."""
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def file_id(self) -> str:
        """The random file id in hex; empty when the file carries none, so is not one of ours."""
        found = [stanza.body for stanza in self.stanzas if stanza.kind == FILE_ID_STANZA]
        return found[0].hex() if len(found) == 1 and len(found[0]) == FILE_ID else ""

    def verify(self, file_key: bytes) -> None:
        """Raises HmacFailure unless the MAC was made with this file key over exactly these bytes."""
        covered = self.raw[: self.raw.rindex(b"---") + 3]
        if not hmac.compare_digest(_mac(covered, file_key), self.mac):
            raise HmacFailure("the header was altered")


def build(stanzas: Sequence[Stanza], file_key: bytes) -> Header:
    """The header of these stanzas under the MAC of the file key."""
    covered = VERSION + b"".join(stanza.encode() for stanza in stanzas) + b"---"
    mac = _mac(covered, file_key)
    return Header(covered + b" " + encode_bare(mac).encode("ascii") + b"\n", tuple(stanzas), mac)


def read_header(source: ReadsLines) -> Header:
    """Read a header and leave the source at the payload. Raises HeaderFailure; reads at most 256 KiB."""
    lines = _Lines(source)
    if lines.next() != VERSION[:-1]:
        raise HeaderFailure("not an age v1 file")
    stanzas: list[Stanza] = []
    line = lines.next()
    while line.startswith(b"-> "):
        if len(stanzas) == MOST_STANZAS:
            raise HeaderFailure(f"more than {MOST_STANZAS} stanzas")
        stanzas.append(_stanza(line, lines))
        line = lines.next()
    if not stanzas or not line.startswith(b"--- "):
        raise HeaderFailure("a stanza or the header MAC was expected")
    mac = _decoded(line[4:])
    if len(mac) != SHA256.digest_size:
        raise HeaderFailure("the header MAC has the wrong length")
    return Header(bytes(lines.raw), tuple(stanzas), mac)


class _Lines:
    """The lines of a header, bounded, keeping the bytes as they came."""

    def __init__(self, source: ReadsLines) -> None:
        self._source = source
        self.raw = bytearray()

    def next(self) -> bytes:
        left = LONGEST - len(self.raw)
        line = self._source.readline(left) if left else b""
        self.raw += line
        if not line.endswith(b"\n"):
            raise HeaderFailure("the header is cut or too long")
        return line[:-1]


def _stanza(line: bytes, lines: _Lines) -> Stanza:
    arguments = line[3:].split(b" ")
    for argument in arguments:
        if not argument or any(not 0x21 <= byte <= 0x7E for byte in argument):
            raise HeaderFailure("a stanza argument is empty or not visible ASCII")
    body = bytearray()
    while True:
        part = lines.next()
        if len(part) > COLUMNS:
            raise HeaderFailure("a stanza line is too long")
        body += part
        if len(part) < COLUMNS:
            kind, *rest = (argument.decode("ascii") for argument in arguments)
            return Stanza(kind, tuple(rest), _decoded(bytes(body)))


def _decoded(text: bytes) -> bytes:
    try:
        return decode_bare(text)
    except ValueError as fault:
        raise HeaderFailure("base64 in the header is malformed") from fault


def _mac(covered: bytes, file_key: bytes) -> bytes:
    key = HKDF(SHA256(), 32, salt=None, info=b"header").derive(file_key)
    return hmac.digest(key, covered, "sha256")
