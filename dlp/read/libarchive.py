"""RAR, CAB and others through the system's libarchive, where there is one; else a Gap that says so.

Loaded by the names it has on the systems we know: looking it up by ``ctypes.util`` starts programs, which a confined
process cannot. Interface: libarchive 3 (archive.h).
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from typing import Any

from classifiers.model import Block, GapReason, Region
from dlp.read import unpacked
from dlp.read.archive import legacy
from dlp.read.visit import Parts, Visit

_LIBRARIES = {
    "linux": ("libarchive.so.13",),
    "darwin": ("libarchive.13.dylib", "libarchive.dylib", "/usr/lib/libarchive.dylib"),
}
_OK, _END, _WARN = 0, 1, -20
_REGULAR = 0o100000
_ENCRYPTED = ("encrypt", "passphrase", "password")


def available() -> bool:
    """Whether this machine has a reader for RAR and CAB; ``dlp doctor`` tells it."""
    return _library() is not None


def _library() -> Any | None:  # noqa: ANN401 - ctypes
    for name in _LIBRARIES.get(sys.platform, ("archive.dll",)):
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        for call in ("archive_read_new", "archive_entry_pathname", "archive_error_string"):
            getattr(library, call).restype = ctypes.c_void_p if call == "archive_read_new" else ctypes.c_char_p
        library.archive_read_data.restype = ctypes.c_ssize_t
        library.archive_entry_size.restype = ctypes.c_int64
        return library
    return None


def read(visit: Visit) -> Parts:
    """Every member in the order of the archive."""
    library = _library()
    if library is None:
        yield visit.unread(GapReason.NO_READER, "libarchive")
        return
    visit.budget.held(visit.source.size)
    content = visit.source.all()
    archive = ctypes.c_void_p(library.archive_read_new())
    try:
        library.archive_read_support_filter_all(archive)
        library.archive_read_support_format_all(archive)
        if library.archive_read_open_memory(archive, content, ctypes.c_size_t(len(content))) != _OK:
            yield visit.unread(*_problem(library, archive))
            return
        yield from _members(visit, library, archive)
    finally:
        library.archive_read_free(archive)


def _members(visit: Visit, library: Any, archive: Any) -> Parts:  # noqa: ANN401
    entry = ctypes.c_void_p()
    while (result := library.archive_read_next_header(archive, ctypes.byref(entry))) != _END:
        if result < _WARN:
            yield visit.unread(*_problem(library, archive))
            return
        name = legacy(library.archive_entry_pathname(entry) or b"")
        if library.archive_entry_filetype(entry) & 0o170000 != _REGULAR:
            yield Block(name, visit.place(Region.FILE_NAME, part=name))
            continue
        stream = _Stream(library, archive)
        try:
            size = library.archive_entry_size(entry)
            yield from unpacked.read(visit, name, stream, size, visit.source.size)
        except _Broken:
            yield Block(name, visit.place(Region.FILE_NAME, part=name))
            reason, detail = _problem(library, archive)
            yield visit.unread(reason, detail, part=name)


class _Broken(Exception):
    pass


class _Stream:
    def __init__(self, library: Any, archive: Any) -> None:  # noqa: ANN401
        self._library, self._archive = library, archive

    def read(self, size: int, /) -> bytes:
        buffer = ctypes.create_string_buffer(size)
        count = self._library.archive_read_data(self._archive, buffer, ctypes.c_size_t(size))
        if count < 0:
            raise _Broken
        return buffer.raw[:count]


def _problem(library: Any, archive: Any) -> tuple[GapReason, str]:  # noqa: ANN401
    told = (library.archive_error_string(archive) or b"").decode("utf-8", "replace").lower()
    return (GapReason.ENCRYPTED if any(word in told for word in _ENCRYPTED) else GapReason.BROKEN), "libarchive"


def formats() -> Iterator[str]:
    """The media types that need it."""
    yield from ("application/vnd.rar", "application/vnd.ms-cab-compressed", "application/x-cpio", "application/x-lzh")
