"""Which reader reads which media type. A format is one small module with ``read(visit)`` and one line here."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import cast

from classifiers.model import GapReason
from dlp.read.visit import Parts, Visit

Reader = Callable[[Visit], Parts]

OOXML = "application/vnd.openxmlformats-officedocument"
READERS: tuple[tuple[str, str], ...] = (
    # media type, or its beginning with a star; module in dlp.read
    ("text/html", "html"),
    ("text/*", "text"),
    ("message/rfc822", "mail"),
    ("application/zip", "archive"),
    ("application/pdf", "pdf"),
    ("application/ofd", "ofd"),
    (f"{OOXML}.wordprocessingml.document", "word"),
    (f"{OOXML}.spreadsheetml.sheet", "workbook"),
    (f"{OOXML}.presentationml.presentation", "slides"),
    ("image/*", "picture"),
    ("audio/*", "media"),
    ("video/*", "media"),
    ("font/*", "media"),
)
ENCRYPTED = "encrypted"
"""Parameter of the media type of a file whose outside already tells that it is encrypted."""


def reader(media_type: str) -> Reader:
    """The reader for a media type; for types that none reads, one that says so as a Gap."""
    plain, _, parameter = media_type.partition("; ")
    if parameter == ENCRYPTED:
        return _encrypted
    module = _table().get(plain) or _table().get(plain.split("/")[0] + "/*")
    if module is None:
        return _unknown
    return cast(Reader, importlib.import_module(f"dlp.read.{module}").read)


def _table() -> dict[str, str]:
    return dict(READERS)


def _encrypted(visit: Visit) -> Parts:
    yield visit.unread(GapReason.ENCRYPTED, visit.media_type)


def _unknown(visit: Visit) -> Parts:
    if visit.source.size:
        yield visit.unread(GapReason.UNKNOWN_TYPE, visit.media_type)
