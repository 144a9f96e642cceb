"""Which reader reads which media type. A format is one small module with ``read(visit)`` and one line here."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import cache, lru_cache
from typing import cast

from classifiers.model import Block, GapReason
from dlp.read.visit import Parts, Visit

Reader = Callable[[Visit], Parts]

OOXML = "application/vnd.openxmlformats-officedocument"
READERS: tuple[tuple[str, str], ...] = (
    # media type, or its beginning with a star; module in dlp.read
    ("text/html", "html"),
    ("text/xml", "xml"),
    ("image/svg+xml", "xml"),
    ("text/*", "text"),
    ("message/rfc822", "mail"),
    ("application/mbox", "mbox"),
    ("application/zip", "archive"),
    ("application/epub+zip", "archive"),
    ("application/vnd.oasis.opendocument.*", "odf"),
    ("application/vnd.sun.xml.*", "odf"),
    ("application/x-tar", "tar"),
    ("application/gzip", "compressed"),
    ("application/x-bzip2", "compressed"),
    ("application/x-xz", "compressed"),
    ("application/zstd", "compressed"),
    ("application/x-7z-compressed", "sevenzip"),
    ("application/vnd.rar", "libarchive"),
    ("application/vnd.ms-cab-compressed", "libarchive"),
    ("application/rtf", "rtf"),
    ("application/x-ole-storage", "compound"),
    ("application/msword", "compound"),
    ("application/vnd.ms-excel", "compound"),
    ("application/vnd.ms-powerpoint", "compound"),
    ("application/vnd.ms-outlook", "compound"),
    ("application/pdf", "pdf"),
    ("application/ofd", "ofd"),
    (f"{OOXML}.wordprocessingml.document", "word"),
    (f"{OOXML}.spreadsheetml.sheet", "workbook"),
    (f"{OOXML}.presentationml.presentation", "slides"),
    ("application/vnd.openxmlformats-package", "office"),
    ("application/applefile", "apple"),
    ("application/vnd.microsoft.portable-executable", "program"),
    ("application/x-ds-store", "strings"),
    ("image/emf", "drawn"),
    ("image/wmf", "drawn"),
    ("image/*", "picture"),
    ("audio/*", "media"),
    ("video/*", "media"),
    ("font/*", "media"),
)
_LOOKED_AT = 1 << 20
_DOCUMENTS = ("application/vnd.ms-", "application/msword", "application/vnd.wordperfect", "application/vnd.lotus")
"""What libmagic knows as documents and nothing here reads: their runs of characters are told, marked as salvage."""
ENCRYPTED = "encrypted"
"""Parameter of the media type of a file whose outside already tells that it is encrypted."""


# Asked for each part of every document.
@lru_cache(maxsize=256)
def reader(media_type: str) -> Reader:
    """The reader for a media type; for types that none reads, one that says so as a Gap."""
    plain, _, parameter = media_type.partition("; ")
    if parameter == ENCRYPTED:
        return _encrypted
    table = _table()
    starred = (name for name in table if name.endswith("*") and plain.startswith(name[:-1]))
    module = table.get(plain) or next((table[name] for name in starred), None)
    if module is None:
        return unknown
    return cast(Reader, importlib.import_module(f"dlp.read.{module}").read)


@cache
def _table() -> dict[str, str]:
    return dict(READERS)


def _encrypted(visit: Visit) -> Parts:
    yield visit.unread(GapReason.ENCRYPTED, visit.media_type)


def unknown(visit: Visit) -> Parts:
    """A Gap for what none reads, with what libmagic takes it for."""
    # Nothing but empty bytes is nothing: Office leaves such parts behind.
    head = visit.source.file.read(_LOOKED_AT) if visit.source.size else b""
    if not head.strip(b"\0\xff"):
        return
    from dlp.read import salvage, second_vote

    vote = second_vote.of(visit.source)
    if vote.startswith(_DOCUMENTS) and (texts := list(salvage.strings(head))):
        yield Block("\n".join(texts), visit.place(part="salvage"))
    yield visit.unread(GapReason.UNKNOWN_TYPE, vote or visit.media_type)
