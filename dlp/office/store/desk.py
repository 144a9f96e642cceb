"""Tables of what people do at their desks: remarks, rule hits, requests, sanctions, versions of policies."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from dlp.office.store.base import Base, Owned


class RemarkRow(Owned, Base, kw_only=True):
    """What somebody said about an incident: a reviewer's comment, or the sender's words."""

    __tablename__ = "remarks"

    id: Mapped[str] = mapped_column(primary_key=True)
    incident: Mapped[str] = mapped_column(ForeignKey("incidents.id"), index=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str]
    kind: Mapped[str]
    """comment, release (the sender asks for it) or wrong (the sender says that the verdict is wrong)."""
    text: Mapped[str]
    at: Mapped[str]


class HitRow(Owned, Base, kw_only=True):
    """A rule that fired in a transfer, so that rules can be counted without reading every transfer."""

    __tablename__ = "rule_hits"
    __table_args__ = (Index("ix_rule_hits_rule_at", "rule", "at"), Index("ix_rule_hits_at", "at"))

    transfer: Mapped[str] = mapped_column(ForeignKey("transfers.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[str]
    score: Mapped[int]


class RequestRow(Owned, Base, kw_only=True):
    """Something asked for that another person grants: an account, or a group."""

    __tablename__ = "requests"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """account or group."""
    name: Mapped[str]
    purpose: Mapped[str]
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    """Who asks."""
    by: Mapped[str]
    at: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    """open, approved or declined."""
    decided_by: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[str] = mapped_column(default="")


class SanctionRow(Owned, Base, kw_only=True):
    """One line of the sanction ledger (R3.3, R7.6, R9.5)."""

    __tablename__ = "sanctions"

    id: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    name: Mapped[str]
    grade: Mapped[str]
    basis: Mapped[str]
    by: Mapped[str]
    at: Mapped[str]
    until: Mapped[str] = mapped_column(default="")
    """Of a suspension: its end."""


class VersionRow(Owned, Base, kw_only=True):
    """One version of the organisation's policy; the one that is active was confirmed by a second person."""

    __tablename__ = "policy_versions"

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]
    digest: Mapped[str]
    text: Mapped[str]
    note: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    """draft, asked, active or old."""
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    """Who asks for it to become active; else who wrote it."""
    by: Mapped[str]
    at: Mapped[str]
    confirmed_by: Mapped[str] = mapped_column(default="")
    active_at: Mapped[str] = mapped_column(default="")
