"""``python -P -m dlp.gate.answerer N``: reads the kernel's questions and answers them. The keeper starts it.

One thread does all of it and never waits: for the kernel, the agent, launchers, the warden and the keeper alike, what
is not there now is looked for again later. The keeper hears from it four times a second, and takes its place away when
it does not.
"""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import select
import socket
import sys
import time
from collections.abc import Callable
from types import TracebackType

from dlp.gate import exempt, wire
from dlp.gate.answers import Answers
from dlp.gate.burst import Burst
from dlp.gate.door import Door
from dlp.gate.features import features
from dlp.gate.front import Front
from dlp.gate.hooks import Hooks
from dlp.gate.kernel import Kernel
from dlp.gate.link import Link
from dlp.gate.memory import Memory
from dlp.gate.questions import Questions
from dlp.gate.release import MOST_DESCRIPTORS, release
from dlp.gate.settings import Rules
from dlp.gate.space import Space
from dlp.gate.warden import Warden
from dlp.gate.whole import Whole
from dlp.gate.wire import ClosedError, Packet

BEAT_SECONDS = 0.25
STUCK_SECONDS = 20.0
"""A warden that does not come round in this time hangs on a mount; a new answerer begins without it."""
AWAKE_SECONDS = 0.0002
"""After an answer we look for the next question without going to sleep for so long: programs open files in bursts, and
where processors are virtual to be woken takes longer than to answer."""
SWITCH_SECONDS = 0.0005
"""How long another thread may keep the interpreter while a question waits."""


class Loop:
    """Descriptors, and what is done when something waits there (``dlp.gate.front.Poll``)."""

    def __init__(self) -> None:
        self._poll = select.poll()
        self._on: dict[int, Callable[[], None]] = {}
        self._awake_until = 0.0
        self.burst = Burst()

    def when(self, fd: int, serve: Callable[[], None]) -> None:
        """Call ``serve`` whenever something waits there."""
        self._on[fd] = serve
        self._poll.register(fd, select.POLLIN)

    def no_longer(self, fd: int) -> None:
        """Wait there no more."""
        if self._on.pop(fd, None):
            self._poll.unregister(fd)

    def turn(self, seconds: float) -> None:
        """Wait at most so long, and serve what there is."""
        found = self._soon() or self._poll.poll(min(seconds, self.burst.due(time.monotonic())) * 1000)
        for fd, _ in found:
            if serve := self._on.get(fd):
                serve()
        now = time.monotonic()
        if found:
            self.burst.question(now)
            self._awake_until = now + AWAKE_SECONDS
        else:
            self.burst.quiet(now)

    def _soon(self) -> list[tuple[int, int]]:
        """What comes while we are still awake; who has other work on this processor goes first."""
        while time.monotonic() < self._awake_until:
            if found := self._poll.poll(0):
                return found
            os.sched_yield()
        return []


