"""The agent's side of the gate, where the platform has one.

It has reading processes of its own, started when a gate first connects: WeChat waits for a second or two only, and must
not stand behind a large file that was dropped into an outbox.
"""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from dlp.agent.desk import Desk
from dlp.agent.force import InForce
from dlp.config import Home
from dlp.files import READING
from dlp.inspect import Context
from dlp.model import Origin

if TYPE_CHECKING:
    from dlp.gate.listening import Listening

PROGRAM = "dlp wechat"
WORKERS = 2
"""Reading processes for the gate, at least: a folder that is browsed is a burst."""


@dataclass(slots=True)
class Gate:
    """What answers the gate of this machine."""

    listening: Listening
    force: _OwnForce

    def start(self) -> None:
        """Listen for a gate. Raises OSError where the socket cannot be made."""
        self.listening.start()

    def stop(self) -> None:
        """Hang up, and end the reading processes."""
        self.listening.stop()
        self.force.end()

    def forget(self) -> None:
        """What was decided before may be decided otherwise now."""
        self.listening.forget()

    def reload(self) -> None:
        """Policy or rules changed."""
        self.force.reload()
        self.listening.forget()

    @property
    def alive(self) -> bool:
        """Whether its threads live."""
        return self.listening.alive


@dataclass(slots=True)
class _OwnForce:
    """Policy and rules with processes of their own, loaded when they are first asked for."""

    force: InForce
    begun: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def context(self) -> Context:
        """What to judge with. Raises DlpError where policy or rules do not load."""
        with self.lock:
            if not self.begun:
                self.force.begin(warm=True)
                self.begun = True
        return self.force.context()

    def reload(self) -> None:
        """Read policy and packs again, where they were read."""
        if self.begun:
            self.force.reload()

    def end(self) -> None:
        """End the processes."""
        with self.lock:
            self.force.end()
            self.begun = False


def gate_on(home: Home, desk: Desk) -> Gate | None:
    """What answers the gate of this machine; None where there can be none."""
    if not sys.platform.startswith("linux"):
        return None
    from dlp.gate.here import agents_side

    main = desk.force
    assert isinstance(main, InForce)
    settings = replace(main.settings, workers=max(WORKERS, main.settings.workers))
    own = _OwnForce(InForce(home, settings, main.registered))

    def seal(path: Path, person: str) -> object:
        """A copy through the flow of the outbox. Raises OSError where this account may not read it."""
        outboxes = desk.custody.ground.outboxes
        outbox = next((one for one in outboxes if one.owner == person), outboxes[0])
        descriptor = os.open(path, READING)
        try:
            return desk.send(descriptor, path.name, Origin(person, PROGRAM), outbox)
        finally:
            os.close(descriptor)

    listening = agents_side(home.run, desk.journal, desk.custody, own.context, desk.decided, seal)
    gate = Gate(listening, own)
    main.changed.append(gate.reload)
    return gate
