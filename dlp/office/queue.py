"""The review queue: by risk, one row for each Send or the same content, searched and filtered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session

from dlp.errors import UsageError
from dlp.language import Say
from dlp.office.ground import Ground
from dlp.office.offers import WAITING
from dlp.office.pages import LONGEST, Page, like
from dlp.office.people import Account
from dlp.office.rights import Right, allowed, need
from dlp.office.risk import RISK_DIGITS, WISHED, incident_of, risk_of
from dlp.office.store.tables import IncidentRow, TransferRow
from dlp.office.transfers import level_of, seen_by
from dlp.office.views import Transfer, transfer_view

STATES = ("waiting", "open", "asked", "decided", "closed", "all")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the queue shows; an empty field asks nothing."""

    state: str = "waiting"
    level: str = ""
    """This level or a higher one."""
    action: str = ""
    direction: str = ""
    person: str = ""
    group: str = ""
    assigned: str = ""
    wished: str = ""
    """Anything: only what its sender asks to be released."""
    text: str = ""
    """Part of a file's name, or a whole number or sha256."""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One row: the riskiest incident of a bundle, how many there are, and whether a sender asks for one's release."""

    incident: str
    state: str
    opened: str
    assigned: str
    risk: int
    count: int
    wished: bool
    transfer: Transfer


ALL_WAITING = Asked()
WISH = func.substr(IncidentRow.rank, RISK_DIGITS + 1, 1)


@dataclass(frozen=True, slots=True)
class Queue:
    """The queue of this office."""

    ground: Ground

    def page(self, account: Account, asked: Asked = ALL_WAITING, after: str = "", size: int = 50) -> Page[QueueRow]:
        """Rows after the cursor, riskiest first; at equal risk those wished for, then the oldest.

        UsageError for a state or level that is none.
        """
        need(account, Right.SEE_ALL, Right.SEE_GROUP, Right.SEE_OWN)
        size = max(1, min(size, LONGEST))
        with self.ground.reading() as session:
            best = func.max(IncidentRow.rank)
            wish = func.max(case((IncidentRow.state.in_(WAITING), WISH), else_=""))
            grouped = self._filtered(account, asked, select(best, func.count(), wish)).group_by(IncidentRow.bundle)
            if after:
                grouped = grouped.having(best < after)
            found = session.execute(grouped.order_by(best.desc()).limit(size + 1)).all()
            shown = [(str(rank), int(count), wish == WISHED) for rank, count, wish in found[:size]]
            return Page(self._rows(session, shown), shown[-1][0] if len(found) > size else "")

    def _rows(self, session: Session, shown: list[tuple[str, int, bool]]) -> tuple[QueueRow, ...]:
        ids = [incident_of(rank) for rank, *_ in shown]
        asked = select(IncidentRow, TransferRow).join(TransferRow, TransferRow.id == IncidentRow.transfer)
        rows = {one.id: (one, transfer) for one, transfer in session.execute(asked.where(IncidentRow.id.in_(ids)))}
        made = []
        for (rank, count, wished), incident_id in zip(shown, ids, strict=True):
            one, transfer = rows[incident_id]
            view = transfer_view(transfer, one.id)
            made.append(QueueRow(one.id, one.state, one.opened, one.assigned, risk_of(rank), count, wished, view))
        return tuple(made)

    def mark(self, account: Account) -> str:
        """A short text that changes when the waiting incidents do, for pages that look again."""
        with self.ground.reading() as session:
            counted = select(func.count(), func.max(IncidentRow.id), func.sum(func.length(IncidentRow.assigned)))
            asked = self._filtered(account, ALL_WAITING, counted)
            wishes = func.sum(case((WISH == WISHED, 1), else_=0))
            asked_for = asked.add_columns(func.sum(func.length(IncidentRow.state)), wishes)
            return "-".join(str(value or 0) for value in session.execute(asked_for).one())

    def next_after(self, account: Account, incident_id: str) -> str:
        """The incident that comes next in the queue of what waits; empty at its end."""
        with self.ground.reading() as session:
            here = session.get(IncidentRow, incident_id)
            asked = self._filtered(account, ALL_WAITING, select(IncidentRow.id))
            asked = asked.order_by(IncidentRow.rank.desc()).limit(1)
            if here is not None:
                below = session.scalar(asked.where(IncidentRow.rank < here.rank))
                asked = asked.where(IncidentRow.id != incident_id)
                return below or session.scalar(asked) or ""
            return session.scalar(asked) or ""

    def _filtered(self, account: Account, asked: Asked, chosen: Any) -> Any:  # noqa: ANN401 - a Select of any columns
        chosen = chosen.where(IncidentRow.organisation == self.ground.organisation)
        if asked.state not in STATES:
            raise UsageError(Say("expected one of " + ", ".join(STATES), "状态应为 " + "、".join(STATES)))
        if asked.state != "all":
            chosen = chosen.where(IncidentRow.state.in_(WAITING if asked.state == "waiting" else (asked.state,)))
        if asked.assigned:
            chosen = chosen.where(IncidentRow.assigned == asked.assigned)
        if asked.wished:
            chosen = chosen.where(WISH == WISHED)
        if asked.level:  # the rank begins with the level, so no other table is asked
            chosen = chosen.where(IncidentRow.rank >= f"{level_of(asked.level)}")
        columns = {name: getattr(asked, name) for name in ("action", "direction", "person", "group")}
        named = {name: value for name, value in columns.items() if value}
        theirs = () if allowed(account, Right.SEE_ALL) else seen_by(self.ground.organisation, account)
        if named or theirs or asked.text.strip():
            chosen = chosen.join(TransferRow, TransferRow.id == IncidentRow.transfer).where(*theirs)
            for name, value in named.items():
                chosen = chosen.where(getattr(TransferRow, name) == value)
            chosen = _searched(chosen, asked.text.strip())
        return chosen


def _searched(chosen: Select[Any], text: str) -> Select[Any]:
    if not text:
        return chosen
    whole = [TransferRow.number == text.upper(), TransferRow.sha256 == text.lower(), TransferRow.id == text]
    return chosen.where(or_(*whole, TransferRow.name.ilike(like(text), escape="\\")))
