"""Wrong tries by address: only they count, also at the same time, and the page says how long to wait."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from office_world import PASSWORD
from web_world import Served, served

from keys.keystore import Keystore
from web import knocks
from web.knocks import Knocks, Rate, TooOften
from web.security import RATES, Rates

HERE = "192.0.2.7"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def door(clock: Clock) -> Knocks:
    return Knocks((Rate(3, 60), Rate(5, 3600)), clock)


def knock(door: Knocks, right: bool, address: str = HERE) -> None:
    with door.knock(address) as tried:
        tried.right = right


def refused(door: Knocks) -> int:
    with pytest.raises(TooOften) as caught, door.knock(HERE):
        raise AssertionError("it was let in")
    return caught.value.seconds


def test_what_is_right_costs_nothing_and_what_is_wrong_is_waited_for(door: Knocks, clock: Clock) -> None:
    for _ in range(1000):
        knock(door, right=True)
    for _ in range(3):
        knock(door, right=False)
        clock.now += 10
    assert refused(door) == 30  # the first of the three leaves the minute then
    clock.now += 29
    assert refused(door) == 1
    clock.now += 1
    knock(door, right=True)
    knock(door, right=False)
    clock.now += 60
    knock(door, right=False)  # the fifth within the hour
    clock.now += 60
    assert refused(door) == 3600 - 180
    knock(door, right=False, address="198.51.100.1")  # another address


def test_the_words_tell_the_time(door: Knocks) -> None:
    assert "try again in 40 seconds" in TooOften(39.2).hint.en
    assert "37 minutes" in TooOften(36.4 * 60).hint.en and "37 分钟" in TooOften(36.4 * 60).hint.zh
    assert TooOften(0.2).seconds == 1


def test_a_fault_in_the_middle_counts_as_wrong_and_gives_the_place_back(door: Knocks) -> None:
    for _ in range(3):
        with pytest.raises(RuntimeError), door.knock(HERE):
            raise RuntimeError
    assert refused(door) == 60


def test_tries_at_the_same_time_wait_for_each_other_and_do_not_get_past(door: Knocks) -> None:
    """Three guesses hold the three places; of nine more, none is looked at once the three were wrong."""
    held, go, looked = threading.Semaphore(0), threading.Event(), []

    def guess(number: int) -> bool:
        try:
            with door.knock(HERE):
                looked.append(number)
                held.release()
                return go.wait(30)
        except TooOften:
            return False

    with ThreadPoolExecutor(12) as pool:
        first = [pool.submit(guess, number) for number in range(3)]
        for _ in first:
            assert held.acquire(timeout=30)
        rest = [pool.submit(guess, number) for number in range(3, 12)]
        go.set()
        assert [one.result(30) for one in first] == [True] * 3
        assert [one.result(30) for one in rest] == [False] * 9
    assert sorted(looked) == [0, 1, 2]


def test_forgetting_is_bounded(door: Knocks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knocks, "MOST_ADDRESSES", 5)
    for number in range(50):
        knock(door, right=False, address=f"192.0.2.{number}")
    assert len(door._wrong) == 5 and not door._under_way


def test_everybody_behind_one_address_gets_in(console: Served, keystore: Keystore) -> None:
    """More people than the limit of wrong tries, at the same time, with the right password."""
    with served(console.world, keystore, Rates(sign_in=(Rate(2, 60), Rate(3, 3600)))) as strict:
        with ThreadPoolExecutor(6) as pool:
            codes = list(pool.map(lambda _: strict.visitor().sign_in("user").status, range(6)))
        assert codes == [303] * 6
        token = console.world.office.accounts.create(console.world.sysadmin, "reader").token
        visitor = strict.visitor()
        for _ in range(4):  # a weak password is no guess
            visitor.get(f"/link/{token}")
            assert visitor.submit("/link/", password="123", again="123").status == 400
        for _ in range(2):
            assert strict.visitor().sign_in("user", "wrong").status == 403
        slowed = strict.visitor().sign_in("user", PASSWORD)
        assert slowed.status == 429 and 1 <= int(slowed.headers["Retry-After"]) <= 60
        assert f"Try again in {slowed.headers['Retry-After']} seconds" in slowed.words
        assert "网络地址" in strict.visitor(language="zh").sign_in("user", PASSWORD).words


def test_dead_links_count(console: Served, keystore: Keystore) -> None:
    with served(console.world, keystore, Rates(sign_in=(Rate(2, 60),))) as strict:
        visitor = strict.visitor()
        codes = []
        for _ in range(3):
            visitor.get("/sign-in")
            codes.append(visitor.post("/link/guessed", password="x", again="x").status)
        assert codes == [410, 410, 429]


def test_the_limits_are_those_of_the_docs() -> None:
    from pathlib import Path

    text = (Path(__file__).resolve().parent.parent.parent / "docs" / "console.md").read_text("utf-8")
    assert RATES.sign_in == (Rate(10, 60), Rate(60, 3600))
    assert "10 in a minute and 60 in an hour" in text