class Answerer:
    """The program."""

    def __init__(self, keeper: socket.socket, rules: Rules, door: Door, link: Link, hooks: Hooks | None) -> None:
        self.keeper, self.rules, self.link, self.hooks = keeper, rules, link, hooks
        self.kernel = Kernel()
        self.answers = Answers(Memory(), Questions(rules.seconds), link, exempt.of(rules.exempt, rules.more_exempt))
        self.loop = Loop()
        warden = Warden(self.kernel, hooks, rules.outside, rules.reads)
        self.front = Front(
            self.loop, door, warden, self.answers, self._tell_keeper, self._more_status, not rules.filesystems
        )
        self.whole: Whole | None = None
        self.lacking = [one for one in features(self.kernel) if not one.there]
        self.beat_at = 0.0
        self.agent_fd = -1

    def run(self, spaces: list[Space]) -> None:
        """Serve until the keeper closes its end."""
        self.front.start(spaces)
        self.loop.when(self.keeper.fileno(), self._keeper)
        gc.collect()
        gc.freeze()  # what is here now stays; later collections look at little, and pause for little
        self._guard_whole()
        while True:
            now = time.monotonic()
            wait = min(self.answers.questions.next_due(now), max(0.0, self.beat_at - now))
            self.loop.turn(wait if self.whole is None else min(wait, self.whole.next_due(now)))
            now = time.monotonic()
            self.answers.overdue(now)
            if self.whole is not None:
                self.whole.overdue(now)
            if now >= self.beat_at:
                self.beat_at = now + BEAT_SECONDS
                self._beat(now)

    def _beat(self, now: float) -> None:
        if self.whole is None and now - self.front.warden.looked > STUCK_SECONDS:
            raise SystemExit("the warden hangs on a mount")
        self._tell_keeper({"beat": True}, ())
        self._reach_agent()
        self.answers.tell_again()

    # the second mode

    def _guard_whole(self) -> None:
        """Where it was chosen; last of all, since from here on our own opens are asked about too."""
        if not self.rules.filesystems:
            return
        try:
            whole = Whole.make(self.answers, self.rules, self.kernel)
        except OSError:
            return
        self.whole = whole
        self.loop.when(whole.queue, lambda: whole.serve(time.monotonic()))
        self.loop.when(whole.identity.wake, lambda: whole.hear(time.monotonic()))
        whole.guard(self.rules.filesystems, self.kernel)

    def _more_status(self) -> Packet:
        """What belongs to no namespace."""
        guarded = self.whole.guarded if self.whole else []
        refused = self.whole.refused.values() if self.whole else ()
        lacking = [[one.name.en, one.name.zh, one.without.en, one.without.zh] for one in self.lacking]
        return {"filesystems": guarded, "filesystems_not": [[why.en, why.zh] for why in refused], "lacking": lacking}

    # the keeper

    def _tell_keeper(self, packet: Packet, descriptors: tuple[int, ...]) -> None:
        with contextlib.suppress(ClosedError):
            wire.send(self.keeper, packet, *descriptors)

    def _keeper(self) -> None:
        """It says nothing any more; its end closing means that it died, and the kernel's queues must not outlive it."""
        try:
            wire.receive(self.keeper)
        except ClosedError:
            queues = [space.queue for space in self.front.spaces.values()]
            queues += [self.hooks.queue] if self.hooks else []
            release(queues, self.kernel)
            os._exit(0)

    # the agent

    def _reach_agent(self) -> None:
        if self.agent_fd >= 0 and self.link.end is None:
            self._lost_agent()
        if self.link.renew() and self.link.end is not None:
            self.agent_fd = self.link.end.fileno()
            self.loop.when(self.agent_fd, self._agent)
            self.answers.forget()  # its policy may have changed while we did not talk
            self.front.tell_spaces()

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
        self.loop.no_longer(self.agent_fd)
        self.agent_fd = -1
        self.answers.lost()


def main(channel: int) -> None:
    """Hear from the keeper what is there already, then serve."""
    sys.excepthook = _end_at_once
    keeper = socket.socket(fileno=channel)
    rules, name, hooks_queue = None, "", -1
    spaces: list[Space] = []
    given: dict[str, int] = {}
    while (found := wire.receive(keeper)) is not None:
        packet, descriptors = found
        if "rules" in packet:
            rules, name = Rules.read(packet["rules"]), str(packet["keeper"])
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
    resource.setrlimit(resource.RLIMIT_NOFILE, (MOST_DESCRIPTORS, MOST_DESCRIPTORS))
    sys.setswitchinterval(SWITCH_SECONDS)
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, -10)  # WeChat waits for us; a busy machine should not make it wait longer
    door, link = Door(socket.socket(fileno=given["door"])), Link(given["run"], {"hello": 1, "keeper": name})
    Answerer(keeper, rules, door, link, _hooks(keeper, rules, hooks_queue)).run(spaces)


def _hooks(keeper: socket.socket, rules: Rules, kept: int) -> Hooks | None:
    """The queue of starts, kept from an earlier answerer or new.

    None where the kernel has no such queue, and in the second mode, which has one queue for all.
    """
    if rules.filesystems:
        return None
    if kept >= 0:
        return Hooks(kept, rules.programs, Kernel())
    try:
        hooks = Hooks.make(rules.programs, Kernel())
    except OSError:
        return None
    wire.send(keeper, {"hooks": True}, hooks.queue)
    return hooks


def _end_at_once(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say what happened and end. Python's own way would open our source files first, and wait for our own answer."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else ""
    os.write(2, f"gate: {kind.__name__} at {where}: {error}\n".encode("utf-8", "replace"))
    os._exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
