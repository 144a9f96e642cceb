"""``python -P -m dlp.gate.answerer N``: reads the kernel's questions and answers them. The keeper starts it.

One thread does all of it and never waits: for the kernel, the agent, launchers, the warden and the keeper alike, what
is not there now is looked for again later. The keeper hears from it four times a second, and takes its place away when
it does not.
"""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import os
import queue as queues
import resource
import select
import socket
import sys
import time
from collections.abc import Callable
from functools import partial

from dlp.gate import exempt, wire
from dlp.gate.answers import Answers
from dlp.gate.door import Door
from dlp.gate.hooks import Hooks
from dlp.gate.kernel import Kernel
from dlp.gate.link import Link
from dlp.gate.memory import Memory
from dlp.gate.questions import Questions
from dlp.gate.settings import Rules
from dlp.gate.space import Space
from dlp.gate.warden import Gone, Guarded, NotGuarded, Started, Warden
from dlp.gate.wire import ClosedError, Packet

BEAT_SECONDS = 0.25
STUCK_SECONDS = 20.0
"""A warden that does not come round in this time hangs on a mount; a new answerer begins without it."""
MOST_DESCRIPTORS = 4096
"""Of this process; the keeper answers by these numbers when we are lost."""
SWITCH_SECONDS = 0.0005
"""How long the warden may keep the interpreter while a question waits."""


class Answerer:
    """The program."""

    def __init__(self, keeper: socket.socket, rules: Rules, door: Door, link: Link, kernel: Kernel) -> None:
        self.keeper, self.rules, self.door, self.link, self.kernel = keeper, rules, door, link, kernel
        rows = exempt.of(rules.exempt, rules.more_exempt)
        self.answers = Answers(Memory(), Questions(rules.seconds), link, rows)
        self.spaces: dict[int, Space] = {}
        self.poll = select.poll()
        self.on: dict[int, Callable[[], None]] = {}
        self.beat_at = 0.0
        self.agent_fd = -1
        self.warden: Warden | None = None

    def run(self, hooks: Hooks | None, spaces: list[Space]) -> None:
        """Serve until the keeper closes its end."""
        self.warden = Warden(self.kernel, hooks, self.rules.outside)
        for space in spaces:
            self.warden.adopt(space)
            self._serve(space)
        self.warden.start()
        self._when(self.warden.wake, self._news)
        self._when(self.keeper.fileno(), self._keeper)
        self._when(self.door.end.fileno(), lambda: self.door.admit(self._welcome))
        gc.collect()
        gc.freeze()  # what is here now stays; later collections look at little, and pause for little
        while True:
            now = time.monotonic()
            wait = min(self.answers.questions.next_due(now), max(0.0, self.beat_at - now))
            for fd, _ in self.poll.poll(wait * 1000):
                if serve := self.on.get(fd):
                    serve()
            now = time.monotonic()
            self.answers.overdue(now)
            if now >= self.beat_at:
                self.beat_at = now + BEAT_SECONDS
                self._beat(now)

    def _when(self, fd: int, serve: Callable[[], None]) -> None:
        self.on[fd] = serve
        self.poll.register(fd, select.POLLIN)

    def _no_longer(self, fd: int) -> None:
        if self.on.pop(fd, None):
            self.poll.unregister(fd)

    def _serve(self, space: Space) -> None:
        self.spaces[space.id] = space
        self._when(space.queue, partial(self.answers.serve, space))

    def _beat(self, now: float) -> None:
        assert self.warden is not None
        if now - self.warden.looked > STUCK_SECONDS:
            raise SystemExit("the warden hangs on a mount")
        with contextlib.suppress(ClosedError):
            wire.send(self.keeper, {"beat": True})
        self._reach_agent()
        self.answers.tell_again()

    # the keeper

    def _keeper(self) -> None:
        """It says nothing any more; its end closing means that it died, and the kernel's queues must not outlive it."""
        try:
            wire.receive(self.keeper)
        except ClosedError:
            for space in self.spaces.values():
                space.close()
            os._exit(0)

    def _keep(self, space: Space) -> None:
        wire.send(self.keeper, {"space": [space.id, space.uid]}, space.queue, space.root, space.table)

    # the agent

    def _reach_agent(self) -> None:
        if self.agent_fd >= 0 and self.link.end is None:
            self._lost_agent()
        if self.link.renew() and self.link.end is not None:
            self.agent_fd = self.link.end.fileno()
            self._when(self.agent_fd, self._agent)
            self.answers.forget()  # its policy may have changed while we did not talk
            self.link.tell({"spaces": [[space.id, space.uid] for space in self.spaces.values()]})

    def _agent(self) -> None:
        for packet in self.link.heard():
            if "verdict" in packet:
                self.answers.verdict(packet)
            elif "forget" in packet:
                self.answers.forget()
            elif "ready" in packet:
                self.link.ready = True
        if self.link.end is None:
            self._lost_agent()

    def _lost_agent(self) -> None:
        self._no_longer(self.agent_fd)
        self.agent_fd = -1
        self.answers.lost()

    # launchers

    def _welcome(self, number: int) -> None:
        self._when(number, partial(self._client, number))

    def _client(self, number: int) -> None:
        try:
            for packet in self.door.heard(number):
                self._asked_by(number, packet)
        except ClosedError:
            self._no_longer(number)
            self.door.leave(number)

    def _asked_by(self, number: int, packet: Packet) -> None:
        assert self.warden is not None
        if "guard" in packet:
            pid = self.door.target(number, packet["guard"])
            if not pid:
                self.door.say(number, {"not_guarded": "not yours"})
                return
            self.warden.guard(number, pid, wire.peer(self.door.clients[number]).uid)
        elif "status" in packet:
            self.door.say(number, {"status": self.status()})

    def status(self) -> Packet:
        """How the gate is."""
        return {
            "agent": self.link.ready,
            "counts": dataclasses.asdict(self.answers.counts),
            "waiting": self.answers.questions.waiting,
            "known": len(self.answers.memory.files),
            "spaces": [
                {"id": space.id, "uid": space.uid, "uncovered": [[one.point, one.kind] for one in space.uncovered]}
                for space in self.spaces.values()
            ],
        }

    # the warden

    def _news(self) -> None:
        assert self.warden is not None
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self.warden.wake)
        while True:
            try:
                news = self.warden.news.get_nowait()
            except queues.Empty:
                return
            match news:
                case Guarded():
                    self._guarded(news)
                case NotGuarded():
                    self.door.say(news.client, {"not_guarded": news.why})
                case Gone():
                    self._gone(news.space)
                case Started():
                    self.link.tell({"started_outside": news.uid, "refused": news.refused})

    def _guarded(self, news: Guarded) -> None:
        space = news.space
        if not news.known:
            self._serve(space)
            self._keep(space)
            self.link.tell({"spaces": [[one.id, one.uid] for one in self.spaces.values()]})
        uncovered = [[one.point, one.kind] for one in space.uncovered]
        self.door.say(news.client, {"guarded": space.id, "uncovered": uncovered})

    def _gone(self, space: Space) -> None:
        self._no_longer(space.queue)
        self.spaces.pop(space.id, None)
        self.answers.questions.drop(space.queue)
        space.close()
        wire.send(self.keeper, {"drop": space.id})
        self.link.tell({"spaces": [[one.id, one.uid] for one in self.spaces.values()]})


