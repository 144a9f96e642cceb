"""The agent's side of the gate, where the platform has one."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dlp.agent.desk import PASSED_AS, Desk
from dlp.config import Home
from dlp.files import READING
from dlp.model import Origin

if TYPE_CHECKING:
    from dlp.gate.listening import Listening

PROGRAM = "dlp wechat"


def gate_on(home: Home, desk: Desk) -> Listening | None:
    """What answers the gate of this machine; None where there can be none."""
    if not sys.platform.startswith("linux"):
        return None
    from dlp.gate.here import agents_side

    def seal(path: Path, person: str) -> object:
        """A copy through the flow of the outbox. Raises OSError where this account may not read it."""
        outboxes = desk.custody.ground.outboxes
        outbox = next((one for one in outboxes if one.owner == person), outboxes[0])
        descriptor = os.open(path, READING)
        try:
            return desk.send(descriptor, path.name, Origin(person, PROGRAM), outbox)
        finally:
            os.close(descriptor)

    return agents_side(home.run, desk.journal, desk.custody, desk.force.context, PASSED_AS, seal)
