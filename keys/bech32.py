"""Bech32 (BIP 173) without the length limit, the text form of age keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from keys.errors import BadKey

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_LENGTH = 6


def encode(prefix: str, content: bytes) -> str:
    """Lower-case Bech32 of the bytes under a lower-case prefix."""
    values = _regroup(content, 8, 5, pad=True)
    checksum = _polymod([*_expand(prefix), *values, *([0] * _CHECKSUM_LENGTH)]) ^ 1
    values += [(checksum >> 5 * (5 - position)) & 31 for position in range(_CHECKSUM_LENGTH)]
    return f"{prefix}1" + "".join(_ALPHABET[value] for value in values)


def decode(text: str) -> tuple[str, bytes]:
    """The prefix (lower case) and the bytes.

    Raises BadKey without repeating the text: it may be a secret key with a typing error in it.
    """
    if not text.isascii() or (text != text.lower() and text != text.upper()):
        raise BadKey("a key must be ASCII and all in one case")
    prefix, separator, rest = text.lower().rpartition("1")
    if not separator or not prefix or len(rest) < _CHECKSUM_LENGTH or any(mark not in _ALPHABET for mark in rest):
        raise BadKey("not a Bech32 key")
    values = [_ALPHABET.index(mark) for mark in rest]
    if _polymod([*_expand(prefix), *values]) != 1:
        raise BadKey("the checksum of the key is wrong: a character was mistyped")
    return prefix, bytes(_regroup(values[:-_CHECKSUM_LENGTH], 5, 8, pad=False))


def _polymod(values: Iterable[int]) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            checksum ^= generator if top >> bit & 1 else 0
    return checksum


def _expand(prefix: str) -> list[int]:
    return [ord(mark) >> 5 for mark in prefix] + [0] + [ord(mark) & 31 for mark in prefix]


def _regroup(values: bytes | Sequence[int], old: int, new: int, *, pad: bool) -> list[int]:
    held = bits = 0
    out = []
    for value in values:
        held = held << old | value
        bits += old
        while bits >= new:
            bits -= new
            out.append(held >> bits & (1 << new) - 1)
        held &= (1 << bits) - 1
    if pad and bits:
        out.append(held << new - bits & (1 << new) - 1)
    elif not pad and (bits >= old or held):
        raise BadKey("the padding of the key is wrong")
    return out
