"""A kept file read again for a reviewer: out of the vault, by the real reading process, with its event first."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from agent_world import SECRET, Machine

from classifiers.pack import shipped
from dlp.agent.unmask import FAILED, NOT_KEPT, Unmasking
from dlp.custody import send as sends
from dlp.model import Limits, State, Unmask
from dlp.read.sandbox import Workers

TEXT = "SECRET\n机密★10年\n某某省人民政府文件\n姓名：张三 身份证号：11010519491231002X 电话\n"


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(1, Limits(), shipped(), bytes(32)) as pool:
        yield pool


def kept(folder: Path, content: bytes) -> tuple[Machine, sends.Transfer]:
    machine = Machine(folder)
    send = machine.hand_over(machine.drop("名单.txt", content))
    assert send.state is State.BLOCKED
    (member,) = machine.custody.members(send)
    return machine, member


def test_what_was_found_is_read_again_with_the_words_around_it(workers: Workers, tmp_path: Path) -> None:
    descriptor = os.memfd_create("x")
    os.write(descriptor, TEXT.encode())
    judged = {one.rule: one for one in workers.judge(descriptor, "名单.txt").classification.findings}
    found = {one.rule: one for one in workers.show(descriptor, "名单.txt", sorted(judged))}
    os.close(descriptor)
    person = next(one for one in found.values() if one.match == "11010519491231002X")
    assert person.before.endswith("身份证号：") and person.after.startswith(" 电话")
    assert person.fingerprint == judged[person.rule].fingerprint
    mark = next(one for one in found.values() if "机密" in one.match)
    assert mark.fingerprint == judged[mark.rule].fingerprint
    assert "11010519491231002X" not in repr(found)


def test_the_machine_answers_from_its_vault_and_its_chain_says_so_first(workers: Workers, tmp_path: Path) -> None:
    machine, member = kept(tmp_path, SECRET)
    seen = []

    def show(fd: int, name: str, rules: list[str]) -> tuple[()]:
        seen.append((os.pread(fd, len(SECRET), 0), name, rules, [*machine.journal.events()][-1]))
        return ()

    asked = Unmask("W1", member.id, "officer")
    assert Unmasking(machine.custody.ground, show).answer(asked) == ("", ())
    content, name, rules, event = seen[0]
    assert (content, name, rules) == (SECRET, "名单.txt", ["cn.mark.star"])
    assert (event.kind, event.who, event.subject) == ("transfer.unmasked", "officer", member.id)
    assert sorted(path.name for path in machine.agent.iterdir()) == sorted(
        {path.name for path in machine.agent.iterdir()}
        & {"journal.db", "journal.db-wal", "journal.db-shm", "machine.key", "vault"}
    ), "no copy is left"


def test_what_is_not_kept_any_more_is_not_read(tmp_path: Path) -> None:
    machine, member = kept(tmp_path, SECRET)
    room = Unmasking(machine.custody.ground, lambda *_: pytest.fail("read"))
    assert room.answer(Unmask("W1", "nothing", "officer")) == (NOT_KEPT, ())
    machine.custody.take_back(member.number.partition("/")[0])
    assert room.answer(Unmask("W2", member.id, "officer")) == (NOT_KEPT, ())


def test_a_damaged_object_is_said_and_nothing_is_shown(tmp_path: Path) -> None:
    machine, member = kept(tmp_path, SECRET)
    path = machine.custody.ground.vault.path(member.object)
    damaged = bytearray(path.read_bytes())
    damaged[-1] ^= 1
    path.write_bytes(damaged)
    room = Unmasking(machine.custody.ground, lambda *_: pytest.fail("read"))
    assert room.answer(Unmask("W1", member.id, "officer")) == (FAILED, ())
