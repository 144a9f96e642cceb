"""Who may do what, as one table (DESIGN 5.6); the three officers are kept apart, as Chinese secrecy practice asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from dlp.office.refusals import no_right


class Role(StrEnum):
    """What an account is for."""

    USER = "user"
    GROUP_OWNER = "group_owner"
    SYSADMIN = "sysadmin"
    SECADMIN = "secadmin"
    AUDITOR = "auditor"


class Right(StrEnum):
    """One thing that an account may do."""

    SEE_OWN = "see_own"
    OPEN_FILES = "open_files"
    FETCH_ARCHIVE = "fetch_archive"
    SEE_GROUP = "see_group"
    DECIDE_GROUP = "decide_group"
    KEEP_ACCOUNTS = "keep_accounts"
    KEEP_MACHINES = "keep_machines"
    SEE_ALL = "see_all"
    DECIDE = "decide"
    GRANT = "grant"
    KEEP_GROUPS = "keep_groups"
    REVOKE_FILES = "revoke_files"
    KEEP_KEYS = "keep_keys"
    SEE_POLICY = "see_policy"
    READ_EVENTS = "read_events"
    EXPORT_EVENTS = "export_events"
    SEE_OVERVIEW = "see_overview"


OFFICERS = frozenset({Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR})

RIGHTS: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {
        Role.USER: frozenset({Right.SEE_OWN, Right.OPEN_FILES, Right.FETCH_ARCHIVE}),
        Role.GROUP_OWNER: frozenset({Right.SEE_GROUP, Right.DECIDE_GROUP, Right.SEE_OWN, Right.OPEN_FILES}),
        Role.SYSADMIN: frozenset({Right.KEEP_ACCOUNTS, Right.KEEP_MACHINES, Right.SEE_OVERVIEW}),
        Role.SECADMIN: frozenset(
            {
                Right.SEE_ALL,
                Right.DECIDE,
                Right.GRANT,
                Right.KEEP_GROUPS,
                Right.REVOKE_FILES,
                Right.KEEP_KEYS,
                Right.SEE_POLICY,
                Right.READ_EVENTS,
                Right.SEE_OVERVIEW,
                Right.OPEN_FILES,
                Right.FETCH_ARCHIVE,
            }
        ),
        Role.AUDITOR: frozenset({Right.READ_EVENTS, Right.EXPORT_EVENTS, Right.SEE_OVERVIEW}),
    }
)


class HasRoles(Protocol):
    """An account as far as rights are concerned."""

    @property
    def roles(self) -> frozenset[Role]:
        """Its roles."""
        ...


def allowed(account: HasRoles, right: Right) -> bool:
    """Whether any role of the account gives the right."""
    return any(right in RIGHTS[role] for role in account.roles)


def need(account: HasRoles, *rights: Right) -> None:
    """Raise Refused unless the account has at least one of these rights."""
    if not any(allowed(account, right) for right in rights):
        raise no_right()


def keeps_offices_apart(roles: Iterable[Role]) -> bool:
    """False for two of the three officers in one account: nobody may both act and watch over the acting."""
    return len(OFFICERS.intersection(roles)) <= 1
