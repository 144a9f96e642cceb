"""Programs: what their version resource says, and a Gap, since a program can hold anything."""

from __future__ import annotations

from classifiers.model import Block, Region
from dlp.read import registry, salvage
from dlp.read.visit import Parts, Visit

_LOOKED_AT = 64 * 1024 * 1024
_VERSION = "VS_VERSION_INFO".encode("utf-16-le")
_LENGTH = 8192


def read(visit: Visit) -> Parts:
    """Company, description, product and the like of a Windows program (VS_VERSIONINFO), then the Gap."""
    head = visit.source.head(_LOOKED_AT)
    if (at := head.find(_VERSION)) >= 0 and (texts := list(salvage.strings(head[at : at + _LENGTH]))):
        yield Block("\n".join(texts), visit.place(Region.METADATA, part="version"))
    yield from registry.unknown(visit)
