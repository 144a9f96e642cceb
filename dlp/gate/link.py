"""The answerer's end of the talk with the agent: questions with the file's descriptor go out, verdicts come back.

Nothing here waits. An agent that is away or does not keep up is told so to the caller, who then refuses the file.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from dlp.gate import wire
from dlp.gate.wire import ClosedError, Packet

NAME = "gate.sock"
"""The agent's socket, in ``run`` of its home."""
RETRY_SECONDS = 0.5


@dataclass(slots=True)
class Link:
    """One connection, made again when it was lost."""

    folder: int
    """``run`` of the agent's home, open."""
    hello: Packet
    """The first packet."""
    end: socket.socket | None = None
    ready: bool = False
    """Whether the agent has said that it can judge."""
    _again: float = 0.0
    _owner: int = field(init=False)

    def __post_init__(self) -> None:
        """Whoever owns the home is the agent; nobody else is told what WeChat opens."""
        self._owner = os.fstat(self.folder).st_uid

    def renew(self) -> bool:
        """Connect where there is no connection and it is time to try; true when there is a new one."""
        if self.end is not None or time.monotonic() < self._again:
            return False
        self._again = time.monotonic() + RETRY_SECONDS
        try:
            end = wire.connect(self.folder, NAME)
        except OSError:
            return False
        if wire.peer(end).uid not in (self._owner, 0):
            end.close()
            return False
        self.end = end
        return self.tell(self.hello)

    def tell(self, packet: Packet, *descriptors: int) -> bool:
        """Send one packet; false where the agent is away or does not keep up."""
        if self.end is None:
            return False
        try:
            return wire.send(self.end, packet, *descriptors)
        except ClosedError:
            self.lose()
            return False

    def heard(self) -> Iterator[Packet]:
        """What the agent said; ends the connection where that is no packet."""
        while self.end is not None:
            try:
                found = wire.receive(self.end)
            except ClosedError:
                self.lose()
                return
            if found is None:
                return
            wire.close(found[1])
            yield found[0]

    def lose(self) -> None:
        """Give the connection up."""
        if self.end is not None:
            self.end.close()
        self.end, self.ready = None, False
