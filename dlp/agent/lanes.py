"""Threads that take drops and judge them, behind a queue that is never longer than it can be worked off.

What does not fit into the queue stays in the outbox, in the hands of the person, and is found by a later scan. What
failed for now is tried again, each time later; it stays where it is meanwhile, and ``problems`` says so.
"""

from __future__ import annotations

import contextlib
import heapq
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

import structlog

from dlp.agent.desk import Desk
from dlp.agent.left import FIXED, Left
from dlp.custody import NotTakenError, Send
from dlp.custody.claiming import Offer, OpenClaimError
from dlp.failures import TABLE, Failure, failure_of
from dlp.model import Direction, Origin
from dlp.outbox.drops import Drop, Refusal

WAITING = 256
"""Drops in the queue."""
MOST_TOGETHER = 32
"""Files that one thread takes at once while many wait: they are written down together and wait once for the disk."""
TURN_SECONDS = 0.1
"""How long a thread waits for another one's files to be read, before its own are read between them: one of those may be
a picture or a very long file."""
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
"""Seconds until a Send that failed for now is tried again; doubled each time."""
PROGRAM = "outbox"
STRANGER = "found in Ready"
Waiting = TypeVar("Waiting")


@dataclass(order=True, slots=True)
class _Later:
    due: float
    send: str = field(compare=False)
    pause: float = field(compare=False)


@dataclass(frozen=True, slots=True)
class _Job:
    """What one thread does next."""

    files: int
    do: Callable[[], None]


@dataclass(slots=True)
class Lanes:
    """The threads that do the work of the outbox."""

    desk: Desk
    count: int
    readers: int
    """Reading processes, the spare ones too."""
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
    left: Left = field(default_factory=Left)
    """Drops that could not be taken over yet."""
    _queue: deque[Drop] = field(default_factory=deque)
    _under_way: set[str] = field(default_factory=set)
    _claimed: deque[Send] = field(default_factory=deque)
    """Ours already, and not judged yet."""
    _later: list[_Later] = field(default_factory=list)
    _busy: int = 0
    _stopped: bool = False
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _threads: list[threading.Thread] = field(default_factory=list)
    _turns: threading.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        """As many threads have their files read as there are processes that read."""
        self._turns = threading.Semaphore(self.readers)

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
            if (path := str(drop.path)) in self._under_way or not self.room:
                return False
            self._under_way.add(path)
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
    def taken(self) -> Set[str]:
        """Paths of drops that need not be offered: in the queue and not claimed yet, or left for a while."""
        waiting = self.left.waiting()
        with self._changed:
            return waiting | self._under_way if waiting else self._under_way

    @property
    def waiting(self) -> int:
        """Files in the queue and in work."""
        return len(self._queue) + len(self._claimed) + self._busy

    def _work(self) -> None:
        while (job := self._next()) is not None:
            try:
                job.do()
            finally:
                with self._changed:
                    self._busy -= job.files

    def _next(self) -> _Job | None:
        with self._changed:
            while not self._stopped:
                due = self._later[0].due - time.monotonic() if self._later else None
                if due is not None and due <= 0:
                    return self._begun(_Job(1, partial(self._again, heapq.heappop(self._later))))
                if self._claimed:
                    return self._begun(self._share(self._claimed, self._judge))
                if self._queue:
                    before = len(self._queue)
                    job = self._share(self._queue, self._take)
                    if before >= WAITING // 2 > len(self._queue):
                        self.roomy()
                    return self._begun(job)
                self._changed.wait(due)
        return None

    def _begun(self, job: _Job) -> _Job:
        self._busy += job.files
        return job

    def _share(self, waiting: deque[Waiting], do: Callable[[list[Waiting]], None]) -> _Job:
        """The next that wait; several at once only where enough for every other thread are left."""
        count = min(MOST_TOGETHER, 1 + len(waiting) // (2 * self.count))
        return _Job(count, partial(do, [waiting.popleft() for _ in range(count)]))

    def _take(self, drops: list[Drop]) -> None:
        claimed = self._claim(drops)
        # Free from the claim on: the next file of that name may be dropped while this one is judged.
        with self._changed:
            self._under_way.difference_update(str(drop.path) for drop in drops)
            self._claimed.extend(claimed)
            self._changed.notify(max(0, len(claimed) - 1))  # one of them this thread takes next
        left = self.left.problems()
        if any(os.path.lexists(drop.path) for drop in drops if str(drop.path) not in left):
            self.roomy()  # the next of that name came so early that a look passed it over

    def _judge(self, claimed: list[Send]) -> None:
        judging = self._judging if len(claimed) > 1 else contextlib.nullcontext
        for send, done in self.desk.judge_all(claimed, judging):
            self._settled(send.id, FIRST_PAUSE, done)

    @contextlib.contextmanager
    def _judging(self) -> Iterator[None]:
        """One thread after the other has all its files read, and settles them while the next one's are read.

        Reading in turns they would all be done at the same moment, and the reading process would then wait for them.
        """
        mine = self._turns.acquire(timeout=TURN_SECONDS)
        try:
            yield
        finally:
            if mine:
                self._turns.release()

    def _claim(self, drops: list[Drop]) -> list[Send]:
        """Those that are ours now; of each other one it is said, or it is found again."""
        offers = [Offer(drop.path, self._origin(drop), drop.outbox) for drop in drops]
        try:
            taken: Sequence[Send | Exception | None] = self.desk.take_all(offers)
        except Exception as error:  # noqa: BLE001 - they lie where they were dropped, and a later scan offers them again
            taken = [error for _ in drops]
        return [one for drop, done in zip(drops, taken, strict=True) if (one := self._told(drop, done)) is not None]

    def _origin(self, drop: Drop) -> Origin:
        return Origin(self.person(drop), STRANGER if drop.stranger else PROGRAM, Direction.OUTGOING, drop.group)

    def _told(self, drop: Drop, taken: Send | Exception | None) -> Send | None:
        if isinstance(taken, NotTakenError):
            self.refused(drop)
        elif isinstance(taken, OpenClaimError):
            self._postpone(taken.send, FIRST_PAUSE, taken)
        elif isinstance(taken, Exception):
            self._leave(drop, taken)
        else:
            self.left.taken(str(drop.path))
            return taken
        return None

    def _leave(self, drop: Drop, error: Exception) -> None:
        """It stays where it is, and is tried again later; people read why."""
        failure = failure_of(error)
        if self.left.note(str(drop.path), failure):
            structlog.get_logger().warning("drop.not_taken", failure=failure.value, error=type(error).__name__)
        if isinstance(error, OSError) and error.errno in FIXED:
            self.refused(replace(drop, refused=Refusal.FIXED))

    def _again(self, later: _Later) -> None:
        try:
            done: Send | Exception | None = self.desk.go_on(later.send)
        except Exception as error:  # noqa: BLE001 - whatever it was, the Send must be tried again and not forgotten
            done = error
        self._settled(later.send, later.pause, done)

    def _settled(self, send: str, pause: float, done: Send | Exception | None) -> None:
        if isinstance(done, Exception):
            self._postpone(send, pause, done)
            return
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
