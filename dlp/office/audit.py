"""Reading and checking the record of everything; writing to it happens only together with a change (``ground``)."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Select, func, select

from dlp.errors import UsageError
from dlp.language import Say
from dlp.office.chain import GENESIS, first_broken
from dlp.office.ground import Ground
from dlp.office.people import Account
from dlp.office.rights import Right, need
from dlp.office.store.tables import ChainRow, EventRow, HeadRow, MachineRow
from dlp.office.subjects import about, done_by, named

AT_ONCE = 1000
MOST = 1000
BROKEN = ("chain.rewritten", "chain.went_back")


@dataclass(frozen=True, slots=True)
class Event:
    """One line of what happened."""

    sequence: int
    at: str
    kind: str
    actor: str
    subject: str
    body: dict[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events to read; a kind that ends with a dot stands for all below it (``opening.``).

    The actor is found whatever the case; the subject by its id, the end of it, or as people call it (``subjects``).
    ``until`` is exclusive.
    """

    kind: str = ""
    actor: str = ""
    subject: str = ""
    since: str = ""
    until: str = ""


EVERY = EventFilter()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where the chain stood, signed; kept outside, it finds a cut tail and a rewritten chain."""

    organisation: str
    sequence: int
    hash: str
    at: str
    signature: str
    """Hex."""

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: object) -> Checkpoint:
        """From JSON; UsageError where it is no checkpoint."""
        kinds = {"organisation": str, "sequence": int, "hash": str, "at": str, "signature": str}
        if not isinstance(raw, dict) or any(type(raw.get(name)) is not kind for name, kind in kinds.items()):
            raise UsageError(Say("this is no checkpoint", "不是有效的检查点"))
        return cls(**{name: raw[name] for name in kinds})

    def signed(self) -> bytes:
        """What the signature is over."""
        parts = ["dlp checkpoint v1", self.organisation, self.sequence, self.hash, self.at]
        return json.dumps(parts, separators=(",", ":")).encode("utf-8")


@dataclass(frozen=True, slots=True)
class MachineChain:
    """Where a machine's own chain stands, as it told the office; the chain itself stays on that machine."""

    letter: str
    name: str
    sequence: int
    hash: str
    at: str
    """When the office heard of it."""
    broken: str
    """When it first told another past than before, or an older end; empty: never."""


