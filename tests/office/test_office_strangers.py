"""A name that no account has answers like one that has: the same words in the same order, the same work behind it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from office_world import PASSWORD, World

from dlp.errors import KeysError
from dlp.office import Office, strangers
from dlp.office.accounts import Accounts
from dlp.office.entry import Passwords


def said(office: Office, name: str) -> str:
    with pytest.raises(KeysError) as caught:
        office.accounts.check(name, "wrong", "192.0.2.1")
    return caught.value.message.en


def test_twenty_tries_over_an_hour_sound_the_same_for_a_name_and_for_none(world: World) -> None:
    heard: dict[str, list[str]] = {"user": [], "nobody": []}
    for minutes in [0] * 7 + [1] * 6 + [3, 9, 16, 0, 14, 2, 40]:
        world.clock.pass_by(minutes=minutes)
        for name, words in heard.items():
            words.append(said(world.office, name))
    assert heard["user"] == heard["nobody"]
    assert len(set(heard["user"])) == 2 and "locked" in heard["user"][5]
    assert "locked" in said(world.office, "ＮＯＢＯＤＹ")  # one name, whatever the case and width


def test_a_locked_name_costs_as_little_as_a_locked_account(world: World) -> None:
    hashed: list[str] = []
    known = world.office.accounts.passwords

    def verify(kept: str, password: str) -> bool:
        hashed.append(kept)
        return known.verify(kept, password)

    counting: Passwords = replace(known, verify=verify)
    accounts = Accounts(world.office.ground, counting)
    took: dict[str, list[int]] = {"user": [], "nobody": []}
    for name, each in took.items():
        for _ in range(7):
            before = len(hashed)
            with pytest.raises(KeysError):
                accounts.check(name, "wrong", "")
            each.append(len(hashed) - before)
    assert took["user"] == took["nobody"] == [1] * 5 + [0] * 2


def test_an_account_made_under_a_name_that_was_tried_is_not_locked(world: World) -> None:
    for _ in range(6):
        said(world.office, "late")
    world.person("late")
    assert world.office.accounts.check("late", PASSWORD, "").name == "late"


def test_what_strangers_type_does_not_grow_without_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strangers, "MOST_NAMES", 10)
    kept = strangers.Strangers()
    for number in range(100):
        assert kept.count(f"{number}" * 1000, world.office.ground.now)
    assert len(kept._tried) == 10 and all(len(key) == 32 for key in kept._tried)
