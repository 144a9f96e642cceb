"""Answers a reviewer who may see, for one page, what was found in a kept file: out of the vault, read again, forgotten.

The office wrote its event before it asked. This machine writes its own before anything is read, so that an office that
asks without writing is found out by the machine's chain. The plaintext stands in a file without a name, which is gone
with this process however it ends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from dlp.custody import Ground
from dlp.custody import send as sends
from dlp.errors import DlpError
from dlp.model import Excerpt, Unmask

Show = Callable[[int, str, Sequence[str]], tuple[Excerpt, ...]]
NOT_KEPT, FAILED = "not_kept", "failed"


@dataclass(frozen=True, slots=True)
class Unmasking:
    """The vault of one machine, and who reads there."""

    ground: Ground
    show: Show

    def answer(self, asked: Unmask) -> tuple[str, tuple[Excerpt, ...]]:
        """Why nothing can be shown (or nothing), and what is shown. Never raises for what the file or its key does."""
        member = self._kept(asked.transfer)
        if member is None:
            return NOT_KEPT, ()
        with self.ground.journal.transaction():
            self.ground.journal.event("transfer.unmasked", asked.by, asked.transfer, wish=asked.id)
        try:
            return "", self._excerpts(member)
        except (OSError, DlpError) as error:
            structlog.get_logger().warning("unmask.failed", error=type(error).__name__)
            return FAILED, ()

    def _kept(self, transfer: str) -> sends.Transfer | None:
        send = sends.of_transfer(self.ground.journal, transfer)
        if send is None or send.state not in sends.KEPT:
            return None
        members = sends.members_of(self.ground.journal, send.id)
        return next((one for one in members if one.id == transfer and one.object), None)

    def _excerpts(self, member: sends.Transfer) -> tuple[Excerpt, ...]:
        rules = sorted({str(one["rule"]) for one in member.judged.get("findings", ())})
        with self.ground.unsealed(member.object) as plain:
            return self.show(plain, Path(member.name).name, rules) if rules else ()
