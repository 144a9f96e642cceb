"""Why something was done: demanded, and written into the event itself, so that the chain's hash covers the words.

Reasons of decisions on incidents stay with the incident: they may quote what was found, and an event never does. Of
those the event holds the SHA-256.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from dlp.errors import UsageError
from dlp.language import Say
from dlp.office.store.tables import EventRow

LONGEST_REASON = 2000
"""Characters; what is longer is cut."""
MISSING = Say("a reason is missing", "缺少理由")
ASK = Say("say in one sentence why", "请用一句话说明理由")
MOST_DEEDS = 100


@dataclass(frozen=True, slots=True)
class Deed:
    """Who did what to a thing, when and why."""

    kind: str
    """Of the event."""
    subject: str
    by: str
    at: str
    reason: str
    """Empty where none is asked for, and in events of before reasons were kept."""


def given(reason: str) -> str:
    """The reason as the event keeps it. Raises UsageError where there is none."""
    if not (kept := reason.strip()[:LONGEST_REASON]):
        raise UsageError(MISSING, ASK)
    return kept


def said(reason: str) -> dict[str, str]:
    """What an event holds of a reason that may be left out."""
    return {"reason": kept} if (kept := reason.strip()[:LONGEST_REASON]) else {}


def digested(reason: str) -> dict[str, str]:
    """What an event holds of a reason whose words stay with the incident: whether they are still the same."""
    return {"reason_sha256": hashlib.sha256(reason.encode("utf-8", "replace")).hexdigest()} if reason else {}


def deeds(session: Session, organisation: str, subject: str, *kinds: str) -> tuple[Deed, ...]:
    """What was done to a thing (to anything, without a subject), newest first, at most 100."""
    asked = select(EventRow).where(EventRow.organisation == organisation, EventRow.machine == "")
    asked = asked.where(EventRow.kind.in_(kinds), *([EventRow.subject == subject] if subject else []))
    rows = session.scalars(asked.order_by(EventRow.sequence.desc()).limit(MOST_DEEDS))
    return tuple(
        Deed(row.kind, row.subject, row.actor, row.at, str(json.loads(row.body).get("reason", ""))) for row in rows
    )
