"""Single compressed files: gzip, bzip2, xz, zstd. What is inside is a document of its own, a tar most often."""

from __future__ import annotations

import io
import lzma
import re
from collections.abc import Callable
from typing import Any, BinaryIO

from classifiers.model import GapReason
from dlp.read import unpacked
from dlp.read.visit import Parts, Visit

_SUFFIX = re.compile(r"\.(?:gz|bz2|xz|zst|zstd|lzma)$", re.IGNORECASE)
_SHORT = re.compile(r"\.(?:tgz|tbz2?|txz|tzst)$", re.IGNORECASE)


def read(visit: Visit) -> Parts:
    """The one document inside, by its name without the suffix."""
    name = _SHORT.sub(".tar", _SUFFIX.sub("", visit.source.name)) if visit.source.name else "content"
    visit.source.file.seek(0)
    try:
        with _open(visit.media_type)(visit.source.file) as stream:
            yield from unpacked.read(visit, name, stream, 0, visit.source.size)
    except Exception as error:  # noqa: BLE001 - zstd's error exists only where zstd does
        yield visit.unread(GapReason.BROKEN, type(error).__name__)


def _open(media_type: str) -> Callable[[BinaryIO], Any]:
    if media_type == "application/gzip":
        import gzip

        return lambda file: gzip.GzipFile(fileobj=file)
    if media_type == "application/x-bzip2":
        import bz2

        return bz2.BZ2File
    return lzma.LZMAFile if media_type == "application/x-xz" else _zstd


def _zstd(file: BinaryIO) -> io.BufferedIOBase:
    opened: io.BufferedIOBase = _zstd_module().ZstdFile(file)
    return opened


def _zstd_module() -> Any:  # noqa: ANN401 - part of the standard library from Python 3.14 on
    try:
        from compression import zstd  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        from backports import zstd
    return zstd
