"""Decisions on their way down to the machines; an agent asks, and waits for the next."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from dlp import ulid
from dlp.model import Choice, Ruling
from dlp.office.ground import Ground, Writing
from dlp.office.store.tables import MachineRow, RulingRow, TransferRow
from dlp.office.views import Decision, Machine

LOOK_AGAIN_SECONDS = 1.0
"""A decision made by another process (``dlp incident decide``) wakes nobody here, so waiting looks again this often."""
LONGEST_WAIT_SECONDS = 60.0
MOST = 200
NO_SEQUENCE = 2**62


@dataclass(frozen=True, slots=True)
class Rulings:
    """The rulings of all machines."""

    ground: Ground

    def after(
        self, machine: Machine, sequence: int, wait_seconds: float = 0, also: Callable[[], bool] = lambda: False
    ) -> list[Ruling]:
        """The rulings for this machine after the last that it applied; waits for one as long as asked.

        ``also``: whether there is something else for the machine, so that it waits no longer.
        """
        end, seen = time.monotonic() + min(max(wait_seconds, 0), LONGEST_WAIT_SECONDS), object()
        while True:
            mark = self.ground.store.mark()
            found: list[Ruling] = []
            if mark is None or mark != seen:
                # One moment for both: a ruling that becomes due between them would be seen by neither.
                at = self.ground.now()
                found = self._due(machine, sequence, at)
                # One that is due in some seconds changes nothing in the database when its time comes.
                seen = object() if self._soon(machine, at) else mark
            left = end - time.monotonic()
            if found or also() or left <= 0 or self.ground.closing.is_set():
                return found
            with self.ground.decided:
                self.ground.decided.wait(min(left, LOOK_AGAIN_SECONDS))

    def _soon(self, machine: Machine, at: str) -> bool:
        """Whether a ruling for this machine waits for its time."""
        asked = select(RulingRow.id).where(RulingRow.machine == machine.id, RulingRow.due > at)
        with self.ground.reading() as session:
            return session.scalar(asked.limit(1)) is not None

    def _due(self, machine: Machine, sequence: int, at: str) -> list[Ruling]:
        asked = select(RulingRow).where(RulingRow.machine == machine.id, RulingRow.sequence > sequence)
        # One that can still be taken back keeps later ones waiting: a machine asks for what follows the last it got.
        waits = select(func.min(RulingRow.sequence)).where(RulingRow.machine == machine.id, RulingRow.due > at)
        first = func.coalesce(waits.scalar_subquery(), NO_SEQUENCE)
        asked = asked.where(RulingRow.sequence < first)
        with self.ground.reading() as session:
            return [_ruling(row) for row in session.scalars(asked.order_by(RulingRow.sequence).limit(MOST))]

    def tell(self) -> None:
        """Wake those who wait, after a ruling is durable."""
        with self.ground.decided:
            self.ground.decided.notify_all()

    def stop_waiting(self) -> None:
        """Send everybody who waits away with what there is, and let nobody wait again."""
        self.ground.closing.set()
        self.tell()


def issue(writing: Writing, transfer: TransferRow, decision: Decision, due: str = "") -> None:
    """The next ruling for the machine that keeps the file; it goes down when it is due."""
    machine = writing.session.get_one(MachineRow, transfer.machine)
    machine.last_ruling += 1
    row = RulingRow(
        id=ulid.new(),
        organisation=transfer.organisation,
        machine=machine.id,
        sequence=machine.last_ruling,
        transfer=transfer.id,
        choice=decision.choice.value,
        by=list(decision.by),
        reason=decision.reason,
        expires=decision.expires,
        at=writing.at,
        due=due,
    )
    writing.session.add(row)


def _ruling(row: RulingRow) -> Ruling:
    return Ruling(row.sequence, row.transfer, Choice(row.choice), tuple(row.by), row.reason, row.expires)


def wire(ruling: Ruling) -> dict[str, Any]:
    """A ruling as JSON."""
    return {
        "sequence": ruling.sequence,
        "transfer": ruling.transfer,
        "choice": ruling.choice.value,
        "by": list(ruling.by),
        "reason": ruling.reason,
        "expires": ruling.expires,
    }
