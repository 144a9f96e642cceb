"""One card on the desktop for what was handed over: never one for each file of a batch, and none that decides anything.

A card only tells; what to do stands on the receipt. It is shown by a short-lived process of its own, so that the idle
agent need not hold what a desktop asks for.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from dlp.custody.send import KEPT, Send
from dlp.language import Language, Say
from dlp.model import State
from dlp.outcome_words import STATES
from dlp.supervise import python

QUIET_SECONDS = 1.5
"""What is settled within this time of each other is told on one card."""
LONGEST_SECONDS = 10.0
"""While more and more is settled, a card comes at the latest after this time."""
SHOW_SECONDS = 10.0
"""How long the process that shows a card may take."""
MOST_NAMED = 3
"""Kept Sends that a card names; the rest are counted."""


class Shows(Protocol):
    """Something that puts a card in front of the person."""

    def show(self, title: str, body: str) -> None:
        """Show it, or do without where there is no desktop."""


class Desktop:
    """The person's desktop, through ``dlp.card`` in a process of its own."""

    def show(self, title: str, body: str) -> None:
        """Show it. File names go over a pipe: arguments can be read by everybody on the machine."""
        said = json.dumps({"title": title, "body": body}).encode("ascii")
        # A desktop that cannot show it is no reason to stop: the receipt is in Held all the same.
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run(python("dlp.card"), input=said, capture_output=True, timeout=SHOW_SECONDS, check=False)


@dataclass(slots=True)
class Cards:
    """Gathers outcomes and shows them together."""

    shows: Shows
    language: Language
    _waiting: list[Send] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _stopped: bool = False
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to gather."""
        self._thread = threading.Thread(target=self._run, name="cards", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End; what waits is not shown any more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def tell(self, send: Send) -> None:
        """Something was settled or decided."""
        with self._changed:
            self._waiting.append(send)
            if len(self._waiting) == 1:  # while it gathers it looks by itself; woken each time it would slow a batch
                self._changed.notify_all()

    def warn(self, send: Send) -> None:
        """Something was found in a Send after it was released: a card of its own, which waits for no others."""
        title = AFTERWARDS.format(name=send.name).to(self.language)
        self.shows.show(title, STOP.format(number=send.number).to(self.language))

    def _run(self) -> None:
        while (gathered := self._gathered()) is not None:
            self.shows.show(*words(gathered, self.language))

    def _gathered(self) -> list[Send] | None:
        with self._changed:
            while not self._waiting and not self._stopped:
                self._changed.wait()
            deadline = time.monotonic() + LONGEST_SECONDS
            count = 0
            while not self._stopped and len(self._waiting) > count and time.monotonic() < deadline:
                count = len(self._waiting)
                self._changed.wait(QUIET_SECONDS)
            if self._stopped:
                return None
            gathered, self._waiting = self._waiting, []
            return gathered


def words(sends: Sequence[Send], language: Language) -> tuple[str, str]:
    """Title and text of the card about these Sends."""
    if len(sends) == 1:
        (send,) = sends
        said = Say("{name}: {state}", "{name}：{state}").format(name=send.name, state=STATES[send.state])
        return said.to(language), _advice(send, language)
    counts = Counter(send.state for send in sends)
    title = ", ".join(
        Say("{count} × {state}", "{count} 个{state}").format(count=count, state=STATES[state]).to(language)
        for state, count in sorted(counts.items())
    )
    kept = [send for send in sends if send.state in KEPT]
    lines = [f"{send.name} ({send.number})" for send in kept[:MOST_NAMED]]
    if len(kept) > MOST_NAMED:
        more = Say("and {count} more; see Held", "另有 {count} 个，见“已扣留”").format(count=len(kept) - MOST_NAMED)
        lines.append(more.to(language))
    return title, "\n".join(lines)


AFTERWARDS = Say("{name}: something was found in it afterwards", "{name}：事后发现问题")
STOP = Say(
    "Do not send it any more. The page in Held says why and what to do. Number {number}.",
    "请停止发送。“已扣留”中的说明页写明原因和处理办法。编号 {number}。",
)
ADVICE = {
    State.READY: Say("It stands in Ready.", "已放入“可发送”。"),
    State.SEALED: Say("Send the sealed copy in Ready.", "请发送“可发送”中的加密副本。"),
    State.RELEASED: Say("It stands in Ready.", "已放入“可发送”。"),
    State.RETURNED: Say("It stands in Originals.", "已放入“原件”。"),
}
SEE_RECEIPT = Say(
    "The page in Held says why and what to do. Number {number}.",
    "“已扣留”中的说明页写明原因和处理办法。编号 {number}。",
)


def _advice(send: Send, language: Language) -> str:
    return ADVICE.get(send.state, SEE_RECEIPT.format(number=send.number)).to(language)
