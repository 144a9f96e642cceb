"""Who may knock at which door: every page of the console in one table; a page that is not in it is open to nobody.

The rights themselves are judged again below the pages, in the office (invariant 9); this table keeps people from
pages that would only tell them no.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from dlp.office.rights import Right, Role


class Door(StrEnum):
    """Doors that ask for no right."""

    OPEN = "open"
    """Anybody."""
    MACHINE = "machine"
    """The link: a machine token, or name and password in the request itself."""
    SIGNED_IN = "signed_in"
    """Any account."""


SEES = (Right.SEE_ALL, Right.SEE_GROUP, Right.SEE_OWN)
DECIDES = (Right.DECIDE, Right.DECIDE_GROUP)
PEOPLE = (Right.KEEP_ACCOUNTS, Right.GRANT, Right.READ_EVENTS)
GROUPS = (Right.KEEP_GROUPS, Right.SEE_GROUP, Right.SEE_OWN)
DESK = ("decide", "withdraw", "undo", "assign", "decide_all", "evidence", "following")
POLICY = ("draft", "ask", "confirm", "decline", "discard", "withdraw")
OPENS = (Right.OPEN_FILES, Right.FETCH_ARCHIVE)

DOORS: Mapping[str, Door | tuple[Right, ...]] = MappingProxyType(
    {
        "static": Door.OPEN,
        "entry.sign_in": Door.OPEN,
        "entry.sign_out": Door.OPEN,
        "entry.link": Door.OPEN,
        "choices.choose": Door.OPEN,
        "trust.page": Door.OPEN,
        "trust.certificate": Door.OPEN,
        "link.reports": Door.MACHINE,
        "link.rulings": Door.MACHINE,
        "link.keys": Door.MACHINE,
        "link.unmasked": Door.MACHINE,
        "link.edition": Door.MACHINE,
        "link.open_file": Door.MACHINE,
        "home.page": Door.SIGNED_IN,
        "home.guide": Door.SIGNED_IN,
        "home.test_file": Door.SIGNED_IN,
        "home.take_step": (Right.KEEP_GROUPS,),
        "transfers.page": SEES,
        "transfers.one": SEES,
        "incidents.queue": SEES,
        "incidents.one": SEES,
        "incidents.live": SEES,
        "incidents.remark": SEES,
        "incidents.take_back": (Right.SEE_OWN,),
        **dict.fromkeys(
            (
                f"incidents.{name}"
                for name in ("decide", "withdraw", "undo", "assign", "decide_all", "evidence", "following", "unmask")
            ),
            DECIDES,
        ),
        "sealed.page": (Right.SEE_ALL, Right.OPEN_FILES),
        "sealed.one": (Right.SEE_ALL, Right.OPEN_FILES),
        "sealed.revoke": (Right.REVOKE_FILES, Right.SEE_OWN),
        "sealed.open_page": OPENS,
        "sealed.release": OPENS,
        "people.page": PEOPLE,
        "people.create": (Right.KEEP_ACCOUNTS,),
        "people.one": PEOPLE,
        "people.sure": (Right.KEEP_ACCOUNTS,),
        "people.change": (Right.KEEP_ACCOUNTS, Right.GRANT, Right.DECIDE),
        "people.requests": Door.SIGNED_IN,
        "people.grant": (Right.KEEP_ACCOUNTS, Right.KEEP_GROUPS),
        "people.me": Door.SIGNED_IN,
        "people.password": Door.SIGNED_IN,
        "people.compromised": Door.SIGNED_IN,
        "groups.page": GROUPS,
        "groups.one": GROUPS,
        "groups.change": (Right.KEEP_GROUPS, Right.DECIDE_GROUP),
        "groups.machines": (Right.KEEP_MACHINES,),
        "groups.sure": (Right.KEEP_MACHINES,),
        "groups.revoke": (Right.KEEP_MACHINES,),
        "groups.let_back_in": (Right.KEEP_MACHINES,),
        "records.page": (Right.FETCH_ARCHIVE,),
        "records.one": (Right.FETCH_ARCHIVE,),
        "records.hold": (Right.REVOKE_FILES,),
        "reports.page": (Right.SEE_OVERVIEW,),
        "reports.report": (Right.SEE_OVERVIEW,),
        "reports.compliance": (Right.SEE_OVERVIEW,),
        "audit.page": (Right.READ_EVENTS,),
        "audit.verify": (Right.READ_EVENTS,),
        "audit.checkpoint": (Right.EXPORT_EVENTS,),
        "audit.export": (Right.EXPORT_EVENTS,),
        "policy.page": (Right.SEE_POLICY,),
        "policy.rules": (Right.SEE_POLICY,),
        "policy.one": (Right.SEE_POLICY,),
        "policy.attempt": (Right.SEE_POLICY,),
        **dict.fromkeys(
            (f"policy.{name}" for name in ("draft", "ask", "confirm", "decline", "discard", "withdraw")),
            (Right.DECIDE,),
        ),
        "settings.page": (Right.DECIDE,),
    }
)


def may_enter(endpoint: str | None, roles: frozenset[Role]) -> bool:
    """Whether somebody signed in with these roles may see the page at all."""
    from dlp.office.rights import RIGHTS

    door = DOORS.get(endpoint or "")
    if isinstance(door, tuple):
        return any(right in RIGHTS[role] for role in roles for right in door)
    return door is not None
