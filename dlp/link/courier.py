"""Two threads that talk to the office: reports go up in order as they come, rulings and keys come down.

The office may be away for days: reports wait in the journal, judging and keeping go on, and each try waits longer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import structlog

from dlp.journal import Journal, rulings
from dlp.link.client import Client, MachineRevokedError, OfficeAwayError
from dlp.link.office_file import OfficeFile
from dlp.link.protocol import LONGEST_WAIT, MOST_REPORTS
from dlp.model import Excerpt, Unmask

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
"""Seconds between tries while the office is away; doubled each time."""


class Reach(StrEnum):
    """How the link is."""

    UNKNOWN = "unknown"
    TALKING = "talking"
    AWAY = "away"
    REVOKED = "revoked"


class Editions(Protocol):
    """Where editions of policy and packs are taken (``dlp.agent.editions``)."""

    def known(self) -> int:
        """The newest that was taken or refused; the office is asked for what is newer."""
        ...

    def take(self, raw: object, office: OfficeFile, told: int) -> None:
        """Check it and put it in force, or refuse it and say so; raises OSError where it cannot be written."""
        ...


@dataclass(slots=True)
class Courier:
    """The link of one machine."""

    journal: Journal
    file: Path
    """``agent/office.json``."""
    heard: Callable[[OfficeFile], None]
    """Called with the office's keys and groups when they changed."""
    ruled: Callable[[], None]
    """Called when rulings were taken into the journal."""
    unmask: Callable[[Unmask], tuple[str, tuple[Excerpt, ...]]]
    """Reads a kept file again for a reviewer who waits (``dlp.agent.unmask``)."""
    editions: Editions
    """Takes what the office wants judged with."""
    state: Reach = Reach.UNKNOWN
    _stop: threading.Event = field(default_factory=threading.Event)
    _ending: bool = False
    _warned: bool = False
    _threads: list[threading.Thread] = field(default_factory=list)
    _clients: list[Client] = field(default_factory=list)

    def start(self) -> None:
        """Begin to talk."""
        self.journal.reported.set()  # reports of an earlier run wait
        for name, turn in (("reports", self._up), ("rulings", self._down)):
            client = Client(OfficeFile.load(self.file))
            thread = threading.Thread(target=self._loop, args=(turn, client), name=name, daemon=True)
            self._clients.append(client)
            self._threads.append(thread)
            thread.start()

    def end_soon(self) -> None:
        """The agent ends: an office that goes away now is no news. The link goes on until ``stop``."""
        self._ending = True

    def stop(self) -> None:
        """Hang up and end both threads."""
        self._ending = True
        self._stop.set()
        self.journal.reported.set()
        for client in self._clients:
            client.close()
        for thread in self._threads:
            thread.join(3)

    def _loop(self, turn: Callable[[Client], None], client: Client) -> None:
        pause, revoked, log = FIRST_PAUSE, False, structlog.get_logger()
        while not self._stop.is_set():
            try:
                if revoked:  # a machine that is let back in gets another token, by dlp enrol, into the same file
                    client.use(OfficeFile.load(self.file))
                turn(client)
                pause, revoked, self.state, self._warned = FIRST_PAUSE, False, Reach.TALKING, False
                continue
            except OfficeAwayError as error:
                # Only a second try tells: where both programs are asked to end at once, the office may go first.
                if pause > FIRST_PAUSE and not (self._warned or self._ending):
                    log.warning("office.away", why=str(error))
                    self._warned = True
                self.state = Reach.AWAY
            except MachineRevokedError:
                log.error("office.revoked")
                self.state, pause, revoked = Reach.REVOKED, LONGEST_PAUSE, True
            except Exception as error:  # noqa: BLE001 - a fault of ours must not end the thread that reports need
                log.error("link.fault", error=type(error).__name__)
                self.state = Reach.AWAY
            client.close()
            self._stop.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _up(self, client: Client) -> None:
        """Wait for reports, and send what waits."""
        self.journal.reported.wait()
        if self._stop.is_set():
            return
        self.journal.reported.clear()
        try:
            while (waiting := self.journal.pending(MOST_REPORTS)) and not self._stop.is_set():
                taken = client.report(waiting)
                if not taken:
                    raise OfficeAwayError("nothing was taken")
                self.journal.acknowledge(taken)
        except BaseException:
            self.journal.reported.set()
            raise

    def _down(self, client: Client) -> None:
        """Ask for rulings, waiting at the office; hear its keys when their revision changed, and take its edition."""
        known, edition = OfficeFile.load(self.file), self.editions.known()
        told = client.rulings(rulings.last(self.journal), LONGEST_WAIT if known.revision else 0, edition)
        for ruling in told.rulings:
            rulings.take(self.journal, ruling)
        if told.rulings:
            self.ruled()
        for wish in told.unmask:
            client.unmasked(wish, *self.unmask(wish))
        if told.revision != known.revision or (told.edition > edition and not known.verify):
            known = self._hear(client, known)
        if told.edition > edition:
            self.editions.take(client.edition(), known, told.edition)

    def _hear(self, client: Client, known: OfficeFile) -> OfficeFile:
        try:
            heard = known.heard(client.keys())
        except ValueError as error:
            raise OfficeAwayError(str(error)) from error
        heard.save(self.file)
        self.heard(heard)
        return heard
