"""Accounts and groups are asked for by one person and granted by another (R4.2, R5.6)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from classifiers.model import Level
from dlp import ulid
from dlp.errors import UsageError
from dlp.language import Say
from dlp.office.accounts import Accounts
from dlp.office.ground import Ground, Writing
from dlp.office.groups import Groups
from dlp.office.people import Account, Invited
from dlp.office.refusals import Conflict, Refused, not_there
from dlp.office.rights import Right, allowed, need
from dlp.office.store.tables import RequestRow

REQUEST = Say("request", "申请")
GRANTS = {"account": Right.KEEP_ACCOUNTS, "group": Right.KEEP_GROUPS}
LONGEST = 1000
MOST = 200


@dataclass(frozen=True, slots=True)
class Request:
    """One request, and how it was decided."""

    id: str
    kind: str
    name: str
    purpose: str
    by: str
    at: str
    state: str
    decided_by: str
    decided_at: str
    may: bool
    """Whether the account that looks at it may grant it."""


@dataclass(frozen=True, slots=True)
class Requests:
    """The requests of this office."""

    ground: Ground
    accounts: Accounts
    groups: Groups

    def make(self, account: Account, kind: str, name: str, purpose: str) -> None:
        """Ask for an account for somebody, or for a group to own. UsageError where name or purpose is missing."""
        if kind not in GRANTS or not name.strip() or not purpose.strip():
            raise UsageError(Say("a name and a purpose are needed", "须填写名称和用途"))
        with self.ground.writing(account) as writing:
            row = RequestRow(
                id=ulid.new(),
                organisation=writing.organisation,
                kind=kind,
                name=name.strip()[:100],
                purpose=purpose.strip()[:LONGEST],
                account=account.id,
                by=account.name,
                at=writing.at,
                state="open",
            )
            writing.session.add(row)
            writing.note("request.made", account.name, row.id, wanted=kind)

    def all(self, account: Account) -> tuple[Request, ...]:
        """One's own, and those that one may grant; newest first."""
        kinds = [kind for kind, right in GRANTS.items() if allowed(account, right)]
        with self.ground.reading() as session:
            asked = select(RequestRow).where(RequestRow.organisation == self.ground.organisation)
            asked = asked.where((RequestRow.account == account.id) | RequestRow.kind.in_(kinds))
            rows = session.scalars(asked.order_by(RequestRow.id.desc()).limit(MOST))
            return tuple(_view(row, row.kind in kinds and row.account != account.id) for row in rows)

    def approve_account(self, by: Account, request_id: str, clearance: Level) -> Invited:
        """Grant it: the account and its one-time link. Raises Refused for one's own request."""
        row = self._open(by, request_id, "account")
        invited = self.accounts.create(by, row.name, row.purpose, clearance)
        self._decide(by, row.id, "approved")
        return invited

    def approve_group(self, by: Account, request_id: str, highest: Level) -> None:
        """Grant it: the group, owned by who asked for it."""
        row = self._open(by, request_id, "group")
        self.groups.create(by, row.name, row.purpose, row.account, highest)
        self._decide(by, row.id, "approved")

    def decline(self, by: Account, request_id: str) -> None:
        """Say no."""
        with self.ground.reading() as session:
            row = session.get(RequestRow, request_id)
        if row is None:
            raise not_there(REQUEST)
        self._open(by, request_id, row.kind)
        self._decide(by, request_id, "declined")

    def _open(self, by: Account, request_id: str, kind: str) -> RequestRow:
        need(by, GRANTS[kind])
        with self.ground.reading() as session:
            row = session.get(RequestRow, request_id)
        if row is None or row.kind != kind:
            raise not_there(REQUEST)
        if row.account == by.id:
            raise Refused(Say("who asks does not grant", "申请人不得自行批准"))
        if row.state != "open":
            raise Conflict(Say("the request is decided already", "该申请已处理"))
        return row

    def _decide(self, by: Account, request_id: str, state: str) -> None:
        with self.ground.writing(by) as writing:
            self._settle(writing, by, request_id, state)

    def _settle(self, writing: Writing, by: Account, request_id: str, state: str) -> None:
        row = writing.session.get_one(RequestRow, request_id)
        if row.state != "open":
            raise Conflict(Say("the request is decided already", "该申请已处理"))
        row.state, row.decided_by, row.decided_at = state, by.name, writing.at
        writing.note(f"request.{state}", by.name, row.id, wanted=row.kind)


def _view(row: RequestRow, may: bool) -> Request:
    plain = {name: getattr(row, name) for name in Request.__slots__ if name != "may"}
    return Request(**plain, may=may and row.state == "open")
