"""Tables of what people do at their desks: remarks, rule hits, requests, sanctions, versions of policy and packs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
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
    """draft, asked, active, old or discarded."""
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    """Who asks for it to become active; else who wrote it."""
    by: Mapped[str]
    at: Mapped[str]
    confirmed_by: Mapped[str] = mapped_column(default="")
    active_at: Mapped[str] = mapped_column(default="")
    name: Mapped[str] = mapped_column(default="")
    """Of the organisation's own pack; empty: the policy."""


class EditionRow(Owned, Base, kw_only=True):
    """What every machine shall judge with, signed, as it goes down the link; the highest sequence counts."""

    __tablename__ = "editions"
    __table_args__ = (UniqueConstraint("organisation", "sequence"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int]
    at: Mapped[str]
    policy: Mapped[str]
    """Digest of the policy in it; empty where it has none."""
    content: Mapped[dict[str, Any]]
    """``dlp.edition.Edition`` as JSON."""


class ForceRow(Owned, Base, kw_only=True):
    """What a machine judges with, as it last said; its ``machine`` is whose row it is."""

    __tablename__ = "machine_forces"

    id: Mapped[str] = mapped_column(ForeignKey("machines.id"), primary_key=True)
    policy: Mapped[str]
    rules: Mapped[str]
    edition: Mapped[int]
    since: Mapped[str]
    """When policy or rules last changed there, by that machine's clock."""
    at: Mapped[str]
    report: Mapped[str]
    refused: Mapped[int] = mapped_column(default=0)
    """Number of a newer edition that it refused."""
    problem_en: Mapped[str] = mapped_column(default="")
    problem_zh: Mapped[str] = mapped_column(default="")
