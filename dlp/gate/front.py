"""What launchers ask and the warden tells: namespaces come under guard, and go."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import queue as queues
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from dlp.gate import wire
from dlp.gate.answers import Answers
from dlp.gate.door import Door
from dlp.gate.space import Space
from dlp.gate.warden import Gone, Guarded, NotGuarded, Started, Warden, Wish
from dlp.gate.wire import ClosedError, Packet


class Poll(Protocol):
    """Where descriptors are waited for."""

    def when(self, fd: int, serve: Callable[[], None]) -> None:
        """Call ``serve`` whenever something waits there."""

    def no_longer(self, fd: int) -> None:
        """Wait there no more."""


@dataclass(slots=True)
class Front:
    """The door, the warden, and the namespaces that are guarded."""

    poll: Poll
    door: Door
    warden: Warden
    answers: Answers
    keep: Callable[[Packet, tuple[int, ...]], Any]
    """Tells the keeper, with descriptors."""
    more: Callable[[], Packet]
    """What else belongs to the status."""
    guards: bool
    """Whether namespaces are guarded; in the second mode they are not."""
    spaces: dict[int, Space] = field(default_factory=dict)

    def start(self, spaces: list[Space]) -> None:
        """Go on with what was guarded before, and open the door."""
        if self.guards:
            for space in spaces:
                self.warden.adopt(space)
                self._serve(space)
            self.warden.start()
            self.poll.when(self.warden.wake, self.news)
        self.poll.when(self.door.end.fileno(), lambda: self.door.admit(self._welcome))

    def _serve(self, space: Space) -> None:
        self.spaces[space.id] = space
        self.poll.when(space.queue, partial(self.answers.serve, space.queue, space.uid))

    def _welcome(self, number: int) -> None:
        self.poll.when(number, partial(self._client, number))

    def _client(self, number: int) -> None:
        try:
            for packet in self.door.heard(number):
                self._asked_by(number, packet)
        except ClosedError:
            self.poll.no_longer(number)
            self.door.leave(number)

    def _asked_by(self, number: int, packet: Packet) -> None:
        if "guard" in packet:
            pid = self.door.target(number, packet["guard"])
            if not self.guards:
                self.door.say(number, {"not_guarded": "whole"})
            elif pid:
                peer = wire.peer(self.door.clients[number])
                self.warden.guard(Wish(number, pid, peer.uid, nests=packet.get("nests") is True))
            else:
                self.door.say(number, {"not_guarded": "not yours"})
        elif "status" in packet:
            self.door.say(number, {"status": self.status()})

    def status(self) -> Packet:
        """How the gate is."""
        return {
            "agent": self.answers.link.ready,
            "counts": dataclasses.asdict(self.answers.counts),
            "waiting": self.answers.questions.waiting,
            "known": len(self.answers.memory.files),
            "spaces": [_shown(space) for space in self.spaces.values()],
            **self.more(),
        }

    def news(self) -> None:
        """What the warden did."""
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
                    self.answers.link.tell({"started_outside": news.uid, "refused": news.refused})

    def _guarded(self, news: Guarded) -> None:
        space = news.space
        if not news.known:
            self._serve(space)
            self.keep({"space": [space.id, space.uid]}, (space.queue, space.root, space.table))
            self.tell_spaces()
        uncovered = [[one.point, one.kind] for one in space.uncovered]
        self.door.say(news.client, {"guarded": space.id, "uncovered": uncovered})

    def _gone(self, space: Space) -> None:
        self.poll.no_longer(space.queue)
        self.spaces.pop(space.id, None)
        self.answers.questions.drop(space.queue)
        space.close()
        self.keep({"drop": space.id}, ())
        self.tell_spaces()

    def tell_spaces(self) -> None:
        """The agent is told who runs WeChat under guard."""
        self.answers.link.tell({"spaces": [[space.id, space.uid] for space in self.spaces.values()]})


def _shown(space: Space) -> Packet:
    uncovered = [[one.point, one.kind] for one in space.uncovered]
    unread = [[one.point, one.kind] for one in space.unread]
    told = {"id": space.id, "uid": space.uid, "uncovered": uncovered, "unread": unread}
    return {**told, "reads": space.reads, "inherited": space.inherited}
