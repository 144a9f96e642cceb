"""Judges what lies in WeChat's stores and in Ready already (regulation R4.4): slowly, resumable, with a count.

History in a store is left alone by the receiver. The sweep looks at it once: what is clean is noted and not looked at
again, what is sensitive or secret is archived, becomes an incident, and can be removed from the store once its object
was sealed and read again.
"""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from dlp.agent.desk import Desk
from dlp.custody import send as sends
from dlp.errors import DlpError
from dlp.failures import failure_of
from dlp.files import opened_inside, sync_folder
from dlp.inspect import inspect
from dlp.journal import Journal
from dlp.model import Action, Direction, Origin, State
from dlp.outbox.folders import Outbox
from dlp.outbox.settled import Stamp
from dlp.received import ledger
from dlp.received.intake import WATCHED, Found, Intake
from dlp.received.ledger import Seen, Sighting
from dlp.received.places import Store
from dlp.received.readable import readable

PROGRAM = "sweep"
FILES_A_SECOND = 20.0
"""How fast it goes unless told otherwise: it must not be felt at the workstation."""
NICE = 10
"""How much less the sweep's processes count than others (nice(2))."""


@dataclass(slots=True)
class Tally:
    """What a sweep found."""

    judged: int = 0
    clean: int = 0
    incidents: int = 0
    removed: int = 0
    failed: int = 0
    left: int = 0
    """Files that are still to be judged when it was interrupted."""


@dataclass(slots=True)
class Sweep:
    """One sweep over stores and outboxes."""

    journal: Journal
    intake: Intake
    rate: float = FILES_A_SECOND
    remove: bool = False
    """Remove secret files from the store after they were sealed."""
    told: Callable[[Tally, int], None] = lambda _tally, _all: None
    tally: Tally = field(default_factory=Tally)

    def stores(self, stores: list[Store]) -> Tally:
        """Judge the history of these stores; goes on where an earlier sweep stopped."""
        for store in stores:
            pending = list(waiting(self.journal, store))
            for number, path in enumerate(pending):
                began = time.monotonic()
                self.tally.left = len(pending) - number
                self._one(store, path)
                self.told(self.tally, len(pending))
                time.sleep(max(0.0, 1 / self.rate - (time.monotonic() - began)))
        self.tally.left = 0
        return self.tally

    def _one(self, store: Store, path: Path) -> None:
        self.tally.judged += 1
        try:
            with opened_inside(store.root, path.relative_to(store.root).as_posix()) as descriptor:
                stamp = Stamp.of(os.fstat(descriptor))
                with readable(descriptor, path) as content:
                    verdict = self.intake.judge(Found(store, path, stamp, content))
            if verdict.level < WATCHED:
                self.tally.clean += 1
                with self.journal.transaction():
                    ledger.note(self.journal, store.root, Sighting(path, stamp, Seen.SWEPT))
                return
            self.tally.incidents += 1
            self.intake.take(store, path)
            if self.remove and self._removable(verdict.level.id, path, stamp):
                self._removed(store, path)
        except FileNotFoundError:
            self.tally.judged -= 1
        except (OSError, DlpError) as error:
            self.tally.failed += 1
            self._failed(store, path, error)

    def _removable(self, level: str, path: Path, stamp: Stamp) -> bool:
        """Only what is secret, is unchanged since it was sealed, and whose object was read again."""
        seen = ledger.look(self.journal, path)
        if seen is None or seen.state not in (Seen.ARCHIVED, Seen.DUPLICATE) or Stamp.of(path.lstat()) != stamp:
            return False
        found = sends.transfer_with(self.journal, seen.transfer)
        secret = level in ("secret", "highly_secret", "top_secret")
        return secret and found is not None and self.intake.archive.objects.verify(found.sha256)

    def _removed(self, store: Store, path: Path) -> None:
        seen = ledger.look(self.journal, path)
        path.unlink()
        sync_folder(path.parent)
        self.tally.removed += 1
        with self.journal.transaction():
            if seen is not None:
                ledger.note(self.journal, store.root, replace(seen, state=Seen.REMOVED))
            self.journal.event("store.removed", self.intake.person(store), seen.transfer if seen else "")

    def _failed(self, store: Store, path: Path, error: Exception) -> None:
        """Onto the retry list that people see; the agent tries again."""
        with contextlib.suppress(OSError):
            stamp = Stamp.of(path.lstat())
            with self.journal.transaction():
                problem = failure_of(error).value
                ledger.note(self.journal, store.root, Sighting(path, stamp, Seen.FAILED, 1, problem))


def waiting(journal: Journal, store: Store) -> Iterator[Path]:
    """History that no sweep has judged yet, oldest path first."""
    asked = "SELECT path FROM stored WHERE root = ? AND state = 'baseline' ORDER BY path"
    for row in journal.database.rows(asked, os.fsencode(store.root)):
        yield Path(os.fsdecode(row["path"]))


def ready(desk: Desk, outbox: Outbox, person: str) -> int:
    """Judge what stands in Ready by the rules of today; what may not be sent any more is held. How many that is."""
    held = 0
    with os.scandir(outbox.ready) as entries:
        found = sorted(Path(entry.path) for entry in entries)
    for path in found:
        before = sends.at_path(desk.journal, path)
        if before is None or before.state is State.SEALED:
            continue  # a stranger is the agent's to find; a sealed copy is what it was
        origin = Origin(person, PROGRAM, Direction.OUTGOING, before.origin.group)
        if _may_stay(desk, path, origin):
            continue  # it keeps its number: a sweep that changes nothing leaves no new transfer
        send = desk.take(path, origin, outbox)
        if send is not None and desk.judge(send).state in sends.KEPT:
            held += 1
    return held


def _may_stay(desk: Desk, path: Path, origin: Origin) -> bool:
    """Whether a file or each file of a folder may be sent by the rules of today; what cannot be looked at is taken."""
    inside = path.is_dir() and not path.is_symlink()
    files = [one for one in path.rglob("*") if one.is_symlink() or not one.is_dir()] if inside else [path]
    try:
        return all(_allowed(desk, path, one, origin) for one in files)
    except OSError:
        return False


def _allowed(desk: Desk, top: Path, path: Path, origin: Origin) -> bool:
    name = path.relative_to(top).as_posix() if path != top else ""
    with opened_inside(top, name) as descriptor:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return False
        verdict = inspect(descriptor, path.name, origin, desk.force.context())
    return desk.decided(verdict, origin).action is Action.ALLOW
