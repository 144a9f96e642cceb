"""All tables by one import, so that the metadata is whole wherever it is asked for."""

from __future__ import annotations

from dlp.office.store.base import Base
from dlp.office.store.desk import EditionRow, ForceRow, HitRow, RemarkRow, RequestRow, SanctionRow, VersionRow
from dlp.office.store.files import (
    ApprovalRow,
    DecisionRow,
    IncidentRow,
    OpeningRow,
    OutcomeRow,
    RecordRow,
    RulingRow,
    SealedRow,
    TransferRow,
)
from dlp.office.store.lines import ChainRow, EventRow, HeadRow, TakenRow
from dlp.office.store.people import (
    AccountRow,
    GroupRow,
    LinkRow,
    MachineRow,
    MemberRow,
    OrganisationRow,
    SessionRow,
)

__all__ = [
    "AccountRow",
    "ApprovalRow",
    "Base",
    "ChainRow",
    "DecisionRow",
    "EditionRow",
    "EventRow",
    "ForceRow",
    "GroupRow",
    "HeadRow",
    "HitRow",
    "IncidentRow",
    "LinkRow",
    "MachineRow",
    "MemberRow",
    "OpeningRow",
    "OrganisationRow",
    "OutcomeRow",
    "RecordRow",
    "RemarkRow",
    "RequestRow",
    "RulingRow",
    "SanctionRow",
    "SealedRow",
    "SessionRow",
    "TakenRow",
    "TransferRow",
    "VersionRow",
]
