"""The state of each clause here, with the counts that show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from sqlalchemy import func, select

from dlp.model import Action, Direction
from dlp.office.clause_words import Clause
from dlp.office.ground import Ground
from dlp.office.people import Account, AccountState, account_view
from dlp.office.regulations import CLAUSES
from dlp.office.rights import OFFICERS, Right, Role, need
from dlp.office.store.tables import (
    AccountRow,
    EventRow,
    GroupRow,
    IncidentRow,
    RecordRow,
    SanctionRow,
    SealedRow,
    TransferRow,
)

# Evidence that is a kind of event is counted in the chain itself, so that it links to what proves it.
OF_EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "left": "group.left",
        "compromised": "account.compromise_reported",
        "passwords": "account.password_set",
        "requests": "request.approved",
        "handed_over": "account.handed_over",
        "closed": "account.closed",
        "granted": "account.granted",
        "revoked": "sealed.revoked",
        "opened": "opening.released",
        "disputes": "incident.disputed",
        "settings": "setting.changed",
        "bundles": "incident.bundled",
        "decisions": "incident.decided",
    }
)


@dataclass(frozen=True, slots=True)
class Answered:
    """A clause, its state here, and how many things show it."""

    clause: Clause
    count: int
    event: str
    """The kind of event that was counted; empty where it was something else."""


def compliance(ground: Ground, account: Account, profile: str) -> tuple[Answered, ...]:
    """Every clause; ``profile`` is the policy chosen at the first start. Raises Refused."""
    need(account, Right.SEE_OVERVIEW)
    counts = _counts(ground)
    apart = _kept_apart(ground)
    found = []
    for clause in CLAUSES:
        state = clause.state
        if state == "strict":
            state = "on" if profile == "strict" else "partly"
        elif state == "kept_apart":
            state = "on" if apart else "partly"
        kind = OF_EVENTS.get(clause.evidence, "")
        found.append(Answered(replace(clause, state=state), counts.get(clause.evidence, 0), kind))
    return tuple(found)


def _counts(ground: Ground) -> dict[str, int]:
    with ground.reading() as session:
        kinds = dict(
            session.execute(
                select(EventRow.kind, func.count()).where(EventRow.kind.in_(OF_EVENTS.values())).group_by(EventRow.kind)
            ).all()
        )
        blocks = select(TransferRow.action, TransferRow.direction, func.count())
        cells = session.execute(blocks.group_by(TransferRow.action, TransferRow.direction)).all()
        tables = {
            "accounts": AccountRow,
            "groups": GroupRow,
            "sanctions": SanctionRow,
            "sealed": SealedRow,
            "records": RecordRow,
            "incidents": IncidentRow,
        }
        asked = [
            select(func.count()).select_from(table).scalar_subquery().label(name) for name, table in tables.items()
        ]
        plain = {name: int(count) for name, count in session.execute(select(*asked)).one()._mapping.items()}
    return {
        **plain,
        **{name: int(kinds.get(kind, 0)) for name, kind in OF_EVENTS.items()},
        "verdicts": sum(number for _, _, number in cells),
        "blocks": sum(number for action, _, number in cells if action == Action.BLOCK),
        "received": sum(number for _, direction, number in cells if direction == Direction.RECEIVED),
    }


def _kept_apart(ground: Ground) -> bool:
    """Whether each of the three offices has somebody active: with fewer, nobody watches."""
    with ground.reading() as session:
        rows = session.scalars(select(AccountRow).where(AccountRow.state == AccountState.ACTIVE))
        roles: set[Role] = set()
        for row in rows:
            roles |= account_view(row).roles
    return roles >= OFFICERS
