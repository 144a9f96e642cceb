"""Tables of transfers, incidents and decisions, sealed files and archive records."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dlp.office.store.base import Base, Owned


class TransferRow(Owned, Base, kw_only=True):
    """One sending or receiving of one Document, as its agent reported it."""

    __tablename__ = "transfers"
    __table_args__ = (Index("ix_transfers_organisation_id", "organisation", "id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(index=True)
    send: Mapped[str]
    name: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(index=True)
    type: Mapped[str]
    direction: Mapped[str]
    group: Mapped[str] = mapped_column(index=True)
    person: Mapped[str] = mapped_column(index=True)
    program: Mapped[str]
    state: Mapped[str]
    level: Mapped[int]
    action: Mapped[str]
    complete: Mapped[bool]
    findings: Mapped[list[Any]]
    gaps: Mapped[list[Any]]
    because: Mapped[list[Any]]
    options: Mapped[list[Any]]
    policy: Mapped[str]
    rules: Mapped[str]
    at: Mapped[str] = mapped_column(index=True)
    report: Mapped[str]
    """Id of the report that told the above; of two reports the later one is believed."""
    detail: Mapped[str] = mapped_column(default="")


class OutcomeRow(Owned, Base, kw_only=True):
    """What an agent said did happen; kept also when the transfer itself is not known yet."""

    __tablename__ = "outcomes"
    __table_args__ = (UniqueConstraint("machine", "report"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    report: Mapped[str]
    transfer: Mapped[str] = mapped_column(index=True)
    state: Mapped[str]
    detail: Mapped[str]
    at: Mapped[str]
    ruling: Mapped[int | None]


class IncidentRow(Owned, Base, kw_only=True):
    """A Transfer that a person must look at."""

    __tablename__ = "incidents"
    __table_args__ = (Index("ix_incidents_queue", "state", "bundle", "rank"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    transfer: Mapped[str] = mapped_column(ForeignKey("transfers.id"), unique=True)
    state: Mapped[str] = mapped_column(index=True)
    opened: Mapped[str]
    rank: Mapped[str] = mapped_column(default="")
    """Four digits of risk, the sender's wish and the id turned round (``dlp.office.risk``); the queue is its falling
    order."""
    bundle: Mapped[str] = mapped_column(default="", index=True)
    """What the queue shows as one row: the Send, else the content's digest."""
    assigned: Mapped[str] = mapped_column(default="")
    """Account name of who looks at it."""


class ApprovalRow(Owned, Base, kw_only=True):
    """What one account said to one incident: the asking, the confirming, or the taking back."""

    __tablename__ = "approvals"

    id: Mapped[str] = mapped_column(primary_key=True)
    incident: Mapped[str] = mapped_column(ForeignKey("incidents.id"), index=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str]
    choice: Mapped[str]
    reason: Mapped[str]
    at: Mapped[str]
    standing: Mapped[bool] = mapped_column(default=True)
    """False once it was withdrawn or declined."""
    rule: Mapped[str] = mapped_column(default="")
    opens_until: Mapped[str] = mapped_column(default="")
    """What the asking says besides its reason; the confirming takes it over."""


class DecisionRow(Owned, Base, kw_only=True):
    """What ended an incident; also the standing approval for the same content until it expires."""

    __tablename__ = "decisions"

    incident: Mapped[str] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    choice: Mapped[str]
    by: Mapped[list[Any]]
    reason: Mapped[str]
    at: Mapped[str]
    expires: Mapped[str]
    rule: Mapped[str] = mapped_column(default="")
    """Of a false positive: the rule that was wrong."""
    opens_until: Mapped[str] = mapped_column(default="")
    """Of a release sealed to readers: when its key is handed out no longer."""


class RulingRow(Owned, Base, kw_only=True):
    """A Decision on its way down to the machine that keeps the file."""

    __tablename__ = "rulings"
    __table_args__ = (UniqueConstraint("machine", "sequence"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int]
    transfer: Mapped[str] = mapped_column(index=True)
    choice: Mapped[str]
    by: Mapped[list[Any]]
    reason: Mapped[str]
    expires: Mapped[str]
    at: Mapped[str]
    due: Mapped[str] = mapped_column(default="")
    """When it may go down; until then its decision can be taken back."""


class SealedRow(Owned, Base, kw_only=True):
    """An encrypted file that counts as ours, found by the digest of its header."""

    __tablename__ = "sealed_files"
    __table_args__ = (
        UniqueConstraint("organisation", "header_digest"),
        Index("ix_sealed_files_organisation_id", "organisation", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    file_id: Mapped[str] = mapped_column(index=True)
    header_digest: Mapped[str] = mapped_column(index=True)
    sha256: Mapped[str]
    sealed_sha256: Mapped[str]
    size: Mapped[int]
    name: Mapped[str]
    level: Mapped[int]
    group: Mapped[str]
    sender: Mapped[str]
    transfer: Mapped[str] = mapped_column(index=True)
    at: Mapped[str]
    expires: Mapped[str] = mapped_column(default="")
    revoked: Mapped[bool] = mapped_column(default=False)


class RecordRow(Owned, Base, kw_only=True):
    """An archived received file; the sealed object itself stays with the agent."""

    __tablename__ = "records"
    __table_args__ = (
        UniqueConstraint("organisation", "header_digest"),
        Index("ix_records_organisation_id", "organisation", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    transfer: Mapped[str] = mapped_column(index=True)
    object: Mapped[str]
    header_digest: Mapped[str] = mapped_column(index=True)
    file_id: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    size: Mapped[int]
    level: Mapped[int]
    account: Mapped[str]
    path_digest: Mapped[str]
    retain_until: Mapped[str]
    at: Mapped[str]
    held: Mapped[bool] = mapped_column(default=False)
    """Kept beyond its date until somebody ends the hold."""
    pruned: Mapped[str] = mapped_column(default="")
    """When its object was removed after its date; empty while it is kept."""
    verified: Mapped[str] = mapped_column(default="")
    """When its object was last read again; empty: not since it was stored."""
    sound: Mapped[bool] = mapped_column(default=True)
    """Whether that was what had been stored."""


class OpeningRow(Owned, Base, kw_only=True):
    """One try to open a sealed file or a record, released or refused."""

    __tablename__ = "openings"

    id: Mapped[str] = mapped_column(primary_key=True)
    header_digest: Mapped[str] = mapped_column(index=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    name: Mapped[str]
    outcome: Mapped[str]
    why: Mapped[str]
    at: Mapped[str] = mapped_column(index=True)
