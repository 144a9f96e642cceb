"""What WeChat tried to open and was refused, gathered by folder and minute: one card, one incident with a list.

A file chooser or a preview opens a whole folder. Opening is not sending: nothing is sealed or kept here, and the files
stay where they are.
"""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from dlp import ulid
from dlp.custody import reports
from dlp.custody import send as sends
from dlp.custody.send import Kind, Send, Transfer
from dlp.files import write_whole
from dlp.gate import card
from dlp.gate.card import Entry, How
from dlp.gate.gaps import Gaps
from dlp.gate.judging import PROGRAM, Answer, Ask
from dlp.gate.notices import Notice
from dlp.gate.wire import Packet
from dlp.journal import Journal
from dlp.language import Say
from dlp.model import Action, Origin, State, Verdict
from dlp.outbox.folders import Outbox
from dlp.policy import Policy
from dlp.verdict_words import to_report

GATHER_SECONDS = 60.0
"""How long one folder's attempts go onto one card."""
TELL_SECONDS = 1.0
"""How long after its first file a word about a card comes, so that one word tells of a whole folder."""
WRITE_SECONDS = 0.25
"""Between writes of a card; a folder of a hundred files is one page, not a hundred."""
MOST_TICKETS = 10_000
"""Refusals remembered for the case that WeChat tries again."""
MOST_ENTRIES = 1000
"""Files on one card; more are counted only."""
GATHERING = "gathering"
"""Stands in a Send's detail until its card is reported, so that a kill loses no attempt."""
NUMBER = Say(
    "Nothing was sent. The page in Held says why and what to do. Number {number}.",
    "没有文件被发送。“已扣留”中的说明页写明原因和处理办法。编号 {number}。",
)
ORDER = (Action.ALLOW, Action.ENCRYPT, Action.HOLD, Action.BLOCK)


@dataclass(slots=True)
class _Card:
    send: Send
    outbox: Outbox
    opened: float
    entries: dict[str, Entry] = field(default_factory=dict)
    written: float = 0.0
    dirty: bool = True
    more: int = 0
    told: bool = False
    """Whether the person had a word about it as it is."""


