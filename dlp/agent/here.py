"""Opens what a desk needs on this home: journal, custody, archive, and the office's public keys as last heard."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from dlp.agent.desk import Desk
from dlp.config import Home, Settings
from dlp.custody import Custody
from dlp.inspection import context_for
from dlp.journal import Journal
from dlp.link.client import OfficeFile
from dlp.lock import is_taken
from dlp.model import Recipients
from dlp.outbox import Outbox


def lock_file(home: Home) -> Path:
    """Held by the running agent."""
    return home.run / "agent.lock"


def running(home: Home) -> bool:
    """Whether an agent runs on this home; then it must be asked, because it alone moves files."""
    return is_taken(lock_file(home))


def recipients_of(home: Home) -> Callable[[], Recipients]:
    """The keys to seal to, as the office last told them; read anew each time, because epochs change while we run."""
    from keys.age import parse_identity

    machine = str(parse_identity((home.agent / "machine.key").read_text("ascii").strip()).recipient)

    def recipients() -> Recipients:
        office = OfficeFile.load(home.agent / "office.json")
        return Recipients(office.epoch, office.recovery, machine)

    return recipients


def outbox_of(settings: Settings) -> Outbox:
    """The outbox in the person's language."""
    return Outbox(settings.outbox_folder(), settings.tongue)


@contextlib.contextmanager
def desk_on(home: Home, settings: Settings) -> Iterator[Desk]:
    """A desk on this home; its workers start with the first file and end with the block."""
    with contextlib.closing(Journal.open(home.agent / "journal.db")) as journal:
        custody = Custody(home.agent, journal, outbox_of(settings), recipients_of(home))
        with context_for(home, settings, registered=journal.sealed_here) as context:
            yield Desk(custody, journal, context)
