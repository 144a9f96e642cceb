"""Showing a reviewer what was found, in clear: asked with a reason, written down first, answered by the machine.

The office has masked forms only. The machine that keeps the file reads it again and answers; the answer goes from
memory into one page, and is written nowhere (docs/adr/0006-unmask.md).
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from classifiers.model import Level
from dlp import ulid
from dlp.errors import UsageError
from dlp.language import Say
from dlp.model import Direction, Excerpt, State, Unmask
from dlp.office import offers
from dlp.office.ground import Ground, Writing
from dlp.office.incidents import Incidents
from dlp.office.people import Account
from dlp.office.reasons import digested
from dlp.office.refusals import Conflict, Refused
from dlp.office.rulings import Rulings
from dlp.office.shapes import Fields
from dlp.office.store.tables import IncidentRow, RemarkRow, TransferRow
from dlp.office.views import Machine, Transfer

WITHIN = timedelta(minutes=10)
MOST = 20
"""Files within that time: a stolen session must not read everything that is kept before anybody looks."""
ANSWER_SECONDS = 25.0
AT_ONCE = 4
"""Pages that wait for a machine; the other workers stay free."""
LONGEST_REASON = 2000
MOST_EXCERPTS = 200
KIND = "unmask"
KEPT = frozenset({State.HELD.value, State.BLOCKED.value})

NO_REASON = Say("a reason is missing", "缺少理由")
NOT_KEPT = Say(
    "the file is not kept on its machine, so there is nothing to read it from", "终端未保管该文件，无法读取原文"
)
CLEARANCE = Say("the file's level is above your clearance", "文件密级高于您的密级权限")
TOO_MANY = Say("you looked into many files in a short time; wait ten minutes", "短时间内查看原文过多，请十分钟后再试")
AWAY = Say("the machine that keeps the file does not answer now", "保管该文件的终端目前无应答")
FAILED = Say("the machine could not read the file again", "终端未能重新读取该文件")
BUSY = Say("others wait for a machine; try again in a moment", "其他人员正在等待终端应答，请稍候再试")
PROBLEMS = {"not_kept": NOT_KEPT, "failed": FAILED}
REFUSALS = {"clearance": CLEARANCE, "no_right": offers.NO_RIGHT, "too_many": TOO_MANY}


@dataclass(slots=True)
class _Wish:
    """One page that waits."""

    unmask: Unmask
    machine: str
    answer: tuple[str, tuple[Excerpt, ...]] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Unmasking:
    """Who waits for which machine; in memory only."""

    ground: Ground
    incidents: Incidents
    rulings: Rulings
    _wishes: dict[str, _Wish] = field(default_factory=dict, repr=False)
    _answered: threading.Condition = field(default_factory=threading.Condition)
    _turns: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(AT_ONCE))

    def show(
        self, account: Account, incident_id: str, reason: str, seconds: float = ANSWER_SECONDS
    ) -> tuple[Excerpt, ...]:
        """What the rules matched in the file of this incident; the event is durable before the machine is asked.

        Raises Refused (no right, clearance, too many at once), UsageError without a reason, Conflict where the machine
        does not keep the file, does not answer, or cannot read it.
        """
        if not reason.strip():
            raise UsageError(NO_REASON, Say("say in one sentence why", "请用一句话说明理由"))
        if not self._turns.acquire(blocking=False):
            raise Conflict(BUSY)
        try:
            wish = self._written(account, incident_id, reason.strip()[:LONGEST_REASON])
            return self._waited(wish, seconds)
        finally:
            self._turns.release()

    def waits(self, machine: Machine) -> tuple[Unmask, ...]:
        """What this machine is asked to show now."""
        with self._answered:
            return tuple(one.unmask for one in self._wishes.values() if one.machine == machine.id and not one.answer)

    def answer(self, machine: Machine, body: object) -> bool:
        """Take a machine's answer to one wish; false where nobody waits for it. Raises Malformed."""
        told = Fields.of(body)
        with self._answered:
            wish = self._wishes.get(told.token("id"))
            if wish is None or wish.machine != machine.id or wish.answer is not None:
                return False
            wish.answer = (told.text("problem", ""), _excerpts(told))
            self._answered.notify_all()
        return True

    def _written(self, account: Account, incident_id: str, reason: str) -> _Wish:
        """The wish, once its event and its reason are on disk; a refusal for what the account is, is an event too."""
        with self.ground.writing(account) as writing:
            row = self.incidents.find(writing.session, account, incident_id)
            transfer = writing.session.get_one(TransferRow, row.transfer)
            if not kept(transfer):
                raise Conflict(NOT_KEPT)
            why = self._why_not(writing.session, account, row, transfer)
            wish = _Wish(Unmask(ulid.new(), row.transfer, account.name), row.machine)
            if why:
                writing.note("incident.unmask_refused", account.name, row.id, why=why)
            else:
                writing.session.add(_remark(writing, account, row, reason))
                writing.note(
                    "incident.unmasked",
                    account.name,
                    row.id,
                    transfer=row.transfer,
                    wish=wish.unmask.id,
                    **digested(reason),
                )
        if why:
            raise Refused(REFUSALS[why])
        return wish

    def _why_not(self, session: Session, account: Account, row: IncidentRow, transfer: TransferRow) -> str:
        if not offers.may_decide(session, account, row):
            return "no_right"
        if account.clearance < Level(transfer.level):
            return "clearance"
        asked = select(func.count()).select_from(RemarkRow).where(RemarkRow.account == account.id)
        looked = asked.where(RemarkRow.kind == KIND, RemarkRow.at > self.ground.now(-WITHIN))
        return "too_many" if (session.scalar(looked) or 0) >= MOST else ""

    def _waited(self, wish: _Wish, seconds: float) -> tuple[Excerpt, ...]:
        end = time.monotonic() + seconds
        with self._answered:
            self._wishes[wish.unmask.id] = wish
        self.rulings.tell()
        try:
            with self._answered:
                while wish.answer is None and (left := end - time.monotonic()) > 0 and not self.ground.closing.is_set():
                    self._answered.wait(min(left, 1.0))
        finally:
            with self._answered:
                del self._wishes[wish.unmask.id]
        if wish.answer is None:
            raise Conflict(AWAY)
        problem, excerpts = wish.answer
        if problem:
            raise Conflict(PROBLEMS.get(problem, FAILED))
        return excerpts