@dataclass(slots=True)
class Attempts:
    """All cards that are open, by account and folder. Used by several threads."""

    journal: Journal
    outboxes: Sequence[Outbox]
    policy: Callable[[], Policy]
    person: Callable[[int], str]
    tell: Callable[[Notice], None]
    """A word to the person about a card."""
    gaps: Gaps
    _cards: dict[tuple[int, str], _Card] = field(default_factory=dict)
    _out: dict[int, Ask] = field(default_factory=dict)
    _refused: OrderedDict[int, tuple[Ask, Verdict]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def resume(self) -> None:
        """Report what a kill kept from being reported."""
        for send in sends.in_states(self.journal, State.REFUSED):
            if send.detail == GATHERING:
                self._report(send, sends.members_of(self.journal, send.id))

    @property
    def open(self) -> bool:
        """Whether a card waits to be written or reported."""
        return bool(self._cards)

    def asked(self, ask: Ask) -> None:
        """A question came in."""
        with self._lock:
            self._out[ask.ticket] = ask

    def judged(self, ask: Ask, answer: Answer) -> None:
        """A question was answered."""
        with self._lock:
            self._out.pop(ask.ticket, None)
            shown = self._entry(ask)
            if answer.allow and shown is not None and shown.how is How.CHECKING:
                self._pass(ask, shown)
            elif not answer.allow and answer.verdict is not None:
                self._refused[ask.ticket] = (ask, answer.verdict)
                while len(self._refused) > MOST_TICKETS:
                    self._refused.popitem(last=False)
                self._refuse(ask, answer.verdict)

    def heard(self, packet: Packet) -> None:
        """What else the gate says."""
        with self._lock:
            if "late" in packet:
                ask = self._out.get(int(packet["late"]))
                if ask is not None:
                    self._late(ask)
            elif "again" in packet:
                for ticket, count in packet["again"]:
                    if found := self._refused.get(int(ticket)):
                        self._refuse(*found, int(count))
        self.gaps.heard(packet)

    def _late(self, ask: Ask) -> None:
        opened = self._card(ask)
        if ask.path not in opened.entries and len(opened.entries) < MOST_ENTRIES:
            opened.entries[ask.path] = Entry(ask.path, How.CHECKING)
            opened.dirty = True

    def _pass(self, ask: Ask, entry: Entry) -> None:
        entry.how = How.PASSED
        opened = self._card(ask)
        opened.dirty, opened.told = True, False

    def _refuse(self, ask: Ask, verdict: Verdict, count: int = 1) -> None:
        opened = self._card(ask)
        entry = opened.entries.get(ask.path)
        if entry is None or entry.how is not How.REFUSED:
            if entry is None and len(opened.entries) >= MOST_ENTRIES:
                opened.more += 1
                return
            entry = Entry(ask.path, How.REFUSED, verdict, self._member(opened, ask, verdict), count)
            opened.entries[ask.path] = entry
        else:
            entry.count += count
        opened.dirty = True

    def _entry(self, ask: Ask) -> Entry | None:
        opened = self._cards.get(_place(ask))
        return opened.entries.get(ask.path) if opened else None

    def _card(self, ask: Ask) -> _Card:
        place = _place(ask)
        if place not in self._cards:
            folder = place[1]
            person, name = self.person(ask.uid), PurePosixPath(folder).name or "/"
            outbox = outbox_of(person, self.outboxes)
            with self.journal.transaction():
                send = sends.new(self.journal, Kind.FOLDER, name, Origin(person, PROGRAM), outbox.root)
                receipt = outbox.receipt_of(send.number, name)
                send = replace(send, state=State.REFUSED, path=Path(folder), receipt=receipt, detail=GATHERING)
                sends.insert(self.journal, send)
            self._cards[place] = _Card(send, outbox, time.monotonic())
        return self._cards[place]

    def _member(self, opened: _Card, ask: Ask, verdict: Verdict) -> Transfer:
        position = sum(entry.transfer is not None for entry in opened.entries.values())
        number = f"{opened.send.number}.{position + 1}"
        document = verdict.document
        member = Transfer(
            *(ulid.new(), opened.send.id, position, number, PurePosixPath(ask.path).name),
            size=document.size,
            sha256=document.sha256,
            level=verdict.level.id,
            action=verdict.action.value,
            verdict=json.dumps(to_report(verdict) | {"incident": False}, ensure_ascii=True),
        )
        with self.journal.transaction():
            sends.keep_member(self.journal, member)
        return member

    def tick(self, now: float) -> None:
        """Write what changed, and close what was open long enough."""
        with self._lock:
            for place, opened in list(self._cards.items()):
                over = now - opened.opened >= GATHER_SECONDS
                if opened.dirty and (over or now - opened.written >= WRITE_SECONDS):
                    self._write(opened, now)
                if not opened.told and (over or now - opened.opened >= TELL_SECONDS):
                    self._tell(opened)
                if over:
                    del self._cards[place]
                    self._close(opened)

    def _tell(self, opened: _Card) -> None:
        opened.told = True
        entries = list(opened.entries.values())
        sealable = tuple(entry.path for entry in card.sealable(entries))
        body = NUMBER.format(number=opened.send.number)
        self.tell(Notice(card.title(opened.send, entries), body, opened.send.origin.person, sealable))

    def close(self) -> None:
        """The agent ends: nothing is left to be reported."""
        self.tick(float("inf"))

    def _write(self, opened: _Card, now: float) -> None:
        opened.written, opened.dirty = now, False
        entries = list(opened.entries.values())
        page = card.page(opened.send, entries, self.policy(), opened.outbox.language)
        assert opened.send.receipt is not None
        try:
            opened.send.receipt.parent.mkdir(parents=True, exist_ok=True)
            write_whole(opened.send.receipt, page.encode("utf-8", "replace"), 0o644)
        except OSError:
            opened.dirty = True  # the folder is gone or full; tried again with the next tick

    def _close(self, opened: _Card) -> None:
        members = [entry.transfer for entry in opened.entries.values() if entry.transfer is not None]
        if members:
            self._report(opened.send, members)
        else:
            with self.journal.transaction():
                sends.remove(self.journal, opened.send)

    def _report(self, send: Send, members: list[Transfer]) -> None:
        """One incident, about the worst of them; the others are told as sent together with it."""
        if not members:
            return
        worst = max(members, key=lambda member: (ORDER.index(Action(member.action)), member.level))
        with self.journal.transaction():
            for member in members:
                told = replace(member, verdict=json.dumps(member.judged | {"incident": member is worst}))
                for kind, body in reports.transfers(send, [told], State.REFUSED):
                    self.journal.report(kind, body)
            for note in reports.notes(send, members, State.REFUSED, send.origin.person):
                self.journal.event(note.kind, note.who, note.subject, **note.body)
            sends.update(self.journal, send, detail="")

    # the gate itself

    def connected(self) -> None:
        """A gate is there."""
        with self._lock:
            self._out.clear()

    def lost(self) -> None:
        """The gate is not there any more."""
        self.gaps.lost()


def outbox_of(person: str, outboxes: Sequence[Outbox]) -> Outbox:
    """The outbox of a person; the machine's first where they have none of their own."""
    return next((one for one in outboxes if one.owner == person), outboxes[0])


def _place(ask: Ask) -> tuple[int, str]:
    return ask.uid, str(PurePosixPath(ask.path).parent)
