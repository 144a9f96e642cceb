"""ULIDs: ids that sort by the time they were made (github.com/ulid/spec), 26 characters of Crockford's base 32."""

from __future__ import annotations

import os
import time

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 26


def new() -> str:
    """A new id: 48 bits of milliseconds, 20 bits of nanoseconds inside them and 60 random bits.

    The nanoseconds stand where the format has randomness, so that ids of one process rise without any state kept.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    number = milliseconds << 80 | rest << 60 | int.from_bytes(os.urandom(8)) >> 4
    return "".join(ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
