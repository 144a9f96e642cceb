"""Threads that take drops and judge them, behind a queue that is never longer than it can be worked off.

What does not fit into the queue stays in the outbox, in the hands of the person, and is found by a later scan. What
failed for now is tried again, each time later; it stays where it is meanwhile, and ``problems`` says so.
"""

from __future__ import annotations

import heapq
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Set
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from dlp.agent.desk import Desk
from dlp.custody import NotTakenError, Send
from dlp.custody.claiming import OpenClaimError
from dlp.failures import TABLE, Failure, failure_of
from dlp.model import Direction, Origin
from dlp.outbox.drops import Drop

WAITING = 256
"""Drops in the queue."""
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
"""Seconds until a Send that failed for now is tried again; doubled each time."""
PROGRAM = "outbox"
STRANGER = "found in Ready"


@dataclass(order=True, slots=True)
class _Later:
    due: float
    send: str = field(compare=False)
    pause: float = field(compare=False)


@dataclass(slots=True)
class Lanes:
    """The threads that do the work of the outbox."""

    desk: Desk
    count: int
    person: Callable[[Drop], str]
    """Who dropped it."""
    refused: Callable[[Drop], None]
    """Called for a drop that turned out not to be a file while it was taken."""
    settled: Callable[[Send], None] = lambda _: None
    """Called with each Send that was settled."""
    roomy: Callable[[], None] = lambda: None
    """Called when half of a full queue was worked off, so that nobody need look for room again and again."""
    problems: dict[str, Failure] = field(default_factory=dict)
    """Sends that could not be settled yet, and why."""
    _queue: deque[Drop] = field(default_factory=deque)
    _under_way: set[Path] = field(default_factory=set)
    _later: list[_Later] = field(default_factory=list)
    _busy: int = 0
    _stopped: bool = False
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin with what an earlier run left claimed."""
        for send in self.desk.custody.unsettled():
            heapq.heappush(self._later, _Later(0.0, send, FIRST_PAUSE))
        for number in range(self.count):
            thread = threading.Thread(target=self._work, name=f"lane-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self, seconds: float) -> None:
        """Let each thread finish the file it has, at most so long; what is not begun stays where it is."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def offer(self, drop: Drop) -> bool:
        """Queue a drop; false when the queue is full, or has one of this path that is not claimed yet."""
        with self._changed:
            if drop.path in self._under_way or not self.room:
                return False
            self._under_way.add(drop.path)
            self._queue.append(drop)
            self._changed.notify()
            return True

    @property
    def alive(self) -> bool:
        """Whether every thread runs."""
        return all(thread.is_alive() for thread in self._threads)

    @property
    def room(self) -> int:
        """How many drops the queue takes now."""
        return WAITING - len(self._queue)

    @property
    def taken(self) -> Set[Path]:
        """Drops in the queue that are not claimed yet."""
        return self._under_way

    @property
    def waiting(self) -> int:
        """Drops in the queue and in work."""
        return len(self._queue) + self._busy

    def _work(self) -> None:
        while (job := self._next()) is not None:
            try:
                if isinstance(job, _Later):
                    self._again(job)
                else:
                    self._take(job)
            finally:
                with self._changed:
                    self._busy -= 1

    def _next(self) -> Drop | _Later | None:
        with self._changed:
            while not self._stopped:
                due = self._later[0].due - time.monotonic() if self._later else None
                if due is not None and due <= 0:
                    self._busy += 1
                    return heapq.heappop(self._later)
                if self._queue:
                    self._busy += 1
                    if len(self._queue) == WAITING // 2:
                        self.roomy()
                    return self._queue.popleft()
                self._changed.wait(due)
        return None

    def _take(self, drop: Drop) -> None:
        program = STRANGER if drop.stranger else PROGRAM
        origin = Origin(self.person(drop), program, Direction.OUTGOING, drop.group)
        send = self._claim(drop, origin)
        # Free from the claim on: the next file of that name may be dropped while this one is judged.
        with self._changed:
            self._under_way.discard(drop.path)
        if os.path.lexists(drop.path):
            self.roomy()  # the next of that name came so early that a look passed it over
        if send is not None:
            self._settle(send.id, FIRST_PAUSE, lambda: self.desk.judge(send))

    def _claim(self, drop: Drop, origin: Origin) -> Send | None:
        try:
            return self.desk.take(drop.path, origin, drop.outbox)
        except NotTakenError:
            self.refused(drop)
        except OpenClaimError as error:
            self._postpone(error.send, FIRST_PAUSE, error)
        except Exception as error:  # noqa: BLE001 - it lies where it was dropped, and a later scan offers it again
            failure = failure_of(error)
            structlog.get_logger().warning("drop.not_taken", failure=failure.value, error=type(error).__name__)
        return None

    def _again(self, later: _Later) -> None:
        self._settle(later.send, later.pause, lambda: self.desk.go_on(later.send))

    def _settle(self, send: str, pause: float, way: Callable[[], Send | None]) -> None:
        try:
            done = way()
        except Exception as error:  # noqa: BLE001 - whatever it was, the Send must be tried again and not forgotten
            self._postpone(send, pause, error)
        else:
            self.problems.pop(send, None)
            if done is not None:
                self.settled(done)

    def postpone(self, send: str, error: Exception) -> None:
        """Something failed with a Send: try it again, and say so meanwhile."""
        self._postpone(send, FIRST_PAUSE, error)

    def _postpone(self, send: str, pause: float, error: Exception) -> None:
        failure = failure_of(error)
        self.problems[send] = failure
        at = _line(error) if failure is Failure.FAULT else ""
        structlog.get_logger().warning(
            TABLE[failure].log, send=send, failure=failure.value, error=type(error).__name__, at=at
        )
        with self._changed:
            heapq.heappush(self._later, _Later(time.monotonic() + pause, send, min(pause * 2, LONGEST_PAUSE)))
            self._changed.notify()


def _line(error: BaseException) -> str:
    """Module and line where a fault arose."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else ""
