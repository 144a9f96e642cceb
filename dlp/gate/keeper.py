"""The keeper: holds the kernel's queues, and sees to it that somebody answers them.

It does so little that it hardly can fail. When the answerer is lost or hangs, the queues stay, and with them every
question and every mark: what was asked is refused, what comes meanwhile waits for the next answerer, some tenths of a
second. Only when the keeper itself ends does the kernel let everything through again.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from dlp.gate import wire
from dlp.gate.kernel import Kernel
from dlp.gate.release import refuse_read, refuse_waiting, release
from dlp.gate.safe import Kept, Safe
from dlp.gate.settings import Rules
from dlp.gate.wire import ClosedError, Packet

SILENT_SECONDS = 3.0
"""An answerer that says nothing for so long is ended; it says something four times a second."""
SILENT_WHOLE_SECONDS = 1.0
"""The same in the second mode, where other programs wait with WeChat while the answerer hangs."""
START_SECONDS, AGAIN_SECONDS = 30.0, 5.0
"""The same until it has said something for the first time: at the boot of a slow machine, and later."""
MOST_STARTS, IN_SECONDS, PAUSE_SECONDS = 20, 10.0, 1.0
"""After so many starts in so short a time the next one waits."""
POLL_SECONDS = 0.25
PATIENCE_SECONDS = 0.1
"""How long an answerer that was killed may take to be gone before what waits is refused."""


@dataclass(slots=True)
class Keeper:
    """The program."""

    rules: Rules
    door: socket.socket
    run: int
    """``run`` of the agent's home, open."""
    alive: Callable[[], None]
    """Called now and then; tells systemd."""
    safe: Safe
    name: str = field(default_factory=lambda: f"{os.getpid()}-{time.time_ns()}")
    """Tells the agent whether the queues are those of before, and no question was lost."""
    spaces: dict[int, tuple[int, list[int]]] = field(default_factory=dict)
    """By id: the account, and the descriptors of queue, root and table."""
    hooks: int = -1
    _channel: socket.socket | None = None
    _child: subprocess.Popen[bytes] | None = None
    _heard: float = 0.0
    _spoke: bool = False
    _ever: bool = False
    _starts: list[float] = field(default_factory=list)

    def take_over(self, found: Sequence[Kept]) -> None:
        """Queues of a gate that was lost: what it left unanswered is refused, the rest goes on."""
        for kept in found:
            self.name = kept.keeper
            if kept.id:
                self.spaces[kept.id] = (kept.uid, kept.descriptors)
            else:
                (self.hooks,) = kept.descriptors
        self._refuse_all()

    def serve(self, stopped: Callable[[float], bool]) -> None:
        """Until ``stopped`` says so."""
        try:
            self._start()
            while not stopped(0):
                self._listen()
                self.alive()
                if self._lost():
                    self._end()
                    self._refuse_all()
                    self._pause(stopped)
                    self._start()
        finally:
            self._end()
            self.close()

    def _pause(self, stopped: Callable[[float], bool]) -> None:
        """Where answerers end again and again, wait before the next one, and refuse meanwhile what is asked."""
        now = time.monotonic()
        self._starts = [at for at in self._starts if now - at < IN_SECONDS]
        if len(self._starts) < MOST_STARTS:
            return
        while time.monotonic() < now + PAUSE_SECONDS and not stopped(0.05):
            self.alive()
            for queue in self._queues():
                refuse_waiting(queue)

    def _queues(self) -> list[int]:
        return [descriptors[0] for _, descriptors in self.spaces.values()] + [self.hooks] * (self.hooks >= 0)

    def _start(self) -> None:
        ours, theirs = wire.pair()
        command = [sys.executable, "-P", "-m", "dlp.gate.answerer", str(theirs.fileno())]
        with theirs:
            self._child = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        self._channel = ours
        self._starts.append(time.monotonic())
        self._heard, self._spoke = time.monotonic(), False
        try:
            wire.send(ours, {"rules": self.rules.packet(), "keeper": self.name})
            wire.send(ours, {"give": "door"}, self.door.fileno())
            wire.send(ours, {"give": "run"}, self.run)
            if self.hooks >= 0:
                wire.send(ours, {"hooks": True}, self.hooks)
            for id, (uid, descriptors) in self.spaces.items():
                wire.send(ours, {"space": [id, uid]}, *descriptors)
            wire.send(ours, {"begin": True})
        except ClosedError:
            pass  # it ended already; the next round sees it
        ours.setblocking(False)

    def _listen(self) -> None:
        assert self._channel is not None
        if not select.select([self._channel], [], [], POLL_SECONDS)[0]:
            return
        try:
            while found := wire.receive(self._channel):
                self._heard, self._spoke, self._ever = time.monotonic(), True, True
                self._take(*found)
        except ClosedError:
            self._heard = float("-inf")

    def _take(self, packet: Packet, descriptors: list[int]) -> None:
        if "space" in packet and len(descriptors) == 3:
            id, uid = packet["space"]
            self._forget(int(id))
            self.spaces[int(id)] = (int(uid), descriptors)
            self.safe.keep(int(id), int(uid), self.name, descriptors)
        elif "hooks" in packet and len(descriptors) == 1 and self.hooks < 0:
            self.hooks = descriptors[0]
            self.safe.keep_hooks(self.name, self.hooks)
        else:
            wire.close(descriptors)
            if "drop" in packet:
                id = int(packet["drop"])
                self.safe.drop(id, self.spaces[id][0] if id in self.spaces else 0, self.name)
                self._forget(id)

    def _forget(self, id: int) -> None:
        _, descriptors = self.spaces.pop(id, (0, []))
        wire.close(descriptors)

    def _lost(self) -> bool:
        assert self._child is not None
        silent = SILENT_WHOLE_SECONDS if self.rules.filesystems else SILENT_SECONDS
        patience = silent if self._spoke else AGAIN_SECONDS if self._ever else START_SECONDS
        return self._child.poll() is not None or time.monotonic() - self._heard > patience

    def _end(self) -> None:
        """End the answerer for good, before anybody else answers in its place.

        It may end only after a process that waits at a queue which we hold too, so such ones are refused meanwhile.
        """
        if self._child is not None:
            self._child.kill()
            while not self._ended(PATIENCE_SECONDS):
                self._refuse_all()
                for queue in self._queues():
                    refuse_waiting(queue)
        if self._channel is not None:
            self._channel.close()
        self._child = self._channel = None

    def _ended(self, seconds: float) -> bool:
        assert self._child is not None
        try:
            self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _refuse_all(self) -> None:
        for queue in self._queues():
            refuse_read(queue)

    def close(self) -> None:
        """Let go of every queue: what waits is refused, and the kernel asks about nothing any more."""
        release(self._queues(), Kernel())
        for _, descriptors in self.spaces.values():
            wire.close(descriptors[1:])
        self.spaces.clear()
        self.hooks = -1


def ignore_hangup() -> None:
    """A terminal that closes must not end the gate."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
