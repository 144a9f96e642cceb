"""A word to the person on the desktop, with a button where one click can help.

By ``notify-send`` of libnotify, which every desktop of Linux has; where it is missing, or the agent has no desktop, the
card in *Held* says the same.
"""

from __future__ import annotations

import queue as queues
import shutil
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from dlp.language import Language, Say
from dlp.model import Action

MOST_WAITING = 16
"""Words that wait; a folder of a hundred files must not cover the screen."""
SHOWN_SECONDS = 30.0
"""How long a button is waited for."""
BUTTON = Say("Seal a copy for sending", "制作加密副本")


@dataclass(slots=True)
class Notices:
    """The thread that shows them."""

    language: Language
    seal: Callable[[str, str], None]
    """Puts a copy of a file through the flow of the outbox, for a person."""
    program: str = field(default_factory=lambda: shutil.which("notify-send") or "")
    _waiting: queues.Queue[tuple[Say, str, str, Action | None] | None] = field(
        default_factory=lambda: queues.Queue(MOST_WAITING)
    )

    def start(self) -> None:
        """Begin, where there is something to show them with."""
        if self.program:
            threading.Thread(target=self._run, name="notices", daemon=True).start()

    def tell(self, said: Say, path: str, person: str, action: Action | None) -> None:
        """Show it soon; dropped where too many wait, because the card has it all."""
        if self.program:
            try:
                self._waiting.put_nowait((said, path, person, action))
            except queues.Full:
                return

    def _run(self) -> None:
        while (notice := self._waiting.get()) is not None:
            said, path, person, action = notice
            title = PurePosixPath(path).name if path else said.to(self.language)
            words = [self.program, "--app-name=WeChat", title, said.to(self.language) if path else ""]
            if action is Action.ENCRYPT:
                words += [f"--action=seal={BUTTON.to(self.language)}", "--wait"]
                threading.Thread(target=self._offer, args=(words, path, person), daemon=True).start()
            else:
                self._show(words)

    def _offer(self, words: list[str], path: str, person: str) -> None:
        if self._show(words).strip() == "seal":
            self.seal(path, person)

    def _show(self, words: list[str]) -> str:
        try:
            return subprocess.run(
                words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SHOWN_SECONDS, check=False
            ).stdout
        except (OSError, subprocess.TimeoutExpired):
            return ""  # no desktop, or nobody pressed the button
