"""Wrong tries at the door, counted by address: what is right costs nothing, however many people share one address.

Many people reach the console from one address, behind a router or a proxy. Only a wrong password and a dead link count;
a try under way takes a place until it is known to be wrong, so that tries at the same time do not get past the limit.
Kept in memory: a restart of the office forgets it, the lock of an account (``dlp.office.entry``) it does not.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from dlp.errors import DlpError
from dlp.language import Say

MOST_ADDRESSES = 10_000
"""Addresses that are remembered; the one whose last wrong try is longest ago is forgotten first."""
LONGEST_TURN = 10.0
"""Seconds that a try waits for others of its address that are under way."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many wrong tries within so many seconds."""

    most: int
    seconds: float


class TooOften(DlpError):
    """Too many wrong tries from one address; ``seconds`` until the next one is looked at."""

    status = 4

    def __init__(self, seconds: float) -> None:
        self.seconds = max(1, int(-(-seconds // 1)))
        super().__init__(
            Say("too many wrong passwords or links from your network address", "您的网络地址上密码或链接错误次数过多"),
            Say("try again in {span}; nothing is looked at before", "请在{span}后重试，在此之前不予受理").format(
                span=_span(self.seconds)
            ),
        )


def _span(seconds: int) -> Say:
    if seconds <= 90:
        return Say(f"{seconds} seconds", f" {seconds} 秒") if seconds > 1 else Say("one second", " 1 秒")
    minutes = -(-seconds // 60)
    return Say(f"{minutes} minutes", f" {minutes} 分钟")


@dataclass(slots=True)
class Try:
    """One try; wrong until it is said to be right."""

    right: bool = False


@dataclass(slots=True)
class Knocks:
    """The wrong tries of every address."""

    rates: tuple[Rate, ...]
    clock: Callable[[], float] = time.monotonic
    _wrong: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)
    _under_way: Counter[str] = field(default_factory=Counter)
    _turn: threading.Condition = field(default_factory=threading.Condition)

    @contextmanager
    def knock(self, address: str) -> Iterator[Try]:
        """One try from this address. Raises TooOften, and then the block is not entered."""
        tried = Try()
        with self._turn:
            self._take_a_place(address)
        try:
            yield tried
        finally:
            with self._turn:
                self._settle(address, tried)

    def _take_a_place(self, address: str) -> None:
        until = self.clock() + LONGEST_TURN
        while True:
            if (wait := self._wait(address)) > 0:
                raise TooOften(wait)
            if all(self._count(address, rate) + self._under_way[address] < rate.most for rate in self.rates):
                self._under_way[address] += 1
                return
            # Those under way may all be right, as when everybody arrives at nine o'clock: no reason to say no yet.
            if not self._turn.wait(max(0.0, until - self.clock())):
                raise TooOften(LONGEST_TURN)

    def _settle(self, address: str, tried: Try) -> None:
        self._under_way[address] -= 1
        if not self._under_way[address]:
            del self._under_way[address]
        if not tried.right:
            most = max(rate.most for rate in self.rates)
            self._wrong.setdefault(address, deque(maxlen=most)).append(self.clock())
            self._wrong.move_to_end(address)
            while len(self._wrong) > MOST_ADDRESSES:
                self._wrong.popitem(last=False)
        self._turn.notify_all()

    def _count(self, address: str, rate: Rate) -> int:
        since = self.clock() - rate.seconds
        return sum(at > since for at in self._wrong.get(address, ()))

    def _wait(self, address: str) -> float:
        """Seconds until fewer wrong tries than the most are in each span."""
        tries = self._wrong.get(address, ())
        ends = [tries[-rate.most] + rate.seconds for rate in self.rates if len(tries) >= rate.most]
        return max((end - self.clock() for end in ends), default=0.0)