@dataclass(frozen=True, slots=True)
class Audit:
    """The office's chain of events."""

    ground: Ground

    def events(
        self, account: Account, filter: EventFilter = EVERY, before: int = 0, size: int = 100
    ) -> tuple[Event, ...]:
        """Events that fit, newest first, below the sequence ``before`` where one is given."""
        need(account, Right.READ_EVENTS)
        asked = _filtered(self._all(), filter).order_by(EventRow.sequence.desc()).limit(max(1, min(size, MOST)))
        if before:
            asked = asked.where(EventRow.sequence < before)
        with self.ground.reading() as session:
            return tuple(_event(row) for row in session.scalars(asked))

    def called(self, account: Account, events: Iterable[Event]) -> dict[str, str]:
        """What people call the subjects and files of these events, by id. Raises Refused."""
        need(account, Right.READ_EVENTS)
        ids = [one for event in events for one in (event.subject, event.body.get("transfer"))]
        with self.ground.reading() as session:
            return named(session, [one for one in ids if isinstance(one, str) and one])

    def machines(self, account: Account) -> tuple[MachineChain, ...]:
        """Each machine's chain, by what it told; a chain that was rewritten or cut there is named."""
        need(account, Right.READ_EVENTS)
        last = (HeadRow.machine == MachineRow.id, HeadRow.sequence == MachineRow.head_sequence)
        heard = select(HeadRow.at).where(*last).correlate(MachineRow)
        wrong = select(func.min(EventRow.at)).where(EventRow.subject == MachineRow.id, EventRow.kind.in_(BROKEN))
        asked = select(MachineRow, heard.scalar_subquery(), wrong.correlate(MachineRow).scalar_subquery())
        asked = asked.where(MachineRow.organisation == self.ground.organisation).order_by(MachineRow.id)
        with self.ground.reading() as session:
            return tuple(
                MachineChain(row.letter, row.name, row.head_sequence, row.head_hash, at or "", broken or "")
                for row, at, broken in session.execute(asked)
            )

    def verify(self) -> int | None:
        """The sequence of the first event that is not as it was written; None where the chain is whole."""
        with self.ground.reading() as session:
            end = session.get(ChainRow, (self.ground.organisation, ""))
            rows = session.scalars(self._all().order_by(EventRow.sequence).execution_options(yield_per=AT_ONCE))
            return first_broken(rows, end or ChainRow(organisation=self.ground.organisation))

    def checkpoint(self) -> Checkpoint:
        """Where the chain stands now, signed by the office."""
        with self.ground.reading() as session:
            end = session.get_one(ChainRow, (self.ground.organisation, ""))
        bare = Checkpoint(self.ground.organisation, end.sequence, end.hash or GENESIS, self.ground.now(), "")
        signature = self.ground.keystore.sign(bare.signed()).hex()
        return Checkpoint(bare.organisation, bare.sequence, bare.hash, bare.at, signature)

    def kept_elsewhere(self, account: Account) -> Checkpoint:
        """A signed checkpoint for somebody who keeps it outside; the taking is an event, and the last one under it."""
        need(account, Right.EXPORT_EVENTS)
        with self.ground.writing(account) as writing:
            writing.note("audit.checkpoint", account.name)
        return self.checkpoint()

    def compare(self, checkpoint: Checkpoint) -> Say | None:
        """What is wrong with the chain, measured by a checkpoint kept elsewhere; None where it still holds it.

        The office's signatures are the same for the same message, so signing again tells whether it is ours.
        """
        expected = self.ground.keystore.sign(checkpoint.signed()).hex()
        if checkpoint.organisation != self.ground.organisation or not hmac.compare_digest(
            expected.encode(), checkpoint.signature.encode("utf-8", "replace")
        ):
            return Say("the checkpoint was not signed by this office", "检查点并非由本单位签署")
        if (broken := self.verify()) is not None:
            return Say(f"the chain is broken at event {broken}", f"事件链在第 {broken} 条处断裂")
        with self.ground.reading() as session:
            row = session.scalars(self._all().where(EventRow.sequence == checkpoint.sequence)).one_or_none()
        if row is None and checkpoint.sequence > 0:
            return Say(
                f"the chain was cut: event {checkpoint.sequence} is gone",
                f"事件链被截断：第 {checkpoint.sequence} 条缺失",
            )
        if (row.hash if row else GENESIS) != checkpoint.hash:
            return Say(
                f"the chain was rewritten at or before event {checkpoint.sequence}",
                f"事件链在第 {checkpoint.sequence} 条或之前被改写",
            )
        return None

    def export(self, account: Account) -> Iterator[dict[str, Any]]:
        """Every event with its hashes, oldest first; the exporting is an event itself, and the last one exported."""
        need(account, Right.EXPORT_EVENTS)
        with self.ground.writing(account) as writing:
            writing.note("audit.exported", account.name)
        return self.lines()

    def lines(self) -> Iterator[dict[str, Any]]:
        """Every event as it is stored, oldest first; for those who hold the database anyway."""
        columns = [column.key for column in EventRow.__table__.columns]
        with self.ground.reading() as session:
            rows = session.scalars(self._all().order_by(EventRow.sequence).execution_options(yield_per=AT_ONCE))
            for row in rows:
                yield {name: getattr(row, name) for name in columns}

    def _all(self) -> Select[Any]:
        return select(EventRow).where(EventRow.organisation == self.ground.organisation, EventRow.machine == "")


def _filtered(asked: Select[Any], filter: EventFilter) -> Select[Any]:
    if filter.kind.endswith("."):
        asked = asked.where(EventRow.kind.startswith(filter.kind, autoescape=True))
    elif filter.kind:
        asked = asked.where(EventRow.kind == filter.kind)
    if filter.actor:
        asked = asked.where(done_by(filter.actor))
    if filter.subject:
        asked = asked.where(about(filter.subject))
    if filter.since:
        asked = asked.where(EventRow.at >= filter.since)
    return asked.where(EventRow.at < filter.until) if filter.until else asked


def _event(row: EventRow) -> Event:
    return Event(row.sequence, row.at, row.kind, row.actor, row.subject, json.loads(row.body), row.hash)
