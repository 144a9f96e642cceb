"""Turns at the reading processes, and the further one that runs while callers wait."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from drawn import saved, sheet
from test_read_sandbox import CRASHES, KEY, _alive, _entry, eventually, opened

from classifiers.pack import shipped
from dlp.errors import UnreadableError
from dlp.model import Limits
from dlp.read.process import Lost
from dlp.read.sandbox import Workers, can_look
from dlp.read.turns import Turns


class Processes:
    """Counts what begins and ends, in the place of real ones."""

    def __init__(self, *, fail: bool = False) -> None:
        self.begun = self.ended = 0
        self.fail = fail

    def begin(self) -> None:
        self.begun += 1
        if self.fail:
            raise OSError("no more processes")

    def end(self) -> None:
        self.ended += 1


class Held:
    """A turn that somebody has until told to go on."""

    def __init__(self, turns: Turns) -> None:
        self.has, self._go = threading.Event(), threading.Event()
        self._turns = turns
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with self._turns.one():
            self.has.set()
            self._go.wait(20)

    def let_go(self) -> None:
        self._go.set()

    def release(self) -> None:
        self.let_go()
        self._thread.join(20)
        assert not self._thread.is_alive()


def test_nobody_waits_and_nothing_more_is_begun() -> None:
    processes = Processes()
    turns = Turns(1, 1, processes.begin, processes.end)
    for _ in range(100):
        with turns.one():
            pass
    assert processes.begun == 0


def test_who_waits_long_behind_another_gets_one_more_and_it_ends_when_nobody_waits() -> None:
    processes = Processes()
    turns = Turns(1, 1, processes.begin, processes.end, idle_seconds=0.2)
    first = Held(turns)
    assert first.has.wait(20)
    second = Held(turns)
    assert second.has.wait(20)
    assert (processes.begun, processes.ended) == (1, 0)
    third = Held(turns)
    assert not third.has.is_set()
    first.release()
    assert third.has.wait(20)
    assert processes.begun == 1
    second.release()
    third.release()
    eventually(lambda: processes.ended == 1)
    again = Held(turns)
    assert again.has.wait(20)
    other = Held(turns)
    assert other.has.wait(20)  # one turn is left, and one more begins a second time
    assert processes.begun == 2
    again.release()
    other.release()
    turns.close()


def test_one_that_cannot_begin_is_not_tried_again_and_again() -> None:
    processes = Processes(fail=True)
    turns = Turns(1, 1, processes.begin, processes.end, idle_seconds=60)
    first = Held(turns)
    assert first.has.wait(20)
    second = Held(turns)
    eventually(lambda: processes.begun == 1)
    third = Held(turns)
    # Which of the two comes next is not said.
    for held in (first, second, third):
        held.let_go()
    for held in (first, second, third):
        held.release()
    assert second.has.is_set()
    assert third.has.is_set()
    assert (processes.begun, processes.ended) == (1, 0)
    turns.close()


def test_without_spare_ones_callers_wait() -> None:
    processes = Processes()
    turns = Turns(1, 0, processes.begin, processes.end)
    first = Held(turns)
    assert first.has.wait(20)
    second = Held(turns)
    assert not second.has.wait(0.5)
    first.release()
    assert second.has.wait(20)
    second.release()
    assert processes.begun == 0


def test_a_short_file_does_not_wait_behind_one_that_never_ends(tmp_path: Path) -> None:
    long, short = tmp_path / "long", tmp_path / "short"
    long.write_text("hang")
    short.write_text("ordinary")
    answers = list[object]()
    limits = replace(Limits(), seconds=20.0)

    def judge() -> None:
        try:
            answers.append(pool.judge(opened(long), "long"))
        except UnreadableError as error:
            answers.append(error)

    with Workers(1, limits, shipped(), KEY, module=_entry(tmp_path, CRASHES), spare=1) as pool:
        pool.warm()
        thread = threading.Thread(target=judge)
        thread.start()
        eventually(lambda: pool._busy)
        (warm,) = pool._busy
        assert pool.judge(opened(short), "short").classification.complete
        assert not answers
        (spare,) = pool._idle
        pids = [warm.pid, spare.pid]
        assert all(map(_alive, pids))
    thread.join(20)
    assert not any(map(_alive, pids))
    # Nothing is known of it: it is not called a file that ends its process, and is read again at the next start.
    assert isinstance(answers[0], UnreadableError)


def test_one_more_that_was_begun_while_the_pool_ends_is_ended_too() -> None:
    def begin() -> None:
        with contextlib.suppress(UnreadableError):
            pool._begin_spare()

    with Workers(1, Limits(), shipped(), KEY, spare=1) as pool:
        pool.warm()
        starting = threading.Thread(target=begin)
        starting.start()
        eventually(lambda: len(pool._busy) + len(pool._idle) == 2)
        pids = [process.pid for process in (*pool._busy, *pool._idle)]
    starting.join(20)
    assert not starting.is_alive()
    assert not pool._busy
    assert not pool._idle
    assert not any(map(_alive, pids))


@pytest.mark.skipif(not can_look(), reason="the extra ocr is not installed")
def test_a_picture_that_the_end_of_the_pool_cuts_short_is_not_called_unseen(tmp_path: Path) -> None:
    path = tmp_path / "page.png"
    path.write_bytes(saved(sheet(*("title", "text") * 12), "PNG"))
    ends = list[object]()

    def judge() -> None:
        try:
            ends.append(pool.judge(opened(path), "page.png"))
        except UnreadableError as error:
            ends.append(error)

    with Workers(1, Limits(), shipped(), KEY) as pool:
        thread = threading.Thread(target=judge)
        thread.start()
        eventually(lambda: pool._seeing is not None and pool._seeing.process is not None)
    thread.join(20)
    assert isinstance(ends[0], UnreadableError)


def test_a_process_that_was_ended_by_another_thread_is_lost_and_no_error(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("普通文件", "utf-8")
    with Workers(1, Limits(), shipped(), KEY) as pool:
        pool.warm()
        (process,) = pool._idle
        process.end()
        with pytest.raises(Lost):
            process.ask(opened(path), "a.txt")
