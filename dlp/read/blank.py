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
"""Parts remembered, about 4 MB; the one remembered first is forgotten first."""
_Key = tuple[int, int, int, int, str]


class Memory:
    """Digests of parts that hold nothing."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._digests: dict[_Key, bytes] = {}

    def holds(self, packed: bytes, entry: zipfile.ZipInfo, kind: str) -> bool:
        """Whether a part of these very bytes, read as this kind, held nothing."""
        # Most parts are told apart by size and check sum; those alone prove nothing, as both can be made to fit.
        known = self._digests.get(_key(entry, kind))
        return known is not None and known == hashlib.sha256(packed).digest()

    def add(self, packed: bytes, entry: zipfile.ZipInfo, kind: str) -> None:
        """This part was read whole and held nothing."""
        if len(self._digests) >= self._most:
            del self._digests[next(iter(self._digests))]
        self._digests[_key(entry, kind)] = hashlib.sha256(packed).digest()


def _key(entry: zipfile.ZipInfo, kind: str) -> _Key:
    return entry.CRC, entry.file_size, entry.compress_size, entry.compress_type, kind


@cache
def memory() -> Memory:
    """Of this process."""
    return Memory()
