"""The gate's door: launchers ask here to have their namespace guarded, and stay connected while WeChat runs.

Any account may knock. What it can ask for is a guard on its own processes, and how the gate is.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from dlp.gate import wire
from dlp.gate.wire import ClosedError, Packet

NAME = "door.sock"
MOST_CLIENTS = 128


@dataclass(slots=True)
class Door:
    """The listening end, and who is connected."""

    end: socket.socket
    clients: dict[int, socket.socket] = field(default_factory=dict)
    """By descriptor."""

    def admit(self, welcome: Callable[[int], None]) -> None:
        """Take whoever knocks; ``welcome`` is called with each new descriptor."""
        while True:
            try:
                client, _ = self.end.accept()
            except OSError:
                return
            if len(self.clients) >= MOST_CLIENTS:
                client.close()
                continue
            client.setblocking(False)
            self.clients[client.fileno()] = client
            welcome(client.fileno())

    def heard(self, number: int) -> Iterator[Packet]:
        """What a client said; raises ClosedError when it went away, or said what is no packet."""
        client = self.clients.get(number)
        while client is not None:
            found = wire.receive(client)
            if found is None:
                return
            wire.close(found[1])
            yield found[0]

    def say(self, number: int, packet: Packet) -> None:
        """Answer a client; one that went away, or does not listen, hears nothing."""
        client = self.clients.get(number)
        if client is None:
            return
        try:
            wire.send(client, packet)
        except ClosedError:
            return

    def say_all(self, packet: Packet) -> None:
        """Tell everybody."""
        for number in self.clients:
            self.say(number, packet)

    def target(self, number: int, wanted: object) -> int:
        """The process whose namespace a client may have guarded: itself, or one of its own account's.

        0 where it may not.
        """
        client = self.clients.get(number)
        if client is None:
            return 0
        peer = wire.peer(client)
        if wanted is None:
            return peer.pid
        if not isinstance(wanted, int) or isinstance(wanted, bool) or wanted <= 0:
            return 0
        try:
            owner = os.stat(f"/proc/{wanted}").st_uid
        except OSError:
            return 0
        return wanted if owner == peer.uid or peer.uid == 0 else 0

    def leave(self, number: int) -> None:
        """A client went away."""
        client = self.clients.pop(number, None)
        if client is not None:
            client.close()
