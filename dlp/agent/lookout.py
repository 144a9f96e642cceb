"""Looks at the outboxes: at once when something happened, again while somebody writes, and now and then in any case."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import structlog

from dlp.agent.lanes import Lanes
from dlp.agent.refusals import Refusals
from dlp.agent.strangers import Strangers
from dlp.folder_names import can_be_group
from dlp.outbox.drops import Drop, Scan, Sight
from dlp.outbox.folders import Outbox
from dlp.watching import Hints

FIRST_LOOK = 0.02
LONGEST_LOOK = 0.5
"""Seconds between looks while a drop is still being written; doubled each time."""
POLL_SECONDS = 1.0
"""Between looks where the file system tells nothing."""
RECONCILE_SECONDS = 30.0
"""Between looks in any case, because hints can be missed."""


@dataclass(slots=True)
class Lookout:
    """The thread that finds drops."""

    outboxes: tuple[Outbox, ...]
    lanes: Lanes
    refusals: Refusals
    strangers: Strangers
    stir: threading.Event = field(default_factory=threading.Event)
    held_up: int = 0
    """Drops for which the queue has no room yet."""
    unfinished: int = 0
    """Drops that are still being written."""
    hints: Hints = field(init=False)
    unusable: dict[str, int] = field(default_factory=dict)
    """Outboxes, and folders of groups, that could not be looked at last time, with the error number."""
    made_anew: Callable[[], None] = lambda: None
    """Called when an outbox is another folder than it was."""
    _groups: frozenset[str] = frozenset()
    _roots: dict[Outbox, tuple[int, int]] = field(default_factory=dict)
    """Device and inode of each outbox at the last look."""
    _scans: dict[Outbox, Scan] = field(default_factory=dict)
    _looked: float = field(default_factory=time.monotonic)
    _stopped: bool = False
    _thread: threading.Thread | None = None

    def __post_init__(self) -> None:
        """The hints ring this lookout's own bell."""
        self.hints = Hints(self.stir)

    def start(self) -> None:
        """Begin to look."""
        self._thread = threading.Thread(target=self._run, name="lookout", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopped = True
        self.stir.set()
        if self._thread:
            self._thread.join(3)
        self.hints.stop()

    @property
    def alive(self) -> bool:
        """Whether the thread runs and has looked within the time that it may wait, twice over."""
        running = self._thread is not None and self._thread.is_alive()
        return running and time.monotonic() - self._looked < 2 * RECONCILE_SECONDS

    def serve(self, groups: frozenset[str]) -> None:
        """Folders of these names stand for groups from now on; a name that we use ourselves never does."""
        self._groups = frozenset(filter(can_be_group, groups))
        self.unusable.clear()
        self.stir.set()

    def _run(self) -> None:
        pause = FIRST_LOOK
        while not self._stopped:
            self.stir.clear()
            self._looked = time.monotonic()
            self.held_up, self.unfinished = 0, 0
            for outbox in self.outboxes:
                self._look(outbox)
            if self.unfinished:
                wait, pause = pause, min(pause * 2, LONGEST_LOOK)
            elif self.held_up:
                wait = LONGEST_LOOK  # the lanes ring before, when there is room again
            else:
                wait, pause = (POLL_SECONDS if self.hints.polling else RECONCILE_SECONDS), FIRST_LOOK
            soonest = self.lanes.left.soonest()
            self.stir.wait(wait if soonest is None else min(wait, max(FIRST_LOOK, soonest)))

    def _look(self, outbox: Outbox) -> None:
        try:
            outbox.make()
            status = outbox.root.stat()
            if self._roots.setdefault(outbox, root := (status.st_dev, status.st_ino)) != root:
                self._roots[outbox] = root
                self.made_anew()
            self._prepare(outbox)
            scan = self._scans.setdefault(outbox, Scan(outbox))
            scan.groups = self._groups
            sight = scan.look(self.lanes.room, self.lanes.taken)
            self._offer(outbox, replace(sight, ready=(*sight.ready, *self.strangers.look(outbox))))
            self.unusable.pop(str(outbox.root), None)
        except OSError as error:
            # The folder was deleted, unmounted or shut; it is looked for again, and status shows its health.
            self._note(outbox.root, error)

    def _note(self, folder: Path, error: OSError) -> None:
        """Told once, and again when it is another error: it is met at every look."""
        if self.unusable.get(str(folder)) != error.errno:
            structlog.get_logger().warning("outbox.unusable", errno=error.errno)
        self.unusable[str(folder)] = error.errno or 0

    def _prepare(self, outbox: Outbox) -> None:
        self.hints.watch(outbox.root, recursive=False)
        for group in self._groups:
            try:
                self.hints.watch(outbox.make_group(group), recursive=False)
                self.unusable.pop(str(outbox.root / group), None)
            except OSError as error:
                # Such as a file that somebody dropped and named like the group: it is taken, and the folder made then.
                self._note(outbox.root / group, error)

    def _offer(self, outbox: Outbox, sight: Sight) -> None:
        self.unfinished += sight.waiting
        self.held_up += sight.more
        refused: list[Drop] = []
        for drop in sight.ready:
            if drop.refused:
                refused.append(drop)
            elif not self.lanes.offer(drop):
                self.held_up += 1
        self.refusals.keep(outbox, refused)
