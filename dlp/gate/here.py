"""Puts the agent's side of the gate together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import structlog

from dlp.custody import Custody
from dlp.errors import DlpError
from dlp.gate.attempts import Attempts
from dlp.gate.gaps import Gaps
from dlp.gate.judging import Judge
from dlp.gate.listening import Listening, person_of
from dlp.gate.made import Made
from dlp.gate.notices import Notices
from dlp.inspect import Context
from dlp.journal import Journal
from dlp.model import Origin, Verdict


def agents_side(
    run: Path,
    journal: Journal,
    custody: Custody,
    context: Callable[[], Context],
    decided: Callable[[Verdict, Origin], Verdict],
    seal: Callable[[Path, str], object],
) -> Listening:
    """What answers the gate on this home; not started yet.

    ``decided`` gives a verdict after what people decided; ``seal`` puts a copy through the outbox's flow.
    """
    outboxes = custody.ground.outboxes

    def sealed(path: str, person: str) -> None:
        try:
            seal(Path(path), person)
        except (OSError, DlpError) as error:
            structlog.get_logger().warning("gate.not_sealed", error=type(error).__name__)

    notices = Notices(outboxes[0].language, sealed)
    gaps = Gaps(journal, outboxes, person_of, notices.tell)
    attempts = Attempts(journal, outboxes, lambda: context().policy, person_of, notices.tell, gaps)
    judge = Judge(context, journal, custody, Made(journal), person_of, decided)
    return Listening(run, judge, attempts, notices)
