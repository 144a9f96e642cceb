"""Questions that are out at the agent, who waits for each, and until when."""

from __future__ import annotations

import os
from collections import deque
from dataclasses import dataclass, field

from dlp.gate.kernel import DENY, answer
from dlp.gate.memory import Key, Stamp

MOST = 512
"""Questions out at once; a further file is refused at once, and may be tried again."""
MOST_WAITERS = 1024
"""Opens that wait at once; each holds a descriptor of ours."""


@dataclass(slots=True)
class Question:
    """One file that the agent looks at."""

    ticket: int
    fd: int
    """The first event's descriptor, kept until the verdict."""
    key: Key
    stamp: Stamp
    settled: bool
    """Whether nothing had changed in it for a while."""
    waiters: dict[int, int] = field(default_factory=dict)
    """Descriptor of each event that waits, and its queue."""
    refused: int = 0
    """Opens that were told to come again."""


@dataclass(slots=True)
class Questions:
    """All of them. Each event that comes in here is answered once: by the verdict, the deadline, or the end."""

    seconds: float
    """How long an opener waits at most."""
    out: dict[int, Question] = field(default_factory=dict)
    waiting: int = 0
    _same: dict[tuple[Key, Stamp], Question] = field(default_factory=dict)
    _due: deque[tuple[float, int, int]] = field(default_factory=deque)
    _last: int = 0

    def same(self, key: Key, stamp: Stamp) -> Question | None:
        """The question about this very file that is out already."""
        return self._same.get((key, stamp))

    @property
    def full(self) -> bool:
        """Whether no further file can be asked about now."""
        return len(self.out) >= MOST or self.waiting >= MOST_WAITERS

    def new(self, fd: int, key: Key, stamp: Stamp, *, settled: bool) -> Question:
        """A question, not sent yet and with nobody waiting; it owns the descriptor from here on."""
        self._last += 1
        question = Question(self._last, fd, key, stamp, settled)
        self.out[question.ticket] = question
        self._same[key, stamp] = question
        return question

    def wait(self, question: Question, queue: int, fd: int, now: float) -> None:
        """An opener waits from now on."""
        question.waiters[fd] = queue
        self.waiting += 1
        self._due.append((now + self.seconds, question.ticket, fd))

    def answer(self, question: Question, word: int) -> int:
        """Answer everybody who waits for it; how many."""
        count = len(question.waiters)
        for fd, queue in question.waiters.items():
            answer(queue, fd, word)
            if fd != question.fd:
                os.close(fd)
        question.waiters.clear()
        self.waiting -= count
        return count

    def holds(self, fd: int) -> bool:
        """Whether a descriptor belongs to a question."""
        return any(fd == question.fd or fd in question.waiters for question in self.out.values())

    def close(self, question: Question) -> None:
        """It is over; nobody waits for it any more."""
        del self.out[question.ticket]
        del self._same[question.key, question.stamp]
        os.close(question.fd)

    def overdue(self, now: float) -> list[Question]:
        """Tell openers whose time is over to come again; the questions that they had waited for."""
        late = {}
        while self._due and self._due[0][0] <= now:
            _, ticket, fd = self._due.popleft()
            question = self.out.get(ticket)
            queue = question.waiters.pop(fd, None) if question else None
            if question is None or queue is None:
                continue
            answer(queue, fd, DENY)
            if fd != question.fd:
                os.close(fd)
            self.waiting -= 1
            question.refused += 1
            late[ticket] = question
        return list(late.values())

    def next_due(self, now: float) -> float:
        """Seconds until the first opener's time is over; a minute where nobody waits."""
        return max(0.0, self._due[0][0] - now) if self._due else 60.0

    def drop(self, queue: int) -> None:
        """A queue ends: nobody who came through it waits any more."""
        for question in self.out.values():
            for fd in [fd for fd, theirs in question.waiters.items() if theirs == queue]:
                del question.waiters[fd]
                self.waiting -= 1
                if fd != question.fd:
                    os.close(fd)
