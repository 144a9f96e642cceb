"""What each question of the kernel is answered: from memory, by the list of exempt files, or by the agent.

Runs in the thread that reads the queues. It opens no file, writes no log, imports nothing and waits for nobody; each
event gets exactly one answer, whatever goes wrong on the way.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from dlp.gate import looks
from dlp.gate.exempt import Exempt, Standing, standing
from dlp.gate.kernel import ALLOW, DENY, Event, answer, events, read
from dlp.gate.link import Link
from dlp.gate.memory import SETTLED, Key, Memory, key_of, stamp_of
from dlp.gate.questions import MOST_WAITERS, Question, Questions
from dlp.gate.wire import Packet


@dataclass(slots=True)
class Counts:
    """What happened since the start; shown by ``dlp wechat --status``."""

    opens: int = 0
    known: int = 0
    exempt: int = 0
    asked: int = 0
    refused: int = 0
    late: int = 0
    """Openers told to come again, because the file was still being looked at."""
    away: int = 0
    """Files refused because the agent was away."""
    full: int = 0
    """Files refused because too many were asked about at once."""
    unopenable: int = 0
    """Files that the kernel refused, because they could not be opened for us."""
    faults: int = 0


@dataclass(slots=True)
class Answers:
    """Memory, questions, and the way to the agent."""

    memory: Memory
    questions: Questions
    link: Link
    exempt: Sequence[Exempt]
    counts: Counts = field(default_factory=Counts)
    again: dict[int, int] = field(default_factory=dict)
    """Refused opens of files refused before, by ticket; told to the agent now and then."""

    def serve(self, queue: int, uid: int) -> None:
        """Answer what waits in one queue now; at most one batch, so that no queue keeps the others waiting.

        ``uid`` is the account that WeChat runs as there.
        """
        for mask, fd, _pid in self.waiting(queue):
            self.event(queue, uid, mask, fd)

    def waiting(self, queue: int) -> Iterator[tuple[int, int, int]]:
        """The events of one batch that brought a descriptor."""
        try:
            records = read(queue)
        except OSError:
            self.counts.unopenable += 1
            return
        for mask, fd, pid in events(records):
            if fd >= 0:
                yield mask, fd, pid
            else:
                self.counts.unopenable += not mask & Event.Q_OVERFLOW

    def event(self, queue: int, uid: int, mask: int, fd: int) -> None:
        """One event of WeChat's; answered once, whatever goes wrong."""
        try:
            if mask & Event.CLOSE_WRITE:
                self._written(fd)
            else:
                self._asked(queue, uid, fd, opened=not mask & Event.PRE_ACCESS)
        except Exception:  # noqa: BLE001 - an event without an answer would hang its opener
            self.counts.faults += 1
            answer(queue, fd, DENY)
            if not self.questions.holds(fd):
                os.close(fd)

    def _asked(self, queue: int, uid: int, fd: int, *, opened: bool) -> None:
        """One open, or one read of an open file; a known file comes first, and costs as little as it can."""
        self.counts.opens += opened
        status = os.fstat(fd)
        known = self.memory.files.get((status.st_dev, status.st_ino))
        if known is not None and known[:3] == (status.st_size, status.st_mtime_ns, status.st_ctime_ns):
            self.counts.known += 1
            answer(queue, fd, known[3])
            os.close(fd)
            if known[3] == DENY:
                self._refused_again(known[4])
            return
        if self._passes(status, fd):
            answer(queue, fd, ALLOW)
            os.close(fd)
            return
        self._ask(queue, uid, fd, status, opened=opened)

    def _refused_again(self, ticket: int) -> None:
        self.counts.refused += 1
        self.again[ticket] = self.again.get(ticket, 0) + 1

    def _passes(self, status: os.stat_result, fd: int) -> bool:
        """Whether there is nothing to ask about: no content of a file, or one that WeChat is writing itself."""
        if not stat.S_ISREG(status.st_mode):
            return True
        key = key_of(status)
        if status.st_size == 0:
            if looks.has_writer(fd):  # opened to be written, not only looked at
                self.memory.begin(key, status, time.time_ns())
            return True
        return (key in self.memory.made or key in self.memory.begun) and looks.sound(fd) and looks.has_writer(fd)

    def _ask(self, queue: int, uid: int, fd: int, status: os.stat_result, *, opened: bool) -> None:
        key, stamp, now = key_of(status), stamp_of(status), time.monotonic()
        question = self.questions.same(key, stamp)
        if question is not None and self.questions.waiting < MOST_WAITERS:
            self.questions.wait(question, queue, fd, now)
            return
        path = os.readlink(f"/proc/self/fd/{fd}")
        stands = standing(self.exempt, path, status, fd)
        if stands is Standing.FREE:
            self.counts.exempt += 1
            if looks.sound(fd) and not looks.has_writer(fd):
                self.memory.keep(key, stamp, ALLOW)
            answer(queue, fd, ALLOW)
            os.close(fd)
            return
        if stands is Standing.OWN and not opened:
            # A log that WeChat writes changes all the time; it was looked at when it was opened.
            answer(queue, fd, ALLOW)
            os.close(fd)
            return
        if self.questions.full or question is not None:
            self.counts.full += 1
            answer(queue, fd, DENY)
            os.close(fd)
            return
        settled = time.time_ns() - max(stamp[1:]) > SETTLED
        question = self.questions.new(fd, key, stamp, settled=settled)
        self.questions.wait(question, queue, fd, now)
        packet: Packet = {"ask": question.ticket, "path": path, "uid": uid, "own": stands is Standing.OWN}
        self.counts.asked += 1
        if not self.link.tell(packet, fd):
            self.counts.away += 1
            self._end(question, DENY)

    def _written(self, fd: int) -> None:
        """WeChat closed a file that it had open for writing."""
        status = os.fstat(fd)
        key, stamp = key_of(status), stamp_of(status)
        if stat.S_ISREG(status.st_mode) and looks.sound(fd) and self.memory.finish(key, stamp):
            path = os.readlink(f"/proc/self/fd/{fd}")
            if standing(self.exempt, path, status, fd) is not Standing.FREE:
                self.link.tell({"made": [*key, *stamp]}, fd)
        os.close(fd)

    def verdict(self, packet: Packet) -> None:
        """The agent's answer to one question, also when nobody waits for it any more."""
        question = self.questions.out.get(int(packet["verdict"]))
        if question is None:
            return
        # What was judged must still be what is there; a verdict about other bytes says nothing.
        same = stamp_of(os.fstat(question.fd)) == question.stamp
        word = ALLOW if packet.get("allow") is True and same else DENY
        self.counts.refused += len(question.waiters) if word == DENY else 0
        if same and packet.get("keep") is True:
            self._keep(question, word, own=packet.get("made") is True)
        self._end(question, word)

    def _keep(self, question: Question, word: int, *, own: bool) -> None:
        fd = question.fd
        if not question.settled or not looks.sound(fd) or looks.has_writer(fd):
            return
        if own:
            self.memory.own(question.key, question.stamp)
        else:
            self.memory.keep(question.key, question.stamp, word, question.ticket)

    def _end(self, question: Question, word: int) -> None:
        self.questions.answer(question, word)
        self.questions.close(question)

    def overdue(self, now: float) -> None:
        """Openers whose time is over are refused; the agent goes on, and hears that somebody was told to come again."""
        for question in self.questions.overdue(now):
            self.counts.late += 1
            self.link.tell({"late": question.ticket})

    def tell_again(self) -> None:
        """Pass on what was refused again since the last time."""
        if self.again and self.link.tell({"again": [[ticket, count] for ticket, count in self.again.items()][:1000]}):
            self.again.clear()

    def lost(self) -> None:
        """The agent is away: nobody will answer what is out."""
        for question in list(self.questions.out.values()):
            self.counts.away += len(question.waiters)
            self._end(question, DENY)

    def forget(self, key: Key | None = None) -> None:
        """Verdicts are out of date."""
        if key is None:
            self.memory.forget()
        else:
            self.memory.files.pop(key, None)
