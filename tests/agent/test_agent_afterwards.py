"""The list of what is still to be looked at: its limits, what ends it, and what becomes of the same content later."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from agent_world import HIDDEN, NUMBERS, OPEN, PICTURED, SENSITIVE, Answer, Machine, Reader

from classifiers.model import Gap, GapKind, GapReason
from dlp.agent import afterwards as agents
from dlp.agent import recall
from dlp.agent.afterwards import Afterwards
from dlp.archive import Archive
from dlp.custody import Send, whereabouts
from dlp.custody import afterwards as custody_of
from dlp.custody import send as sends
from dlp.custody.afterwards import Why
from dlp.errors import UsageError
from dlp.inspect import Context
from dlp.journal import rests, rulings
from dlp.journal.rests import Look, Rest
from dlp.language import Language
from dlp.model import Choice, Ruling, State
from dlp.read.process import Lost
from dlp.received.intake import Intake
from dlp.received.places import Layout, Store


@dataclass
class Force:
    """Implements ``dlp.agent.afterwards.Again`` with the simulated reader."""

    reader: Reader
    fixed: Context
    asked: int = 0
    fault: Callable[[], None] = lambda: None
    left: bool = False
    """Some of it is not reached with all that time either."""

    def context(self) -> Context:
        return self.fixed

    def judge_again(self, fd: int, name: str) -> Answer | None:
        self.asked += 1
        self.fault()
        answer = self.reader.judge_again(fd, name)
        if self.left and answer is not None:
            gaps = (Gap(GapKind.UNSEEN, GapReason.PICTURE_IN_PART, detail="looking_seconds: picture 2 of 2"),)
            return replace(answer, classification=replace(answer.classification, gaps=gaps))
        return answer

    def stop_again(self) -> None:
        pass


@dataclass
class World:
    """A machine, and the thread that looks."""

    machine: Machine
    busy: bool = False

    def __post_init__(self) -> None:
        self.force = Force(self.machine.reader, self.machine.desk.force.context())
        self.told: list[Send] = []
        self.idle_asked = 0
        self.looks = self._looks()

    def _looks(self) -> Afterwards:
        return Afterwards(self.machine.desk, self.force, self._idle, self.told.append)

    def _idle(self) -> bool:
        self.idle_asked += 1
        return not self.busy

    def hand_over(self, name: str, content: bytes) -> Send:
        return self.machine.hand_over(self.machine.drop(name, content))

    def rest(self, send: Send) -> Rest | None:
        return rests.get(self.machine.journal, self.machine.custody.members(send)[0].id)

    def work(self) -> None:
        """Until nothing waits any more."""
        self.looks.start()
        until(lambda: not rests.waiting(self.machine.journal))
        self.looks.stop()
        self.looks = self._looks()

    def vault(self) -> list[str]:
        return list(self.machine.custody.ground.vault.all())

    def events(self) -> list[tuple[str, str]]:
        events = [(event.kind, event.body) for event in self.machine.journal.events()]
        return [(kind, body) for kind, body in events if kind.startswith("rest.")]

    def incidents(self) -> list[dict[str, object]]:
        reports = self.machine.journal.pending(1000)
        return [one.body for one in reports if one.kind == "transfer" and one.body["incident"]]


def until(met: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.01)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(agents, "QUIET_SECONDS", 0.01)
    monkeypatch.setattr(agents, "FIRST_RETRY", 0.01)
    return World(Machine(tmp_path))


def test_only_what_more_time_can_show_waits_with_a_sealed_copy(world: World) -> None:
    assert world.rest(world.hand_over("a.txt", OPEN)) is None
    send = world.hand_over("b.pdf", PICTURED)
    rest = world.rest(send)
    assert rest is not None
    assert (send.state, rest.state, world.vault()) == (State.READY, Look.WAITING, [rest.sha256])
    assert world.machine.opened(world.machine.custody.ground.vault.path(rest.sha256)) == PICTURED
    world.machine.start()  # what a start sweeps away is not what still waits
    assert world.vault() == [rest.sha256]
    world.work()
    assert world.vault() == []
    assert [kind for kind, _ in world.events()] == ["rest.waits", "rest.clean"]


def test_what_is_found_is_one_incident_a_page_for_the_sender_and_a_word_on_the_desktop(
    world: World, tmp_path: Path
) -> None:
    send = world.hand_over("计划.pdf", HIDDEN)
    assert send.path is not None
    send.path.rename(tmp_path / "sent.pdf")  # as people do with what is ready
    world.work()
    (incident,) = world.incidents()
    assert incident["state"] == "ready"
    assert [one["rule"] for one in incident["because"]] == ["after", "state-secret"]  # type: ignore[index,attr-defined]
    assert [one["choice"] for one in incident["options"]] == ["false_positive", "keep"]  # type: ignore[index,attr-defined]
    assert [one.id for one in world.told] == [send.id]
    (found,) = whereabouts(world.machine.journal, "计划.pdf")
    assert not found.there
    assert [step["step"] for step in found.history] == ["claim", "place", "found"]
    assert found.send.receipt is not None
    page = found.send.receipt.read_text("utf-8")
    assert "recall it or delete it in the chat" in page
    assert "密级标志" not in page
    chinese = replace(world.machine.outbox, language=Language.ZH)
    (member,) = found.members
    assert "事后发现问题" in world.machine.custody.ground.pages.after(found.send, member, chinese)


def test_what_still_stands_in_ready_is_taken_back_and_kept_as_a_send_of_its_own(world: World) -> None:
    send = world.hand_over("a.pdf", HIDDEN)
    world.work()
    assert list(world.machine.outbox.ready.iterdir()) == []
    kept, before = whereabouts(world.machine.journal, "a.pdf")
    assert (before.send.id, before.there) == (send.id, False)
    assert (kept.send.state, kept.send.origin.program) == (State.BLOCKED, recall.PROGRAM)
    (member,) = kept.members
    assert [one["rule"] for one in member.judged["because"]] == ["known", "state-secret"]
    assert world.vault() == [member.sha256]
    assert [one["number"] for one in world.incidents()] == [send.number, kept.send.number]
    back = world.machine.desk.take_back(kept.send.number)
    assert back.path is not None
    assert back.path.read_bytes() == HIDDEN


def test_what_should_have_been_sealed_is_an_incident_and_is_sealed_now(world: World) -> None:
    send = world.hand_over("a.pdf", NUMBERS)
    world.work()
    assert [path.name for path in world.machine.outbox.ready.iterdir()] == ["a.pdf.age"]
    (incident,) = world.incidents()
    assert (incident["number"], incident["action"], incident["state"]) == (send.number, "encrypt", "ready")
    found = sends.get(world.machine.journal, send.id)
    assert found.receipt is not None
    assert "Use a sealed copy instead" in found.receipt.read_text("utf-8")


def test_a_kill_before_it_is_taken_back_is_made_good_by_the_next_start(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = world.hand_over("a.pdf", HIDDEN)
    with monkeypatch.context() as patch:
        patch.setattr(agents, "recall", lambda *_: None)
        world.work()
    assert send.path is not None
    assert send.path.exists()
    world.work()
    assert not send.path.exists()


def test_other_bytes_in_its_place_are_judged_like_any_others(world: World) -> None:
    send = world.hand_over("a.pdf", HIDDEN)
    assert send.path is not None
    send.path.write_bytes(OPEN)
    world.work()
    assert send.path.read_bytes() == OPEN


def test_the_end_of_such_an_incident_moves_nothing(world: World) -> None:
    send = world.hand_over("a.pdf", HIDDEN)
    assert send.path is not None
    send.path.unlink()
    world.work()
    (member,) = world.machine.custody.members(send)
    rulings.take(world.machine.journal, Ruling(1, member.id, Choice.KEEP, ("wang",), "told the unit", ""))
    world.machine.desk.rule()
    assert sends.get(world.machine.journal, send.id).state is State.READY
    assert list(world.machine.outbox.ready.iterdir()) == []


def test_the_same_content_is_kept_the_next_time_until_two_people_find_it_to_be_wrong(world: World) -> None:
    send = world.hand_over("a.pdf", HIDDEN)
    world.work()
    again = world.hand_over("b.pdf", HIDDEN)
    assert again.state is State.BLOCKED
    (member,) = world.machine.custody.members(again)
    assert [one["rule"] for one in member.judged["because"]] == ["known", "state-secret"]
    assert [one["masked"] for one in member.judged["findings"]] == ["机密★**"]
    (first,) = world.machine.custody.members(send)
    wrong = Ruling(1, first.id, Choice.FALSE_POSITIVE, ("wang", "li"), "an example", "2999-01-01T00:00:00.000000Z")
    rulings.take(world.machine.journal, wrong)
    world.machine.desk.rule()
    assert world.hand_over("c.pdf", HIDDEN).state is State.READY


def test_what_was_looked_at_to_its_end_is_not_looked_at_again(world: World) -> None:
    world.hand_over("a.pdf", PICTURED)
    world.work()
    assert world.rest(world.hand_over("b.pdf", PICTURED)) is None
    assert world.force.asked == 1


def test_each_file_of_a_folder_has_its_own_rest(world: World) -> None:
    folder = world.machine.outbox.root / "材料"
    for name, content in {"a.pdf": PICTURED, "sub/b.pdf": HIDDEN, "c.xlsx": SENSITIVE}.items():
        world.machine.drop(f"材料/{name}", content)
    send = world.machine.hand_over(folder)
    assert send.state is State.SEALED
    for object_id in world.vault():
        world.machine.custody.ground.vault.remove(object_id)
    world.work()
    states = [one.state for m in world.machine.custody.members(send) if (one := rests.get(world.machine.journal, m.id))]
    assert sorted(states) == [Look.CLEAN, Look.FOUND]
    (incident,) = world.incidents()
    assert incident["name"] == "材料/sub/b.pdf"


def test_without_its_copy_the_file_is_looked_at_where_it_stands_if_it_is_the_same(world: World) -> None:
    same, other, gone = (world.hand_over(f"{name}.pdf", PICTURED + name.encode()) for name in ("same", "other", "gone"))
    for object_id in world.vault():
        world.machine.custody.ground.vault.remove(object_id)
    assert other.path and gone.path
    other.path.write_bytes(PICTURED)
    gone.path.unlink()
    world.work()
    ends = [(one.state, one.problem) for send in (same, other, gone) if (one := world.rest(send))]
    assert ends == [(Look.CLEAN, ""), (Look.LEFT, Why.CHANGED), (Look.LEFT, Why.GONE)]
    assert [kind for kind, _ in world.events()].count("rest.left") == 2


def test_limits_end_in_an_event_and_never_in_silence(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(custody_of, "MOST_BYTES", 100)
    big = world.hand_over("big.pdf", PICTURED)
    assert world.vault() == []
    monkeypatch.setattr(custody_of, "MOST_WAITING", 1)
    many = world.hand_over("many.pdf", PICTURED + b"2")
    world.force.left = True
    world.work()
    ends = [(one.state, one.problem) for send in (big, many) if (one := world.rest(send))]
    assert ends == [(Look.LEFT, Why.LIMIT), (Look.LEFT, Why.TOO_MANY)]
    old = world.hand_over("old.pdf", PICTURED + b"3")
    rest = world.rest(old)
    assert rest is not None
    world.machine.journal.database.run("UPDATE rests SET at = '2020' WHERE transfer = ?", rest.transfer)
    world.work()
    rest = world.rest(old)
    assert rest is not None
    assert (rest.state, rest.problem, rest.tries) == (Look.LEFT, Why.TOO_OLD, 0)


def test_a_file_that_ends_its_reader_each_time_is_left_after_five_looks(world: World) -> None:
    def lost() -> None:
        raise Lost(GapReason.WORKER_LOST, "exit status -9")

    world.force.fault = lost
    send = world.hand_over("a.pdf", HIDDEN)
    world.work()
    rest = world.rest(send)
    assert rest is not None
    assert (rest.state, rest.problem, rest.tries) == (Look.LEFT, Why.FAILED, agents.MOST_TRIES)
    assert world.force.asked == agents.MOST_TRIES


def test_nothing_is_looked_at_while_something_else_waits(world: World) -> None:
    world.busy = True
    send = world.hand_over("a.pdf", PICTURED)
    world.looks.start()
    until(lambda: world.idle_asked > 2)
    assert world.force.asked == 0
    world.busy = False
    until(lambda: world.rest(send) is not None and not rests.waiting(world.machine.journal))
    world.looks.stop()
    assert world.force.asked == 1


def test_a_look_that_a_stop_cuts_off_does_not_count(world: World) -> None:
    send = world.hand_over("a.pdf", PICTURED)

    def stopped() -> None:
        world.looks._stopped = True
        raise Lost(GapReason.WORKER_LOST, "exit status -9")

    world.force.fault = stopped
    world.looks.start()
    until(lambda: not world.looks.alive)
    rest = world.rest(send)
    assert rest is not None
    assert (rest.state, rest.tries) == (Look.WAITING, 0)


def test_a_stricter_policy_alone_is_nobodys_incident(world: World) -> None:
    from dlp.policy_file import load, shipped

    send = world.hand_over("a.pdf", PICTURED)
    world.force.fixed = replace(world.force.fixed, policy=load(shipped("strict")))
    world.work()
    rest = world.rest(send)
    assert rest is not None
    assert (rest.state, world.incidents()) == (Look.CLEAN, [])


def test_a_received_file_is_looked_at_too_and_its_record_gets_the_level(world: World, tmp_path: Path) -> None:
    machine = world.machine
    store = Store(tmp_path / "wechat", Layout.WECHAT_4, "wxid_1")
    store.root.mkdir()
    (store.root / "来件.pdf").write_bytes(HIDDEN)
    archive = Archive(tmp_path / "archive", machine.journal, machine.recipients)
    intake = Intake(machine.journal, archive, machine.desk.force.context, lambda _: "li", ground=machine.custody.ground)
    intake.take(store, store.root / "来件.pdf")
    (record,) = archive.search()
    assert record.level == "public"
    world.work()
    (record,) = archive.search()
    assert record.level == "highly_secret"
    (incident,) = world.incidents()
    assert (incident["direction"], incident["state"]) == ("received", "archived")
    assert world.told == []
    assert world.vault() == []
    assert sorted(path.name for path in store.root.iterdir()) == ["来件.pdf"]


def test_the_time_for_pictures_is_a_setting_within_bounds(tmp_path: Path) -> None:
    from dlp.config import Home, load

    home = Home(tmp_path)
    home.settings.write_text("picture_seconds = 30\n")
    assert load(home).picture_patience == 3.0
    home.settings.write_text("picture_seconds = 0\n")
    with pytest.raises(UsageError, match="picture_seconds"):
        load(home)
