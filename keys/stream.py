"""The payload of an age file: STREAM over ChaCha20-Poly1305 in chunks of 64 KiB (C2SP age.md, section Payload)."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keys.errors import HeaderFailure, PayloadFailure
from keys.pipes import Reads, Writes, read_full, write_all

CHUNK = 64 * 1024
TAG = 16
NONCE = 16


def encrypt(source: Reads, target: Writes, file_key: bytes) -> None:
    """Write nonce and chunks. Raises OSError as the streams do; memory stays at a few chunks."""
    nonce = os.urandom(NONCE)
    write_all(target, nonce)
    cipher = _cipher(file_key, nonce)
    counter = 0
    chunk = read_full(source, CHUNK)
    while True:
        # One chunk ahead: only the last carries the flag, and it is empty only when the whole payload is.
        following = read_full(source, CHUNK) if len(chunk) == CHUNK else b""
        write_all(target, cipher.encrypt(_nonce(counter, last=not following), chunk, None))
        if not following:
            return
        chunk = following
        counter += 1


def decrypt(source: Reads, target: Writes, file_key: bytes) -> None:
    """Write the plaintext of each chunk that proves itself.

    Raises HeaderFailure when even the nonce is cut, PayloadFailure at the first fault: the target then holds a true
    beginning of the file and must be thrown away, because a cut file looks like a whole one.
    """
    nonce = read_full(source, NONCE)
    if len(nonce) != NONCE:
        raise HeaderFailure("the file ends before its payload")
    cipher = _cipher(file_key, nonce)
    counter = 0
    last = False
    while not last:
        chunk = read_full(source, CHUNK + TAG)
        plain, last = _open_chunk(cipher, counter, chunk)
        write_all(target, plain)
        counter += 1
    if read_full(source, 1):
        raise PayloadFailure("something follows the end of the payload")


def _open_chunk(cipher: ChaCha20Poly1305, counter: int, chunk: bytes) -> tuple[bytes, bool]:
    """The plaintext of a chunk and whether it is the last. A full chunk may be either, so its tag decides."""
    if len(chunk) < TAG:
        raise PayloadFailure("the payload is cut")
    for last in (False, True) if len(chunk) == CHUNK + TAG else (True,):
        try:
            plain = cipher.decrypt(_nonce(counter, last=last), chunk, None)
        except InvalidTag:
            continue
        if not plain and counter:
            raise PayloadFailure("the last chunk is empty")
        return plain, last
    raise PayloadFailure("the payload was altered or cut")


def _cipher(file_key: bytes, nonce: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(HKDF(SHA256(), 32, salt=nonce, info=b"payload").derive(file_key))


def _nonce(counter: int, *, last: bool) -> bytes:
    return counter.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
