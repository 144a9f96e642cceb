"""The agent's end of the talk with the gate: takes its questions, has them judged, and answers.

Only root is listened to. One thread hears; a few judge, each with its own question; the verdicts go back as they come.
"""

from __future__ import annotations

import os
import pwd
import queue as queues
import select
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import structlog

from dlp.errors import DlpError
from dlp.gate import wire
from dlp.gate.attempts import Attempts
from dlp.gate.judging import Answer, Ask, Judge
from dlp.gate.link import NAME
from dlp.gate.notices import Notices
from dlp.gate.wire import ClosedError, Packet

JUDGES = 4
"""Questions judged at once; they take turns at the reading processes."""
MOST_WAITING = 1024
"""Questions that wait here; the gate has no more than half of it out at once."""
FLUSH_SECONDS = 0.5
"""Between writes of what WeChat made, so that a hundred pictures are one write."""


@dataclass(slots=True)
class Listening:
    """The socket, and the threads behind it."""

    run: Path
    """Folder of the socket; only this account reaches it."""
    judge: Judge
    attempts: Attempts
    """Hears of what was refused, and of the gate itself."""
    notices: Notices
    connected: bool = False
    _jobs: queues.Queue[Callable[[], None] | None] = field(default_factory=lambda: queues.Queue(MOST_WAITING))
    _end: socket.socket | None = None
    _gate: socket.socket | None = None
    _stop: int = -1
    _stir: int = -1
    """Set by the threads when something waits to be written down."""
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Listen from now on. Raises OSError where the socket cannot be made."""
        folder = os.open(self.run, os.O_PATH | os.O_DIRECTORY)
        try:
            self._end = wire.listening(folder, NAME, 0o600)
        finally:
            os.close(folder)
        self._stop, self._stir = (os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK) for _ in range(2))
        self.attempts.resume()
        self.judge.made.prune()
        self.notices.start()
        self._begin("gate", self._hear)

    def _begin(self, name: str, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def stop(self) -> None:
        """Hang up; the gate refuses what it does not know until an agent is back."""
        if self._end is None:
            return
        os.eventfd_write(self._stop, 1)
        for _ in range(JUDGES):
            self._jobs.put(None)
        for thread in self._threads:
            thread.join(3)
        (self.run / NAME).unlink(missing_ok=True)

    def forget(self) -> None:
        """Tell the gate that verdicts are out of date: policy, rules or a reviewer's decision changed."""
        gate = self._gate
        if gate is not None:
            self._say(gate, {"forget": True})

    @property
    def alive(self) -> bool:
        """Whether every thread lives."""
        return all(thread.is_alive() for thread in self._threads)

    def _hear(self) -> None:
        while True:
            try:
                if self._turn():
                    return
            except Exception as error:  # noqa: BLE001 - a fault of ours must not leave the gate without an agent
                structlog.get_logger().error("gate.fault", error=type(error).__name__)
                self._hang_up()

    def _turn(self) -> bool:
        """Wait for something and serve it; true when it is time to end."""
        ends: list[socket.socket | int] = [end for end in (self._end, self._gate) if end is not None]
        wait = FLUSH_SECONDS if self.judge.made.waiting or self.attempts.open else None
        ready, _, _ = select.select([self._stop, self._stir, *ends], [], [], wait)
        if self._stir in ready:
            os.eventfd_read(self._stir)
        self.judge.made.flush()
        self.attempts.tick(time.monotonic())
        if self._stop in ready:
            self._hang_up()
            self.attempts.close()
            return True
        if self._gate in ready:
            self._serve()
        if self._end in ready:
            self._accept()
        return False

    def _accept(self) -> None:
        assert self._end is not None
        gate, _ = self._end.accept()
        if wire.peer(gate).uid != 0:
            gate.close()
            return
        self._hang_up()
        self._gate, self.connected = gate, True
        self.attempts.connected()
        while len(self._threads) <= JUDGES:  # a machine without a gate needs none of them
            self._begin(f"gate-judge-{len(self._threads)}", self._work)
        self._put(partial(self._warm, gate))

    def _hang_up(self) -> None:
        if self._gate is not None:
            self._gate.close()
            self._gate, self.connected = None, False
            self.attempts.lost()

    def _serve(self) -> None:
        assert self._gate is not None
        try:
            found = wire.receive(self._gate)
        except ClosedError:
            self._hang_up()
            return
        if found is None:
            return
        packet, descriptors = found
        if "ask" in packet and len(descriptors) == 1:
            ask = Ask(int(packet["ask"]), str(packet["path"]), int(packet["uid"]), packet.get("own") is True)
            self.attempts.asked(ask)
            if not self._put(partial(self._judge, self._gate, ask, descriptors[0])):
                os.close(descriptors[0])
                self._say(self._gate, {"verdict": ask.ticket, "allow": False, "keep": False})
        elif "made" in packet and len(descriptors) == 1:
            told = [int(number) for number in packet["made"]]
            self.judge.made.expect(told)
            if not self._put(partial(self._made, told, descriptors[0])):
                self._made(told, descriptors[0])
        else:
            wire.close(descriptors)
            self.attempts.heard(packet)

    def _put(self, job: Callable[[], None]) -> bool:
        try:
            self._jobs.put_nowait(job)
        except queues.Full:
            return False
        return True

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception as error:  # noqa: BLE001 - a fault of ours must not end a thread that WeChat waits for
                structlog.get_logger().error("gate.fault", error=type(error).__name__)

    def _warm(self, gate: socket.socket) -> None:
        """Have the reading processes ready before the first question, and say so."""
        self.judge.context()
        self._say(gate, {"ready": True})

    def _made(self, told: list[int], descriptor: int) -> None:
        try:
            self.judge.made.note(told, descriptor)
        finally:
            os.close(descriptor)
        os.eventfd_write(self._stir, 1)

    def _judge(self, gate: socket.socket, ask: Ask, descriptor: int) -> None:
        answer = Answer(allow=False, keep=False)
        try:
            answer = self.judge.answer(ask, descriptor)
        except (OSError, DlpError) as error:
            structlog.get_logger().warning("gate.unjudged", error=type(error).__name__)
        finally:
            os.close(descriptor)
            said = {"verdict": ask.ticket, "allow": answer.allow, "keep": answer.keep, "made": answer.made}
            self._say(gate, said)
        self.attempts.judged(ask, answer)
        os.eventfd_write(self._stir, 1)

    @staticmethod
    def _say(gate: socket.socket, packet: Packet) -> None:
        try:
            wire.send(gate, packet)
        except ClosedError:
            return  # that gate is gone; the next one asks again


def person_of(uid: int) -> str:
    """The login of an account; its number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