def barred(account: Account, transfer: Transfer) -> Say | None:
    """Why this account need not ask, as far as that is known beforehand: the page says it instead of offering it."""
    if not kept(transfer):
        return NOT_KEPT
    return CLEARANCE if account.clearance < transfer.level else None


def kept(transfer: TransferRow | Transfer) -> bool:
    """Whether the machine keeps the file; one that only passed by, or that the gate refused, is not in its vault."""
    return transfer.direction == Direction.OUTGOING and transfer.state in KEPT


def beside(findings: tuple[Mapping[str, Any], ...], excerpts: tuple[Excerpt, ...]) -> list[list[Excerpt]]:
    """For each finding what it matched: a rule that made one finding of many values has them all there."""
    of_rule = Counter(str(one["rule"]) for one in findings)
    return [
        [
            excerpt
            for excerpt in excerpts
            if excerpt.rule == one["rule"] and (of_rule[excerpt.rule] == 1 or excerpt.fingerprint == one["fingerprint"])
        ]
        for one in findings
    ]


def _excerpts(told: Fields) -> tuple[Excerpt, ...]:
    names = ("rule", "fingerprint", "before", "match", "after")
    rows = told.rows("excerpts", lambda row: {name: row.text(name) for name in names})
    return tuple(Excerpt(**row) for row in rows[:MOST_EXCERPTS])


def _remark(writing: Writing, account: Account, row: IncidentRow, reason: str) -> RemarkRow:
    return RemarkRow(
        id=ulid.new(),
        organisation=row.organisation,
        incident=row.id,
        account=account.id,
        name=account.name,
        kind=KIND,
        text=reason,
        at=writing.at,
    )
