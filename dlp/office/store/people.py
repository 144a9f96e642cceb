"""Tables of organisations, people, sessions, machines and groups."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, MappedAsDataclass, mapped_column

from dlp.office.store.base import Base, Owned


class OrganisationRow(MappedAsDataclass, Base, kw_only=True):
    """The organisation whose office this is."""

    __tablename__ = "organisations"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    created: Mapped[str]
    name_key: Mapped[str]
    """Hex key of the digests by which events speak of file names."""
    settings: Mapped[dict[str, Any]]


class AccountRow(Owned, Base, kw_only=True):
    """A person; the password only as an Argon2id hash."""

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("organisation", "folded"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    folded: Mapped[str]
    """The name without case and width, so that no two people look alike."""
    title: Mapped[str]
    roles: Mapped[list[Any]]
    clearance: Mapped[str]
    state: Mapped[str]
    created: Mapped[str]
    password: Mapped[str] = mapped_column(default="")
    failed: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[str] = mapped_column(default="")
    last_sign_in: Mapped[str] = mapped_column(default="")
    department: Mapped[str] = mapped_column(default="")
    suspended_until: Mapped[str] = mapped_column(default="")
    """Until when this person sends nothing; empty: not suspended."""


class LinkRow(Owned, Base, kw_only=True):
    """A one-time link to set a password; only the hash of its token."""

    __tablename__ = "one_time_links"

    token: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    expires: Mapped[str]


class SessionRow(Owned, Base, kw_only=True):
    """A signed-in browser; only the hash of its token."""

    __tablename__ = "sessions"

    token: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    started: Mapped[str]
    seen: Mapped[str]
    address: Mapped[str]


class MachineRow(MappedAsDataclass, Base, kw_only=True):
    """An enrolled workstation."""

    __tablename__ = "machines"
    __table_args__ = (UniqueConstraint("organisation", "letter"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    organisation: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    letter: Mapped[str]
    token: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    enrolled: Mapped[str]
    last_seen: Mapped[str] = mapped_column(default="")
    head_sequence: Mapped[int] = mapped_column(default=0)
    head_hash: Mapped[str] = mapped_column(default="")
    last_ruling: Mapped[int] = mapped_column(default=0)
    """The sequence of the newest ruling for it."""


class GroupRow(Owned, Base, kw_only=True):
    """The people that a file is declared to go to."""

    __tablename__ = "groups"
    __table_args__ = (UniqueConstraint("organisation", "folded"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    folded: Mapped[str]
    purpose: Mapped[str]
    owner: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    highest: Mapped[str]
    created: Mapped[str]
    closed: Mapped[bool] = mapped_column(default=False)


class MemberRow(Owned, Base, kw_only=True):
    """One account in one group."""

    __tablename__ = "group_members"

    group: Mapped[str] = mapped_column(ForeignKey("groups.id"), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
