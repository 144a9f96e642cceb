"""Sound, film and fonts: what they say about themselves in words; the rest is no text, or text nobody listened to."""

from __future__ import annotations

import struct

from classifiers.model import GapReason
from dlp.read import media_notes
from dlp.read.visit import Parts, Visit

_REASONS = {"audio": GapReason.AUDIO, "video": GapReason.VIDEO, "font": GapReason.FONT}


def read(visit: Visit) -> Parts:
    """Its notes, then a Gap for the whole; a font that lies inside a document covers nothing of it."""
    try:
        for name, text in dict.fromkeys(media_notes.texts(visit.source.file, visit.source.size)):
            yield from visit.property(name, text.replace("\0", " ").strip())
    except (struct.error, OSError, ValueError) as error:
        yield visit.unread(GapReason.BROKEN, f"notes: {type(error).__name__}", 0.0)
    reason = _REASONS[visit.media_type.partition("/")[0]]
    covers = visit.source.coverage if visit.source.coverage is not None else 0.0 if reason is GapReason.FONT else 1.0
    yield visit.unseen(reason, covers, visit.source.size)
