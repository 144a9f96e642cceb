"""Parts of documents that this process has read before and that held nothing, known again by what is stored of them.

A template's theme, styles, layouts and empty headers travel with every document made from it. The same packed bytes
unpack to the same content, so such a part is read once by each process. Kept is a digest of each, and nothing of any
content. Only readers whose answer depends on a part's bytes and its content type alone may ask.
"""

from __future__ import annotations

import hashlib
import zipfile
from functools import cache

MOST = 16_384
"""Parts remembered, about 3 MB; the one remembered first is forgotten first."""
Key = tuple[bytes, int, int, int, str]


class Memory:
    """Digests of parts that hold nothing."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._keys: dict[Key, None] = {}

    def __contains__(self, key: Key) -> bool:
        return key in self._keys

    def add(self, key: Key) -> None:
        """This part was read whole and held nothing."""
        if len(self._keys) >= self._most:
            del self._keys[next(iter(self._keys))]
        self._keys[key] = None


def key(packed: bytes, entry: zipfile.ZipInfo, kind: str) -> Key:
    """By what a part is known again: its bytes, how the directory says they unpack, and what it is read as."""
    digest = hashlib.blake2b(packed, digest_size=32).digest()
    return digest, entry.compress_type, entry.file_size, entry.CRC, kind


@cache
def memory() -> Memory:
    """Of this process."""
    return Memory()
