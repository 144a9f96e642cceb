"""What was refused becomes one card and one incident for each folder and minute, also after a kill."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from classifiers.model import Category, Classification, Finding, Level, Place
from dlp.gate.attempts import GATHER_SECONDS, Attempts
from dlp.gate.gaps import Gaps
from dlp.gate.judging import Answer, Ask
from dlp.gate.notices import BUTTON, Notice, Notices
from dlp.journal import Journal
from dlp.language import Language, Say
from dlp.model import Document, Origin
from dlp.outbox.folders import Outbox
from dlp.policy_file import load, shipped

POLICY = load(shipped("standard"))
LEVELS = {"secret": Level.HIGHLY_SECRET, "sensitive": Level.SENSITIVE, "open": Level.PUBLIC}


@dataclass
class Desk:
    """Attempts on a journal and an outbox of their own."""

    folder: Path
    notices: list[Notice] = field(default_factory=list)
    last: int = 0

    def __post_init__(self) -> None:
        self.outbox = Outbox(self.folder / "box", Language.EN)
        self.outbox.make()
        self.journal = Journal.open(self.folder / "journal.db")
        self.open()

    def open(self) -> None:
        gaps = Gaps(self.journal, (self.outbox,), lambda uid: f"u{uid}", self.notices.append)
        self.attempts = Attempts(
            self.journal, (self.outbox,), lambda: POLICY, lambda uid: f"u{uid}", self.notices.append, gaps
        )

    def look(self, path: str, kind: str, uid: int = 1000, late: bool = False) -> Ask:
        """WeChat opens a file, and the agent judges it."""
        self.last += 1
        ask = Ask(self.last, path, uid, own=False)
        self.attempts.asked(ask)
        if late:
            self.attempts.heard({"late": ask.ticket})
        level = LEVELS[kind]
        finding = Finding(
            *("cn.mark.star", level, Category.STATE_SECRET if level > Level.SENSITIVE else Category.PERSONAL_INFO, 95),
            *(Place(page=1), "机密★**", "0" * 16),
        )
        found = Classification(level, (finding,) if level else (), (), "r")
        document = Document(Path(path).name, 7, hashlib.sha256(path.encode()).hexdigest(), "text/plain")
        verdict = POLICY.decide(document, found, Origin("li"))
        self.attempts.judged(ask, Answer(allow=kind == "open", keep=True, verdict=verdict))
        return ask

    def later(self, seconds: float) -> None:
        import time

        self.attempts.tick(time.monotonic() + seconds)

    def reports(self) -> list[dict[str, Any]]:
        return [report.body for report in self.journal.pending(1000) if report.kind == "transfer"]

    def pages(self) -> list[str]:
        return [path.read_text("utf-8") for path in self.outbox.held.glob("*.html")]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.journal.close()


def test_a_folder_and_a_minute_are_one_card_and_one_incident(desk: Desk) -> None:
    for number in range(30):
        desk.look(f"/home/li/work/{number}.txt", "sensitive")
    desk.look("/home/li/work/plan.docx", "secret")
    desk.look("/home/li/work/notice.txt", "open")
    desk.look("/home/li/other/list.txt", "sensitive")
    desk.later(2)
    assert len(desk.pages()) == 2
    assert not desk.reports(), "the minute is not over"
    assert len(desk.notices) == 2, "one word for each card, not one for each file"
    desk.later(GATHER_SECONDS)
    told = desk.reports()
    assert len(told) == 32
    incidents = [body for body in told if body["incident"]]
    assert [body["name"] for body in incidents if body["send"] == told[0]["send"]] == ["work/plan.docx"]
    assert len({body["send"] for body in told}) == 2
    assert {body["state"] for body in told} == {"refused"}
    assert not desk.attempts.open


def test_the_next_minute_is_another_card(desk: Desk) -> None:
    ask = desk.look("/home/li/work/plan.docx", "secret")
    desk.later(GATHER_SECONDS)
    desk.attempts.heard({"again": [[ask.ticket, 3], [999, 1]]})
    desk.later(2)
    assert len(desk.pages()) == 2
    assert any("×3" in page for page in desk.pages())


def test_accounts_do_not_share_a_card(desk: Desk) -> None:
    desk.look("/srv/share/plan.docx", "secret", uid=1000)
    desk.look("/srv/share/plan.docx", "secret", uid=1001)
    desk.later(GATHER_SECONDS)
    assert {body["person"] for body in desk.reports()} == {"u1000", "u1001"}


def test_what_was_only_late_is_no_incident(desk: Desk) -> None:
    desk.look("/home/li/big.txt", "open", late=True)
    desk.later(2)
    (page,) = desk.pages()
    assert "WeChat may open it now" in page
    desk.later(GATHER_SECONDS)
    assert not desk.reports()
    assert not desk.journal.database.rows("SELECT * FROM sends")


def test_a_kill_before_the_minute_is_over_loses_no_attempt(desk: Desk) -> None:
    desk.look("/home/li/work/plan.docx", "secret")
    desk.open()  # as after a kill: what was in memory is gone
    desk.attempts.resume()
    (told,) = desk.reports()
    assert told["incident"] is True
    desk.open()
    desk.attempts.resume()
    assert len(desk.reports()) == 1, "it is told once"
    assert desk.journal.verify_chain() is None


def test_names_stand_on_the_page_and_in_no_event(desk: Desk) -> None:
    desk.look("/home/li/work/<b>秘密计划</b>.docx", "secret")
    desk.later(GATHER_SECONDS)
    (page,) = desk.pages()
    assert "&lt;b&gt;秘密计划" in page
    assert "机密★**" in page, "what was found, masked"
    events = "".join(event.body for event in desk.journal.events())
    assert "秘密计划" not in events


def test_the_button_hands_over_what_may_go_sealed_and_nothing_else(desk: Desk) -> None:
    desk.look("/home/li/work/a.txt", "sensitive")
    desk.look("/home/li/work/b.txt", "sensitive")
    desk.look("/home/li/work/plan.docx", "secret")
    desk.later(2)
    (notice,) = desk.notices
    assert notice.sealable == ("/home/li/work/a.txt", "/home/li/work/b.txt")
    sealed, over, shown = [], threading.Event(), []

    def seal(path: str, person: str) -> None:
        sealed.append((path, person))
        over.set() if len(sealed) == 2 else None

    def show(said: dict[str, str]) -> bool:
        shown.append(said)
        return True

    notices = Notices(Language.ZH, seal, show)
    notices.start()
    notices.tell(notice)
    assert over.wait(10)
    assert sealed == [("/home/li/work/a.txt", "u1000"), ("/home/li/work/b.txt", "u1000")]
    assert shown[0]["button"] == BUTTON.zh
    assert "已阻止微信打开" in shown[0]["title"]


def test_a_word_without_a_button_seals_nothing() -> None:
    over = threading.Event()

    def show(said: dict[str, str]) -> bool:
        over.set()
        return "button" in said

    notices = Notices(Language.EN, lambda *_: pytest.fail("nothing was asked for"), show)
    notices.start()
    notices.tell(Notice(Say("a", "b"), Say("c", "d"), "li"))
    assert over.wait(10)


def test_a_gap_is_an_incident_for_each_account_and_a_new_keeper_alone_is_none(desk: Desk) -> None:
    gaps = desk.attempts.gaps
    gaps.heard({"hello": 1, "keeper": "a"})
    gaps.heard({"spaces": []})
    gaps.lost()
    gaps.heard({"hello": 1, "keeper": "b"})
    assert not desk.reports(), "no WeChat ran"
    gaps.heard({"spaces": [[1, 1000], [2, 1000], [3, 1001]]})
    gaps.lost()
    gaps.heard({"hello": 1, "keeper": "b"})
    assert not desk.reports(), "the queues were kept"
    gaps.lost()
    gaps.heard({"hello": 1, "keeper": "c"})
    told = desk.reports()
    assert {body["person"] for body in told} == {"u1000", "u1001"}
    assert all(body["incident"] and body["action"] == "hold" for body in told)
