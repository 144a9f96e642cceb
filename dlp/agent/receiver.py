"""Watches WeChat's stores and archives what is new; what fails stays on the retry list until it succeeds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import structlog

from dlp.journal import Journal
from dlp.outbox.settled import Stamp
from dlp.received import ledger
from dlp.received.intake import Intake
from dlp.received.ledger import Seen, Sighting
from dlp.received.places import Store
from dlp.received.scan import Found, StoreScan
from dlp.watching import Hints

UNSETTLED_SECONDS = 0.5
"""Between looks while a file is still unsettled."""
POLL_SECONDS = 10.0
"""Between looks where the file system tells nothing."""
RECONCILE_SECONDS = 60.0
"""Between looks in any case."""
FIND_SECONDS = 60.0
"""Between looks for new accounts."""
FIRST_RETRY = 2.0
LONGEST_RETRY = 3600.0
"""Seconds until a file that could not be archived is tried again; doubled each time."""


@dataclass(slots=True)
class Receiver:
    """The thread that archives received files."""

    intake: Intake
    journal: Journal
    stores: Callable[[], list[Store]]
    """The stores that are there now."""
    told: Callable[[list[Store]], None] = lambda _: None
    """Called with the stores before any file of a new one is read, so that the person is told first."""
    stir: threading.Event = field(default_factory=threading.Event)
    hints: Hints = field(init=False)
    ready: threading.Event = field(default_factory=threading.Event)
    """Set when every store that was there at the start has its baseline."""
    _scans: dict[Path, StoreScan] = field(default_factory=dict)
    _due: dict[Path, float] = field(default_factory=dict)
    _found: float = 0.0
    _listed: float = -RECONCILE_SECONDS
    _told: bool = False
    _known: int = 0
    """Stores that the person was told of."""
    _stopped: bool = False
    _thread: threading.Thread | None = None

    def __post_init__(self) -> None:
        """The hints ring this receiver's own bell."""
        self.hints = Hints(self.stir, naming=True)

    def start(self) -> None:
        """Begin: from the moment that this returns, what comes into a store that is there is not history."""
        for store in self.stores():
            StoreScan(store, self.journal).begin()
        self._thread = threading.Thread(target=self._run, name="receiver", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def watched(self) -> list[Store]:
        """The stores that are watched now."""
        return [scan.store for scan in list(self._scans.values())]

    def look_again(self) -> None:
        """Other accounts may count now: find the stores at once."""
        self._found = 0.0
        self.stir.set()

    def tell_again(self) -> None:
        """What the person is told is gone with the folder that it stood in."""
        self._told = False
        self.look_again()

    def stop(self) -> None:
        """End after the file in work."""
        self._stopped = True
        self.stir.set()
        if self._thread:
            self._thread.join(4)
        self.hints.stop()

    def _run(self) -> None:
        while not self._stopped:
            self.stir.clear()
            self._find()
            self.ready.set()
            unsettled, named = 0, self.hints.named()
            due = time.monotonic() - self._listed >= self._pause
            if due:
                self._listed = time.monotonic()
            for scan in list(self._scans.values()):
                unsettled += self._look(scan, None if due else named)
            self.stir.wait(self._wait(unsettled))

    def _wait(self, unsettled: int) -> float:
        waits = [max(0.0, self._listed + self._pause - time.monotonic())]
        waits += [UNSETTLED_SECONDS] if unsettled else []
        waits += [max(0.0, due - time.monotonic()) for due in self._due.values()]
        return min(waits)

    @property
    def _pause(self) -> float:
        """Seconds between two looks at the folders themselves; in between only what the hints name is looked at."""
        return POLL_SECONDS if self.hints.polling else RECONCILE_SECONDS

    def _find(self) -> None:
        """Stores that appeared get a baseline; accounts are added while we run."""
        if self._found and time.monotonic() - self._found < FIND_SECONDS:
            return
        self._found = time.monotonic()
        stores = self.stores()
        roots = {store.root for store in stores}
        for gone in self._scans.keys() - roots:  # no work account any more: nothing of it is read from now on
            del self._scans[gone]
        if not self._told or roots - self._scans.keys() or len(roots) != self._known:
            try:
                self.told(stores)
                self._told, self._known = True, len(roots)
            except OSError as error:
                # Nobody was told: nothing of a new account is read before that was possible.
                structlog.get_logger().warning("notice.not_given", errno=error.errno)
                return
        for store in stores:
            if store.root in self._scans:
                continue
            scan = StoreScan(store, self.journal)
            try:
                scan.begin()
                scan.first()
            except OSError as error:
                structlog.get_logger().warning("store.unusable", errno=error.errno)
                continue
            self._scans[store.root] = scan

    def _look(self, scan: StoreScan, named: set[Path] | None) -> int:
        for folder in scan.store.documents:
            self.hints.watch(folder, recursive=True)
        try:
            found, unsettled = scan.look(named)
        except OSError as error:
            structlog.get_logger().warning("store.unusable", errno=error.errno)
            return 0
        for one in [*found, *self._retries(scan.store)]:
            if self._stopped:
                break
            self._take(one)
        return unsettled

    def _retries(self, store: Store) -> list[Found]:
        now = time.monotonic()
        due = []
        for sighting in ledger.failed(self.journal):
            if sighting.path.is_relative_to(store.root) and self._due.setdefault(sighting.path, now) <= now:
                due.append(Found(store, sighting.path))
        return due

    def _take(self, found: Found) -> None:
        try:
            self.intake.take(found.store, found.path)
        except FileNotFoundError:
            self._gone(found)
        except Exception as error:  # noqa: BLE001 - whatever fails, the file must be on the retry list and not forgotten
            self._failed(found, error)
            return
        self._due.pop(found.path, None)

    def _gone(self, found: Found) -> None:
        """WeChat removed it before it could be archived: that is noted, because it cannot be done any more."""
        before = ledger.look(self.journal, found.path)
        if before is not None and before.state is Seen.FAILED:
            with self.journal.transaction():
                ledger.note(self.journal, found.store.root, replace(before, state=Seen.LOST))
                self.journal.event("received.lost", "agent", "", problem=before.problem)

    def _failed(self, found: Found, error: Exception) -> None:
        before = ledger.look(self.journal, found.path)
        tries = (before.tries if before else 0) + 1
        try:
            stamp = Stamp.of(found.path.lstat())
        except OSError:
            return self._gone(found)
        name = type(error).__name__
        with self.journal.transaction():
            ledger.note(self.journal, found.store.root, Sighting(found.path, stamp, Seen.FAILED, tries, name))
        self._due[found.path] = time.monotonic() + min(FIRST_RETRY * 2 ** min(tries - 1, 12), LONGEST_RETRY)
        structlog.get_logger().warning("received.failed", error=name, errno=getattr(error, "errno", None), tries=tries)
        return None
