"""Members of a zip by their own headers, for archives whose directory is broken or does not name them all.

What a program that reads from the start would unpack is read too, so that it is judged; the Gap for the archive stays.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Container, Iterator

from classifiers.model import Block, Region
from dlp.read.visit import Parts, Visit

_HEADER = struct.Struct("<4s2xHH8xIIHH")
_MAGIC = b"PK\x03\x04"
_ENCRYPTED, _SIZES_BEHIND = 0x1, 0x8
_STORED, _DEFLATED = 0, 8
_MOST_MEMBERS = 10_000


def read(visit: Visit, known: Container[int] = ()) -> Parts:
    """Every member whose header begins at none of the places that are known."""
    visit.budget.held(visit.source.size)
    content, at = visit.source.all(), -1
    for _ in range(_MOST_MEMBERS):
        at = content.find(_MAGIC, at + 1)
        if at < 0 or at + _HEADER.size > len(content):
            return
        if at in known:
            continue
        _, flags, method, packed, _, length, extra = _HEADER.unpack_from(content, at)
        start = at + _HEADER.size + length + extra
        name = _name(content[at + _HEADER.size : at + _HEADER.size + length])
        if not name or flags & _ENCRYPTED or name.endswith("/"):
            yield Block(name, visit.place(Region.FILE_NAME, part=name))
            continue
        unpacked = b"".join(_unpacked(visit, content, start, method, 0 if flags & _SIZES_BEHIND else packed))
        yield from visit.inner(name, unpacked)


def _name(raw: bytes) -> str:
    from dlp.read.archive import legacy

    return legacy(raw)


def _unpacked(visit: Visit, content: bytes, start: int, method: int, packed: int) -> Iterator[bytes]:
    """What comes before the member breaks off; ``packed``: its bytes, 0 where they are not told before it."""
    if method == _DEFLATED:
        yield from visit.counted(_Inflated(content, start), len(content) - start)
        return
    following = content.find(b"PK", start)
    end = start + packed if packed else following if following >= 0 else len(content)
    found = content[start:end]
    visit.budget.unpacked(len(found))
    yield found if method == _STORED else b""


class _Inflated:
    """Deflated bytes as a stream that ends where they break."""

    def __init__(self, content: bytes, start: int) -> None:
        self._rest, self._inner = content[start:], zlib.decompressobj(-15)

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end or where nothing more can be unpacked."""
        try:
            found = self._inner.decompress(self._rest, size)
        except zlib.error:
            return b""
        self._rest = self._inner.unconsumed_tail
        return found
