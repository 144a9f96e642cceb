"""What the agent answers the gate about one open file: the same inspection and policy as for the outbox."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from classifiers.model import GapReason, Level
from dlp.custody import Custody
from dlp.gate.made import Made
from dlp.inspect import Context, inspect
from dlp.journal import Journal
from dlp.model import Action, Origin, State, Verdict

PROGRAM = "WeChat"


@dataclass(frozen=True, slots=True)
class Ask:
    """One question of the gate."""

    ticket: int
    path: str
    """Where WeChat sees the file; for people, and for the kind of folder, never to open it."""
    uid: int
    own: bool
    """It lies in a folder of WeChat's own settings and logs."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gate is told, and what was found."""

    allow: bool
    keep: bool
    """Whether it holds for as long as the file stays as it is."""
    made: bool = False
    """WeChat made this file itself."""
    verdict: Verdict | None = None
    """None where nothing had to be looked at."""


@dataclass(frozen=True, slots=True)
class Judge:
    """What files are judged with."""

    context: Callable[[], Context]
    journal: Journal
    custody: Custody
    made: Made
    person: Callable[[int], str]
    """The person whose account this is."""
    decided: Callable[[Verdict, Origin], Verdict]
    """The verdict after what people decided about the content, and about the person."""

    def answer(self, ask: Ask, descriptor: int) -> Answer:
        """Whether WeChat may open this. Raises OSError when the bytes cannot be read, DlpError without workers."""
        status = os.fstat(descriptor)
        if self.made.unchanged(status):
            return Answer(allow=True, keep=True, made=True)
        origin = Origin(self.person(ask.uid), PROGRAM)
        verdict = inspect(descriptor, Path(ask.path).name, origin, self.context())
        if any(gap.reason is GapReason.CHANGED for gap in verdict.classification.gaps):
            return Answer(allow=False, keep=False, verdict=verdict)
        if self._plain(ask, verdict) or self._placed(verdict, status):
            return Answer(allow=True, keep=True, verdict=verdict)
        if self.made.same_content(status, verdict.document.sha256):
            return Answer(allow=True, keep=True, made=True, verdict=verdict)
        decided = self.decided(verdict, origin)
        # What people decided has an end of its own; it is asked about each time.
        keep = decided.because == verdict.because
        return Answer(allow=decided.action is Action.ALLOW, keep=keep, verdict=decided)

    @staticmethod
    def _plain(ask: Ask, verdict: Verdict) -> bool:
        """WeChat's own settings and logs are not sent; they pass while nothing confidential is in them."""
        return ask.own and verdict.level < Level.SENSITIVE and verdict.classification.complete

    def _placed(self, verdict: Verdict, status: os.stat_result) -> bool:
        """Whether this very file was put into Ready by us: it was judged there, or released by a reviewer."""
        for found in self.journal.database.rows(
            "SELECT sends.path FROM transfers JOIN sends ON sends.id = transfers.send WHERE transfers.sha256 = ? "
            "AND transfers.sha256 <> '' "
            "AND sends.state IN (?, ?) AND sends.kind = 'file'",
            *(verdict.document.sha256, State.READY.value, State.RELEASED.value),
        ):
            try:
                there = os.lstat(os.fsdecode(found["path"]))
            except OSError:
                continue
            if (there.st_dev, there.st_ino) == (status.st_dev, status.st_ino):
                return True
        return False
