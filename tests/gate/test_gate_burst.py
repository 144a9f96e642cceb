"""Processors are kept awake while a burst of opens lasts, and no longer."""

from __future__ import annotations

import struct
from pathlib import Path

from dlp.gate.burst import MANY, SOON_SECONDS, Burst


def _said(device: Path) -> list[int]:
    return [number for (number,) in struct.iter_unpack("=i", device.read_bytes())]


def test_a_burst_begins_with_many_questions_and_ends_soon_after_the_last(tmp_path: Path) -> None:
    device = tmp_path / "device"
    device.touch()
    burst, now = Burst(str(device)), 100.0
    for _ in range(MANY - 1):
        now += SOON_SECONDS / 2
        burst.question(now)
    assert not burst.on
    assert burst.due(now) == float("inf")
    burst.question(now)
    burst.question(now)
    assert burst.on
    assert _said(device) == [0]
    assert 0 < burst.due(now) <= SOON_SECONDS
    burst.quiet(now + SOON_SECONDS / 2)
    assert burst.on
    burst.quiet(now + 2 * SOON_SECONDS)
    assert not burst.on
    assert _said(device)[1:] == [2_000_000_000]


def test_single_questions_are_no_burst(tmp_path: Path) -> None:
    device = tmp_path / "device"
    device.touch()
    burst = Burst(str(device))
    for number in range(10 * MANY):
        burst.question(number * SOON_SECONDS * 2)
    assert not burst.on
    assert _said(device) == []


def test_without_the_device_nothing_is_said(tmp_path: Path) -> None:
    burst = Burst(str(tmp_path / "absent"))
    for _ in range(2 * MANY):
        burst.question(1.0)
    assert not burst.on
    assert burst.due(1.0) == float("inf")
