"""What is begun and cannot be finished now says so, with its number: nobody need hand it over twice."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from agent_world import OPEN, SECRET, Machine

from dlp.custody import Point, whereabouts
from dlp.errors import UnfinishedError
from dlp.language import Language
from dlp.model import Origin

ORIGIN = Origin("li", "dlp send")


class Full:
    """A disk that is full at one point until there is room again."""

    def __init__(self, point: Point) -> None:
        self.point, self.full = point, True

    def reach(self, point: Point) -> None:
        if self.full and point is self.point:
            raise OSError(errno.ENOSPC, "No space left on device")


def test_a_copy_that_is_taken_and_cannot_be_placed_goes_on_later(tmp_path: Path) -> None:
    disk, left = Full(Point.DRAFT_WRITTEN), []
    machine = Machine(tmp_path, disk.reach)
    desk = machine.desk.with_later(lambda send, _: left.append(send))
    (tmp_path / "letter").write_bytes(OPEN)
    with (tmp_path / "letter").open("rb") as file, pytest.raises(UnfinishedError) as raised:
        desk.send(file.fileno(), "letter", ORIGIN, machine.outbox)
    (found,) = whereabouts(machine.journal, "letter")
    said = "\n".join(raised.value.lines(Language.EN))
    assert found.send.number in said
    assert "disk is full" in said or "no space" in said.lower()
    assert "do not hand it over again" in said
    disk.full = False
    assert desk.go_on(left[0]).state.value == "ready"  # type: ignore[union-attr]
    assert (machine.outbox.ready / "letter").read_bytes() == OPEN


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("deep.txt", ["trip"]),
        ("in/deep.txt", ["trip"]),
        ("trip", ["trip"]),
        ("plan", ["plan"]),
        ("plan.age", ["plan"]),
        ("deep.txt.age", ["trip"]),
        ("eep.txt", []),
        ("nowhere", []),
    ],
)
def test_a_file_is_found_by_its_own_name_however_deep_it_lay(tmp_path: Path, asked: str, found: list[str]) -> None:
    machine = Machine(tmp_path)
    machine.drop("trip/in/deep.txt", OPEN)
    machine.hand_over(machine.outbox.root / "trip")
    machine.hand_over(machine.drop("plan", SECRET))
    assert [one.send.name for one in whereabouts(machine.journal, asked)] == found