def main(channel: int) -> None:
    """Hear from the keeper what is there already, then serve."""
    keeper = socket.socket(fileno=channel)
    rules, keeper_name = None, ""
    kernel, hooks_queue, spaces, given = Kernel(), -1, [], {}
    while True:
        found = wire.receive(keeper)
        if found is None:
            continue
        packet, descriptors = found
        if "rules" in packet:
            rules, keeper_name = Rules.read(packet["rules"]), str(packet["keeper"])
        elif "space" in packet:
            id, uid = packet["space"]
            spaces.append(Space.held(int(id), int(uid), descriptors))
        elif "hooks" in packet:
            (hooks_queue,) = descriptors
        elif "give" in packet:
            (given[packet["give"]],) = descriptors
        elif "begin" in packet:
            break
    assert rules is not None
    keeper.setblocking(False)
    hooks = _hooks(keeper, rules, kernel, hooks_queue)
    door = Door(socket.socket(fileno=given["door"]))
    link = Link(given["run"], {"hello": 1, "keeper": keeper_name})
    resource.setrlimit(resource.RLIMIT_NOFILE, (MOST_DESCRIPTORS, MOST_DESCRIPTORS))
    sys.setswitchinterval(SWITCH_SECONDS)
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, -10)  # WeChat waits for us; a busy machine should not make it wait longer
    Answerer(keeper, rules, door, link, kernel).run(hooks, spaces)


def _hooks(keeper: socket.socket, rules: Rules, kernel: Kernel, kept: int) -> Hooks | None:
    """The queue of starts, kept from an earlier answerer or new; None where the kernel cannot ask about starts."""
    if kept >= 0:
        return Hooks(kept, rules.programs, kernel)
    try:
        hooks = Hooks.make(rules.programs, kernel)
    except OSError:
        return None
    wire.send(keeper, {"hooks": True}, hooks.queue)
    return hooks


if __name__ == "__main__":
    main(int(sys.argv[1]))
