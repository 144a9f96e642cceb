"""Times in which WeChat ran without its gate, and starts outside it: each is an event, and a gap is an incident."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from classifiers.model import GapKind, GapReason
from dlp import ulid
from dlp.clock import now
from dlp.files import write_whole
from dlp.gate import card
from dlp.gate.notices import Notice
from dlp.gate.wire import Packet
from dlp.journal import Journal
from dlp.language import Say
from dlp.model import Action, Choice, Direction, State
from dlp.outbox.folders import Outbox

CLAUSE = "微信使用保密管理制度 五·2"
GAP = Say(
    "WeChat ran without its gate for {seconds} s; what it opened in that time is not known.",
    "微信在无门卫状态下运行了 {seconds} 秒，其间打开的文件未知。",
)
NAME = Say("WeChat without its gate", "微信脱离门卫运行")
STARTED = Say("WeChat runs without its gate", "微信未经门卫运行")
NOT_STARTED = Say("WeChat was not started", "微信未启动")
OUTSIDE = Say(
    "WeChat was started without its gate. Start it with dlp wechat.", "微信未经门卫启动，请使用 dlp wechat 启动。"
)
STOPPED = Say(
    "WeChat was not started, because it would run without its gate. Start it with dlp wechat.",
    "已阻止微信启动：未经门卫。请使用 dlp wechat 启动。",
)


@dataclass(slots=True)
class Gaps:
    """What is known of the gate, from what it says."""

    journal: Journal
    outboxes: Sequence[Outbox]
    person: Callable[[int], str]
    tell: Callable[[Notice], None]
    spaces: dict[int, int] = field(default_factory=dict)
    """Namespaces that are guarded, and their accounts."""
    keeper: str = ""
    """Which keeper holds the queues; while it is the same, no question was lost."""
    away_since: float = 0.0

    def heard(self, packet: Packet) -> None:
        """What the gate says of itself."""
        if "hello" in packet:
            self._hello(str(packet.get("keeper", "")))
        elif "spaces" in packet:
            self.spaces = {int(id): int(uid) for id, uid in packet["spaces"]}
        elif "started_outside" in packet:
            self._outside(int(packet["started_outside"]), refused=packet.get("refused") is True)

    def lost(self) -> None:
        """The gate hung up."""
        self.away_since = time.monotonic()

    def _hello(self, keeper: str) -> None:
        if self.keeper and keeper != self.keeper and self.spaces:
            seconds = round(time.monotonic() - self.away_since, 1)
            for uid in sorted(set(self.spaces.values())):
                self._gap(uid, seconds)
        self.keeper = keeper

    def _gap(self, uid: int, seconds: float) -> None:
        person, said = self.person(uid), GAP.format(seconds=seconds)
        transfer = ulid.new()
        body = {
            "transfer": transfer,
            "number": self.journal.next_number(),
            "name": f"{NAME.zh} / {NAME.en}",
            "size": 0,
            "sha256": hashlib.sha256(b"").hexdigest(),
            "direction": Direction.OUTGOING.value,
            "person": person,
            "program": "WeChat",
            "state": State.REFUSED.value,
            "level": "public",
            "action": Action.HOLD.value,
            "complete": False,
            "incident": True,
            "gaps": [{"kind": GapKind.UNREADABLE.value, "reason": GapReason.WORKER_LOST.value, "detail": "gate"}],
            "because": [{"rule": "gate-gap", "clause": CLAUSE, "text_en": said.en, "text_zh": said.zh}],
            "options": [{"choice": Choice.KEEP.value, "people": 1, "reason": True}],
            "at": now(),
        }
        with self.journal.transaction():
            self.journal.event("gate.gap", person, transfer, seconds=seconds)
            self.journal.report("transfer", body)

    def _outside(self, uid: int, *, refused: bool) -> None:
        person, said = self.person(uid), STOPPED if refused else OUTSIDE
        self.journal.event("gate.start_refused" if refused else "gate.started_outside", person, "wechat")
        outbox = next((one for one in self.outboxes if one.owner == person), self.outboxes[0])
        title = NOT_STARTED if refused else STARTED
        self.tell(Notice(title, said, person))
        page = card.note(title, said, outbox.language)
        with contextlib.suppress(OSError):  # without the folder the event and the desktop's word remain
            write_whole(outbox.held / f"{title.to(outbox.language)}.html", page.encode("utf-8"), 0o644)
