"""What the agent does with a file somebody hands over, and with a request about one; used by its threads, by the
command line through the door while the agent runs, and by the command line alone while it does not.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from dlp.custody import Custody, Outcome, Transfer
from dlp.inspect import Context, inspect
from dlp.journal import Journal
from dlp.model import Origin, Ruling


@dataclass(frozen=True, slots=True)
class Desk:
    """A custody, and what files are judged with."""

    custody: Custody
    journal: Journal
    context: Context

    def take(self, path: Path, origin: Origin) -> Transfer | None:
        """Claim a dropped file; None when it went away or cannot be claimed yet, which custody then has said."""
        return self.custody.claim(path, origin)

    def judge(self, transfer: Transfer) -> Outcome:
        """Inspect a claimed file and do what policy wants. Raises OSError when its bytes cannot be read."""
        descriptor = os.open(transfer.claimed, os.O_RDONLY)
        try:
            verdict = inspect(descriptor, transfer.name, transfer.origin, self.context)
        finally:
            os.close(descriptor)
        return self.custody.apply(transfer, verdict)

    def send(self, path: Path, origin: Origin) -> Outcome:
        """Put a copy of a file through the same flow as the outbox."""
        return self.judge(self.custody.claim_copy(path, origin))

    def take_back(self, number: str) -> Path:
        """Give a kept file back to its owner; returns where it stands now."""
        return self.custody.take_back(number)

    def rule(self, ruling: Ruling) -> None:
        """Do what a reviewer decided."""
        self.custody.apply_ruling(ruling)

    def recover(self) -> list[Transfer]:
        """Finish or undo what a kill cut off; returns the claimed files that are still to be judged."""
        return self.custody.recover()
