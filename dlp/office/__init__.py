"""The office: people, machines, incidents, sealed files and who may open them, and the record of all of it.

``from dlp.office import Office`` is the door; every room hangs on it (``office.incidents``, ``office.opening``, …).
"""

from __future__ import annotations

from dlp.office.audit import Checkpoint, Event, EventFilter
from dlp.office.ground import KeystoreLike
from dlp.office.house import Office
from dlp.office.overview import Overview
from dlp.office.pages import Page
from dlp.office.people import Account, AccountState, Invited
from dlp.office.refusals import Conflict, NotFound, Refused
from dlp.office.rights import Right, Role, allowed
from dlp.office.views import (
    ArchiveRecord,
    Decision,
    Group,
    Incident,
    IncidentFilter,
    Machine,
    Offer,
    Opening,
    Sealed,
    Transfer,
    TransferFilter,
)

__all__ = [
    "Account",
    "AccountState",
    "ArchiveRecord",
    "Checkpoint",
    "Conflict",
    "Decision",
    "Event",
    "EventFilter",
    "Group",
    "Incident",
    "IncidentFilter",
    "Invited",
    "KeystoreLike",
    "Machine",
    "NotFound",
    "Offer",
    "Office",
    "Opening",
    "Overview",
    "Page",
    "Refused",
    "Right",
    "Role",
    "Sealed",
    "Transfer",
    "TransferFilter",
    "allowed",
]
