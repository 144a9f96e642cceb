"""Single compressed files: gzip, bzip2, xz, zstd. What is inside is a document of its own, a tar most often."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, BinaryIO

from classifiers.model import GapReason
from dlp.read import unpacked
from dlp.read.visit import Parts, Visit

_CHUNK = 1 << 16
_SUFFIX = re.compile(r"\.(?:gz|bz2|xz|zst|zstd|lzma)$", re.IGNORECASE)
_SHORT = re.compile(r"\.(?:tgz|tbz2?|txz|tzst)$", re.IGNORECASE)


def read(visit: Visit) -> Parts:
    """The one document inside, by its name without the suffix."""
    name = _SHORT.sub(".tar", _SUFFIX.sub("", visit.source.name)) if visit.source.name else "content"
    visit.source.file.seek(0)
    try:
        stream = _Streams(visit.source.file, _decompressor(visit.media_type))
        yield from unpacked.read(visit, name, stream, 0, visit.source.size)
    except Exception as error:  # noqa: BLE001 - zstd's error exists only where zstd does
        yield visit.unread(GapReason.BROKEN, type(error).__name__)


def _decompressor(media_type: str) -> Callable[[], Any]:
    if media_type == "application/gzip":
        return _Gzip
    if media_type == "application/x-bzip2":
        import bz2

        return bz2.BZ2Decompressor
    if media_type == "application/x-xz":
        import lzma

        return lzma.LZMADecompressor
    decompressor: Callable[[], Any] = _zstd_module().ZstdDecompressor
    return decompressor


class _Gzip:
    """What the decompressors of the other kinds are, for gzip."""

    def __init__(self) -> None:
        import zlib

        self._inner = zlib.decompressobj(31)
        self.eof, self.needs_input, self.unused_data = False, True, b""

    def decompress(self, content: bytes, most: int) -> bytes:
        """At most so many bytes."""
        found = self._inner.decompress(self._inner.unconsumed_tail + content, most)
        self.eof, self.unused_data = self._inner.eof, self._inner.unused_data
        self.needs_input = not self._inner.unconsumed_tail
        return found


class _Streams:
    """Compressed streams one behind the other; what follows them and is none is an error.

    The files of bz2 and lzma say nothing there, and end; that of gzip gives nothing of what came before.
    """

    def __init__(self, file: BinaryIO, new: Callable[[], Any]) -> None:
        self._file, self._new, self._at = file, new, new()

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end."""
        while True:
            if self._at.eof:
                rest = self._at.unused_data or self._file.read(_CHUNK)
                while rest and not rest.strip(b"\0"):
                    rest = self._file.read(_CHUNK)
                if not rest:
                    return b""
                self._at = self._new()
            elif not self._at.needs_input:
                rest = b""
            elif not (rest := self._file.read(_CHUNK)):
                raise EOFError
            if found := bytes(self._at.decompress(rest, size)):
                return found


def _zstd_module() -> Any:  # noqa: ANN401 - part of the standard library from Python 3.14 on
    try:
        from compression import zstd  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        from backports import zstd
    return zstd
