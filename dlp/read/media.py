"""Sound, film and fonts: no text by nature, or text nobody listened to."""

from __future__ import annotations

from classifiers.model import GapReason
from dlp.read.visit import Parts, Visit

_REASONS = {"audio": GapReason.AUDIO, "video": GapReason.VIDEO, "font": GapReason.FONT}


def read(visit: Visit) -> Parts:
    """A Gap for the whole; a font that lies inside a document covers nothing of it."""
    reason = _REASONS[visit.media_type.partition("/")[0]]
    covers = visit.source.coverage if visit.source.coverage is not None else 0.0 if reason is GapReason.FONT else 1.0
    yield visit.unseen(reason, covers, visit.source.size)
