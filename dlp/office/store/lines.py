"""Tables of the event chain, of the heads of agents' chains, and of the reports that were taken."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, MappedAsDataclass, mapped_column

from dlp.office.store.base import Base, Owned


class ChainRow(MappedAsDataclass, Base, kw_only=True):
    """The end of the office's chain; its row lock makes writers append one after the other."""

    __tablename__ = "chains"

    organisation: Mapped[str] = mapped_column(primary_key=True)
    machine: Mapped[str] = mapped_column(primary_key=True, default="")
    sequence: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(default="")


class EventRow(Owned, Base, kw_only=True):
    """One append-only, hash-chained line of what happened."""

    __tablename__ = "events"
    __table_args__ = (UniqueConstraint("organisation", "machine", "sequence"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int]
    at: Mapped[str]
    kind: Mapped[str] = mapped_column(index=True)
    actor: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    body: Mapped[str]
    """JSON as it was hashed, character for character."""
    previous: Mapped[str]
    hash: Mapped[str]


class HeadRow(Owned, Base, kw_only=True):
    """Where an agent's own chain stood; kept here so that a cut or rewritten chain there is found."""

    __tablename__ = "heads"
    __table_args__ = (UniqueConstraint("machine", "sequence"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int]
    hash: Mapped[str]
    at: Mapped[str]


class TakenRow(Owned, Base, kw_only=True):
    """A report that was taken or rejected, so that sending it again has no effect."""

    __tablename__ = "reports_taken"
    __table_args__ = (UniqueConstraint("machine", "report"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    report: Mapped[str]
    kind: Mapped[str]
    at: Mapped[str]
    problem: Mapped[str]
    """Empty where it was accepted."""
