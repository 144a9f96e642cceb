"""A word to the person on the desktop about each card, with a button where one click can help.

Shown by ``dlp.card`` in a process of its own, like every other card; where there is no desktop, the page in *Held* says
the same.
"""

from __future__ import annotations

import json
import queue as queues
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from dlp.language import Language, Say
from dlp.supervise import python

MOST_WAITING = 16
"""Words that wait; further ones are dropped, because the pages have it all."""
SHOWN_SECONDS = 40.0
"""How long the process that shows one may live, waiting for its button to be pressed."""
BUTTON = Say("Seal copies for sending", "制作加密副本")
PRESSED = b"pressed"


@dataclass(frozen=True, slots=True)
class Notice:
    """One word."""

    title: Say
    body: Say
    person: str
    sealable: tuple[str, ...] = ()
    """Paths whose copies the button hands over."""


@dataclass(slots=True)
class Notices:
    """The thread that shows them."""

    language: Language
    seal: Callable[[str, str], None]
    """Puts a copy of a file through the flow of the outbox, for a person."""
    show: Callable[[dict[str, str]], bool] = field(default_factory=lambda: shown)
    """Shows one; whether its button was pressed."""
    _waiting: queues.Queue[Notice] = field(default_factory=lambda: queues.Queue(MOST_WAITING))

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._run, name="notices", daemon=True).start()

    def tell(self, notice: Notice) -> None:
        """Show it soon."""
        try:
            self._waiting.put_nowait(notice)
        except queues.Full:
            return

    def _run(self) -> None:
        while True:
            notice = self._waiting.get()
            said = {"title": notice.title.to(self.language), "body": notice.body.to(self.language)}
            if notice.sealable:
                # A button is waited for; the next word must not wait with it.
                said["button"] = BUTTON.to(self.language)
                threading.Thread(target=self._offer, args=(notice, said), daemon=True).start()
            else:
                self.show(said)

    def _offer(self, notice: Notice, said: dict[str, str]) -> None:
        if self.show(said):
            for path in notice.sealable:
                self.seal(path, notice.person)


def shown(said: dict[str, str]) -> bool:
    """Show one on the desktop; file names go over a pipe, since arguments can be read by everybody on the machine."""
    try:
        done = subprocess.run(
            python("dlp.card"),
            input=json.dumps(said).encode("ascii"),
            capture_output=True,
            timeout=SHOWN_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False  # no desktop, or nobody pressed the button
    return PRESSED in done.stdout
