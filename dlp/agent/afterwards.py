"""Looks at what was not seen in the pictures of released files, one file at a time, while nothing else waits.

The list stands in the journal, so a kill costs no more than the look that it cut off. What looks counts less than every
other process and shares nothing with what senders wait for.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import structlog

from classifiers.model import GapReason
from dlp.agent.desk import Desk
from dlp.agent.recall import leftovers, recall
from dlp.clock import in_time
from dlp.custody import Custody, Send
from dlp.custody import afterwards as custody_of
from dlp.custody import send as sends
from dlp.custody.afterwards import KEPT_DAYS, RELEASED, NotThereError, Why
from dlp.custody.custody import ORDER
from dlp.custody.faults import Point
from dlp.custody.send import UNSETTLED, Transfer
from dlp.failures import failure_of
from dlp.inspect import Answer, Context, inspect
from dlp.journal import Journal, rests
from dlp.journal.rests import Look, Rest
from dlp.model import Action, Direction, Verdict
from dlp.read.left import rest as left_in
from dlp.received.intake import WATCHED

QUIET_SECONDS = 2.0
"""Between looks whether anything else waits; only while there is a rest."""
MOST_TRIES = 5
"""Looks that were cut off or failed, after which the rest stays unseen."""
FIRST_RETRY = 60.0
LONGEST_RETRY = 3600.0
"""Seconds until a look that failed is tried again; doubled each time."""


class Again(Protocol):
    """What judges with much time (``dlp.agent.force.InForce``)."""

    def context(self) -> Context:
        """What is in force."""

    def judge_again(self, fd: int, name: str) -> Answer | None:
        """Judge a file with much time for its pictures; None where nothing looks."""

    def stop_again(self) -> None:
        """End that at once."""


class _NoEyesError(Exception):
    """Nothing looks at pictures here any more."""


@dataclass(frozen=True, slots=True)
class _Patient:
    """Implements ``dlp.inspect.Judge``."""

    force: Again

    def judge(self, fd: int, name: str) -> Answer:
        found = self.force.judge_again(fd, name)
        if found is None:
            raise _NoEyesError
        return found


@dataclass(slots=True)
class Afterwards:
    """The thread that looks."""

    desk: Desk
    force: Again
    idle: Callable[[], bool]
    """Whether nothing else waits."""
    told: Callable[[Send], None] = lambda _: None
    """Called with each Send in which something was found."""
    looking: str = ""
    """Transfer whose rest is looked at now."""
    _due: dict[str, float] = field(default_factory=dict)
    _stopped: bool = False
    _thread: threading.Thread | None = None

    @property
    def custody(self) -> Custody:
        """That of the desk."""
        return self.desk.custody

    @property
    def journal(self) -> Journal:
        """That of the desk."""
        return self.desk.journal

    def start(self) -> None:
        """Begin with what earlier runs left."""
        self._thread = threading.Thread(target=self._run, name="afterwards", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End; a look that is cut off does not count, and begins anew with the next start."""
        self._stopped = True
        self._stir.set()
        self.force.stop_again()
        if self._thread:
            self._thread.join(3)

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def _stir(self) -> threading.Event:
        return self.custody.ground.rested

    def _run(self) -> None:
        begun = False
        while not self._stopped:
            self._stir.clear()
            try:
                if not begun:
                    self._clear_ready()
                    begun = True
                self._turn()
            except sqlite3.Error as error:
                if not self._stopped:  # the list is asked again; a journal that is closed is the end
                    structlog.get_logger().warning("rest.list_unread", error=type(error).__name__)
                    self._stir.wait(FIRST_RETRY)

    def _clear_ready(self) -> None:
        """What a kill kept from being taken back out of Ready."""
        for send in leftovers(self.desk):
            recall(self.desk, send)

    def _turn(self) -> None:
        waiting = rests.waiting(self.journal)
        due = [one for one in waiting if self._due.get(one.transfer, 0.0) <= time.monotonic()]
        if due and self.idle():
            self._take(due[0])
        else:
            self._stir.wait(self._pause(waiting))

    def _pause(self, waiting: list[Rest]) -> float | None:
        """Seconds until the next look at the list; None: until something comes."""
        if not waiting:
            return None
        left = [self._due.get(one.transfer, 0.0) - time.monotonic() for one in waiting]
        return max(QUIET_SECONDS, min(left))

    def _take(self, rest: Rest) -> None:
        """One look; whatever fails, the rest stays on the list or ends with an event."""
        self.looking = rest.transfer
        try:
            self._look(rest)
        except Exception as error:  # noqa: BLE001 - it must not be forgotten, and the next one has its turn
            if not self._stopped:
                self._put_off(rest, error)
        finally:
            self.looking = ""

    def _put_off(self, rest: Rest, error: Exception) -> None:
        pause = min(FIRST_RETRY * 2**rest.tries, LONGEST_RETRY)
        self._due[rest.transfer] = time.monotonic() + pause
        structlog.get_logger().warning(
            "rest.put_off", transfer=rest.transfer, error=type(error).__name__, failure=failure_of(error).value
        )

    def _look(self, rest: Rest) -> None:
        send, member = sends.of_transfer(self.journal, rest.transfer), sends.transfer_with(self.journal, rest.transfer)
        if send is None or member is None or send.state in UNSETTLED:
            self._due[rest.transfer] = time.monotonic() + FIRST_RETRY  # it is not released yet
        elif send.state not in RELEASED:
            self.custody.end_rest(rest)
        elif rest.at < in_time(-timedelta(days=KEPT_DAYS)):
            self._leave(rest, Why.TOO_OLD)
        elif rest.tries >= MOST_TRIES:
            self._leave(rest, Why.FAILED)
        else:
            self._judge(rest, send, member)

    def _judge(self, rest: Rest, send: Send, member: Transfer) -> None:
        # Written before it begins: a file that ends the agent each time must not do so for ever.
        begun = replace(rest, tries=rest.tries + 1)
        rests.note(self.journal, begun)
        try:
            with custody_of.opened(self.custody.ground, rest, send, member) as descriptor:
                context = replace(self.force.context(), workers=_Patient(self.force))
                verdict = inspect(descriptor, Path(member.name).name, send.origin, context)
        except NotThereError as error:
            self._leave(begun, error.why)
        except Exception as error:
            if self._stopped:
                rests.note(self.journal, rest)
            elif isinstance(error, _NoEyesError):
                self._leave(begun, Why.NO_EYES)
            else:
                raise
        else:
            self.custody.ground.reach(Point.REST_LOOKED)
            self._end(begun, send, member, verdict)

    def _leave(self, rest: Rest, why: Why) -> None:
        self.custody.end_rest(replace(rest, state=Look.LEFT, problem=why))

    def _end(self, rest: Rest, send: Send, member: Transfer, verdict: Verdict) -> None:
        found = self._stricter(send, member, verdict)
        left = left_in(verdict.classification)
        state = Look.FOUND if found else Look.LEFT if left else Look.CLEAN
        problem = Why.LIMIT if left and not found else ""
        ended = replace(rest, state=state, problem=problem, rules=verdict.classification.rules)
        done = self.custody.end_rest(ended, verdict)
        if done is not None and found and done.origin.direction is Direction.OUTGOING:
            recall(self.desk, done, verdict)
            self.told(done)

    def _stricter(self, send: Send, member: Transfer, verdict: Verdict) -> bool:
        """Whether the file would not have gone as it went, because of what is newly found and for no other reason.

        Policy may have changed since, which is nobody's incident; a person's approval lets the content pass.
        """
        if any(gap.reason is GapReason.CHANGED for gap in verdict.classification.gaps):
            raise OSError("the copy changed while it was looked at")
        without = custody_of.only_known(member, verdict.classification)
        if send.origin.direction is Direction.RECEIVED:
            return verdict.level >= WATCHED and verdict.level > without.level
        if self.journal.approved(verdict.document.sha256, send.origin.group):
            return False
        policy = self.force.context().policy
        before = policy.decide(verdict.document, without, send.origin, registered=False).action
        return ORDER.index(verdict.action) > max(ORDER.index(before), ORDER.index(Action(member.action)))
