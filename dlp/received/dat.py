"""WeChat's own picture files (``.dat``), decoded where that needs no key of the account.

3.x: the whole picture XOR one byte. 4.x V1: a 15-byte header, an AES-128-ECB head under a fixed key, a clear middle,
an XOR tail. 4.x V2 has a key per account inside the running WeChat, which is not taken out of it: the file is kept as
it is, and its picture counts as unseen. (Layouts: sjzar/chatlog pkg/util/dat2img, ylytdeng/wechat-decrypt.)
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import StrEnum

V1 = bytes.fromhex("070856310807")
V2 = bytes.fromhex("070856320807")
HEADER = 15
KEY = b"cfcd208495d565ef"
"""The same for every account: the first half of the MD5 of "0" in hex."""
BLOCK = 16
LARGEST = 64 * 1024 * 1024
"""Bytes; a larger one is kept as it is."""
JPEG_END = b"\xff\xd9"

MAGICS = (
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"GIF8",
    b"RIFF",
    b"II*\x00",
    b"MM\x00*",
    b"wxgf",
)
"""Beginnings of what a picture may be; BMP's two bytes would fit one file in 256 by chance."""


class Form(StrEnum):
    """Which of the forms a ``.dat`` has."""

    XOR = "xor"
    V1 = "v1"
    V2 = "v2"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Picture:
    """A ``.dat`` as far as it could be decoded."""

    form: Form
    content: bytes | None
    """None where it cannot be decoded here."""


def decode(raw: bytes, tail_key: int | None = None) -> Picture:
    """The picture in a ``.dat``. ``tail_key`` is the XOR byte of V1 tails, where a JPEG of the account gave it."""
    if raw.startswith(V2):
        return Picture(Form.V2, None)
    if raw.startswith(V1):
        return Picture(Form.V1, _v1(raw, tail_key))
    key = _xor_key(raw)
    if key is None:
        return Picture(Form.UNKNOWN, None)
    return Picture(Form.XOR, raw.translate(bytes(byte ^ key for byte in range(256))))


def tail_key_of(raw: bytes) -> int | None:
    """The XOR byte of V1 tails, from a small JPEG (``_t.dat``): its last two bytes are FF D9 under it."""
    if not raw.startswith((V1, V2)) or len(raw) < HEADER + 2:
        return None
    first, second = (raw[-2] ^ JPEG_END[0], raw[-1] ^ JPEG_END[1])
    return first if first == second else None


def _xor_key(raw: bytes) -> int | None:
    """The one byte under which the beginning is that of a picture; 0 is no key."""
    for magic in MAGICS:
        key = raw[0] ^ magic[0] if len(raw) > len(magic) else 0
        if key and all(raw[place] ^ key == byte for place, byte in enumerate(magic)):
            return key
    return None


def _v1(raw: bytes, tail_key: int | None) -> bytes | None:
    from cryptography.hazmat.primitives import padding
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    if len(raw) < HEADER + BLOCK:
        return None
    aes, xor = struct.unpack_from("<II", raw, len(V1))
    sealed = aes + BLOCK - aes % BLOCK  # PKCS#7 adds a whole block to a length that fits
    if HEADER + sealed + xor > len(raw):
        return None
    # The format's own mode, with a key that everybody knows: this hides nothing and is only undone here.
    cipher = Cipher(algorithms.AES128(KEY), modes.ECB()).decryptor()  # noqa: S305
    padded = cipher.update(raw[HEADER : HEADER + sealed]) + cipher.finalize()
    remover = padding.PKCS7(BLOCK * 8).unpadder()
    try:
        head = remover.update(padded) + remover.finalize()
    except ValueError:
        return None
    middle, tail = raw[HEADER + sealed : len(raw) - xor], raw[len(raw) - xor :] if xor else b""
    key = tail_key if tail_key is not None else _guess(head, tail)
    if tail and key is None:
        return None
    found = head + middle + tail.translate(bytes(byte ^ (key or 0) for byte in range(256)))
    return found if found.startswith(MAGICS) else None


def _guess(head: bytes, tail: bytes) -> int | None:
    """The XOR byte from the picture itself where it is a JPEG, which ends with FF D9."""
    if not head.startswith(MAGICS[0]) or len(tail) < 2:
        return None
    first, second = tail[-2] ^ JPEG_END[0], tail[-1] ^ JPEG_END[1]
    return first if first == second else None


def ending_of(content: bytes) -> str:
    """The file name ending of a decoded picture."""
    endings = (
        (b"\xff\xd8\xff", ".jpg"),
        (b"\x89PNG", ".png"),
        (b"GIF8", ".gif"),
        (b"RIFF", ".webp"),
        (b"wxgf", ".wxgf"),
    )
    return next((ending for magic, ending in endings if content.startswith(magic)), ".tif")
