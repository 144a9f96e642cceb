"""The payload of an age file: STREAM over ChaCha20-Poly1305 in chunks of 64 KiB (C2SP age.md, section Payload)."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keys.conveyor import Block, Made, convey
from keys.errors import HeaderFailure, PayloadFailure
from keys.pipes import Reads, Writes, read_full, write_all

CHUNK = 64 * 1024
TAG = 16
NONCE = 16
SEALED = CHUNK + TAG
BLOCK = 8
"""Chunks that travel together: a system call for each chunk alone costs a fifth of the speed."""


def encrypt(source: Reads, target: Writes, file_key: bytes) -> None:
    """Write nonce and chunks. Raises OSError as the streams do; memory stays at a few blocks."""
    nonce = os.urandom(NONCE)
    write_all(target, nonce)
    cipher = _cipher(file_key, nonce)
    convey(source, target, BLOCK * CHUNK, BLOCK * SEALED, lambda block, room: _seal_block(cipher, block, room))


def decrypt(source: Reads, target: Writes, file_key: bytes) -> None:
    """Write the plaintext of each chunk that proves itself.

    Raises HeaderFailure when even the nonce is cut, PayloadFailure at the first fault: the target then holds a true
    beginning of the file and must be thrown away, because a cut file looks like a whole one.
    """
    nonce = read_full(source, NONCE)
    if len(nonce) != NONCE:
        raise HeaderFailure("the file ends before its payload")
    cipher = _cipher(file_key, nonce)
    convey(source, target, BLOCK * SEALED, BLOCK * SEALED, lambda block, room: _open_block(cipher, block, room))


def _seal_block(cipher: ChaCha20Poly1305, block: Block, room: memoryview) -> Made:
    content = memoryview(block.content)
    counter, done, taken = block.index * BLOCK, 0, 0
    while True:
        chunk = content[taken : taken + CHUNK]
        taken += CHUNK
        # Only the very last chunk carries the flag, and it is empty only when the whole payload is.
        last = block.last and taken >= len(content)
        done += cipher.encrypt_into(_nonce(counter, last=last), chunk, None, room[done : done + len(chunk) + TAG])
        counter += 1
        if taken >= len(content):
            return Made(done)


def _open_block(cipher: ChaCha20Poly1305, block: Block, room: memoryview) -> Made:
    """The plaintext of the chunks up to the first that does not prove itself; the room behind it holds rubbish."""
    content = memoryview(block.content)
    counter, done, taken = block.index * BLOCK, 0, 0
    while True:
        chunk = content[taken : taken + SEALED]
        taken += len(chunk)
        try:
            size, last = _open_chunk(cipher, counter, chunk, room[done:])
        except PayloadFailure as fault:
            return Made(done, fault)
        done += size
        counter += 1
        if last and (taken < len(content) or not block.last):
            return Made(done, PayloadFailure("something follows the end of the payload"))
        if last or (taken == len(content) and not block.last):
            return Made(done)


def _open_chunk(cipher: ChaCha20Poly1305, counter: int, chunk: memoryview, room: memoryview) -> tuple[int, bool]:
    """How many bytes a chunk holds and whether it is the last. A full chunk may be either, so its tag decides."""
    size = len(chunk) - TAG
    if size < 0:
        raise PayloadFailure("the payload is cut")
    for last in (False, True) if size == CHUNK else (True,):
        try:
            cipher.decrypt_into(_nonce(counter, last=last), chunk, None, room[:size])
        except InvalidTag:
            continue
        if not size and counter:
            raise PayloadFailure("the last chunk is empty")
        return size, last
    raise PayloadFailure("the payload was altered or cut")


def _cipher(file_key: bytes, nonce: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(HKDF(SHA256(), 32, salt=nonce, info=b"payload").derive(file_key))


def _nonce(counter: int, *, last: bool) -> bytes:
    return counter.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
