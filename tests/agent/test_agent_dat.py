"""WeChat's picture files: what is decoded is the picture byte for byte, and what cannot be is said."""

from __future__ import annotations

import struct

import pytest
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, settings
from hypothesis import strategies as st

from dlp.received.dat import KEY, MAGICS, V1, V2, Form, decode, ending_of, tail_key_of

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 9 + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9


def v1(picture: bytes, aes: int, xor: int, key: int) -> bytes:
    """As WeChat 4 writes it."""
    pad = padding.PKCS7(128).padder()
    cipher = Cipher(algorithms.AES128(KEY), modes.ECB()).encryptor()
    head = cipher.update(pad.update(picture[:aes]) + pad.finalize()) + cipher.finalize()
    middle, tail = picture[aes : len(picture) - xor], picture[len(picture) - xor :]
    return V1 + struct.pack("<II", aes, xor) + b"\x01" + head + middle + bytes(byte ^ key for byte in tail)


@pytest.mark.parametrize("picture", [JPEG, PNG, b"GIF89a" + b"x" * 99])
@pytest.mark.parametrize("key", [1, 0x5A, 0xFF])
def test_a_picture_under_one_byte(picture: bytes, key: int) -> None:
    found = decode(bytes(byte ^ key for byte in picture))
    assert (found.form, found.content) == (Form.XOR, picture)


@given(st.integers(0, 1200), st.integers(2, 900), st.integers(1, 255))
@settings(max_examples=60)
def test_v1_comes_back_byte_for_byte(aes: int, xor: int, key: int) -> None:
    raw = v1(JPEG, max(4, aes), xor, key)
    assert decode(raw).content == JPEG
    assert tail_key_of(raw) == key
    assert decode(v1(PNG, max(8, aes), xor, key), key).content == PNG


def test_v1_of_another_type_needs_the_accounts_byte() -> None:
    assert decode(v1(PNG, 1024, 100, 7)).content is None
    assert decode(v1(PNG, 1024, 0, 7)).content == PNG


def test_v2_is_not_decoded_and_said() -> None:
    assert decode(V2 + b"\0" * 100).form is Form.V2
    assert decode(V2 + b"\0" * 100).content is None


@given(st.binary(max_size=200))
def test_anything_else_is_unknown_or_a_picture(raw: bytes) -> None:
    for start in (b"", V1, V2):
        found = decode(start + raw)
        assert found.content is None or found.content.startswith(MAGICS)


def test_endings() -> None:
    assert [ending_of(content) for content in (JPEG, PNG, b"GIF89a", b"wxgf..")] == [".jpg", ".png", ".gif", ".wxgf"]
