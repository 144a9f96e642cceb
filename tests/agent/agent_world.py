"""A machine's custody with a simulated reader: what a file is stands in its first word, so tests need no workers."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from classifiers.model import Category, Classification, Finding, Gap, GapKind, GapReason, Level, Place
from dlp.agent.desk import Desk
from dlp.custody import Custody, Ground, Point, Send
from dlp.custody import send as sends
from dlp.custody.faults import go_on
from dlp.inspect import Context
from dlp.journal import Journal
from dlp.language import Language
from dlp.model import Origin, Recipients, State
from dlp.outbox.folders import Outbox
from dlp.policy_file import load, shipped
from dlp.receipts import Receipts
from keys import age

SECRET = b"SECRET plans of the unit\n" * 40
SENSITIVE = b"SENSITIVE customers\n" * 40
OPEN = b"an ordinary notice\n" * 40
BROKEN = b"BROKEN document\n" * 40
PICTURED = b"PICTURED pages, more than there is time for\n" * 40
NUMBERS = b"NUMBERS of people on the last of many pages\n" * 40
HIDDEN = b"HIDDEN mark on the last of many pages\n" * 40


@dataclass(frozen=True)
class Answer:
    document_type: str
    classification: Classification


class Reader:
    """Implements ``dlp.inspect.Judge``."""

    word = b""
    """Said of every file where it is set."""

    def judge(self, fd: int, name: str) -> Answer:
        del name
        word = self.word or os.pread(fd, 16, 0).split(b" ")[0]
        findings: tuple[Finding, ...] = ()
        gaps: tuple[Gap, ...] = ()
        if word == b"SECRET":
            findings = (_finding("cn.mark.star", Level.HIGHLY_SECRET, Category.STATE_SECRET),)
        if word == b"SENSITIVE":
            findings = (_finding("cn.id.resident", Level.SENSITIVE, Category.PERSONAL_INFO),)
        if word in (b"PICTURED", b"HIDDEN", b"NUMBERS"):
            gaps = (Gap(GapKind.UNSEEN, GapReason.PICTURE_IN_PART, detail="looking_seconds: picture 1 of 2"),)
        if word == b"BROKEN":
            gaps = (Gap(GapKind.UNREADABLE, GapReason.BROKEN),)
        level = max((finding.level for finding in findings), default=Level.PUBLIC)
        return Answer("text/plain", Classification(level, findings, gaps, "r"))

    def judge_again(self, fd: int, name: str) -> Answer | None:
        """What time shows: the one is clean, in the others there is a mark, or identity numbers."""
        answer = self.judge(fd, name)
        findings = answer.classification.findings
        if os.pread(fd, 6, 0) == b"HIDDEN":
            findings = (_finding("cn.mark.star", Level.HIGHLY_SECRET, Category.STATE_SECRET),)
        if os.pread(fd, 7, 0) == b"NUMBERS":
            findings = (_finding("cn.id.resident", Level.SENSITIVE, Category.PERSONAL_INFO),)
        level = max((finding.level for finding in findings), default=Level.PUBLIC)
        return Answer(answer.document_type, Classification(level, findings, (), "r"))

    def stop_again(self) -> None:
        pass


def _finding(rule: str, level: Level, category: Category) -> Finding:
    return Finding(rule, level, category, 95, Place(page=1), "机密★**", "0" * 16, title_en="mark", title_zh="密级标志")


@dataclass(frozen=True)
class Fixed:
    """Implements ``dlp.agent.desk.Force``: what is in force never changes."""

    fixed: Context

    def context(self) -> Context:
        return self.fixed


@dataclass
class Machine:
    """One machine in a folder: what a process sees that opens it."""

    folder: Path
    reach: Callable[[Point], None] = go_on

    def __post_init__(self) -> None:
        self.agent = self.folder / "agent"
        self.outbox = Outbox(self.folder / "box", Language.EN)
        self.agent.mkdir(exist_ok=True, parents=True)
        self.outbox.make()
        key = self.agent / "machine.key"
        for path in (key, self.folder / "epoch.key", self.folder / "recovery.key"):
            if not path.exists():
                path.write_text(str(age.generate()), "ascii")
        self.journal = Journal.open(self.agent / "journal.db")
        policy = load(shipped("standard"))
        self.reader = Reader()
        context = Context(self.reader, policy, self.journal.sealed_here)
        pages = Receipts(lambda: policy, "https://localhost:8443")
        ground = Ground(self.agent, self.journal, (self.outbox,), self.recipients, pages, self.reach)
        self.custody = Custody(ground)
        self.desk = Desk(self.custody, self.journal, Fixed(context))

    def recipients(self) -> Recipients:
        keys = (self.folder / "epoch.key", self.folder / "recovery.key", self.agent / "machine.key")
        epoch, recovery, machine = (str(age.parse_identity(path.read_text("ascii")).recipient) for path in keys)
        return Recipients(epoch, recovery, machine)

    def drop(self, name: str, content: bytes, group: str = "") -> Path:
        folder = self.outbox.root / group
        folder.mkdir(exist_ok=True)
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def hand_over(self, drop: Path, group: str = ""):
        send = self.desk.take(drop, Origin("li", "outbox", group=group), self.outbox)
        assert send is not None
        return self.desk.judge(send)

    def opened(self, path: Path) -> bytes:
        import io

        identity = age.parse_identity((self.folder / "recovery.key").read_text("ascii"))
        out = io.BytesIO()
        with path.open("rb") as file:
            age.open_sealed(file, out, [identity])
        return out.getvalue()

    def sends(self) -> list[Send]:
        """Every Send of the journal."""
        return sends.in_states(self.journal, *State)

    def start(self) -> None:
        """What an agent does first, after a kill or not."""
        assert self.custody.recover() == []
        self.custody.sweep()
        for send in self.custody.unsettled():
            self.desk.go_on(send)
