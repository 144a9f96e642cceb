"""Invariant 1: what stands in Ready was judged; strangers' files and changed ones go back and are judged."""

from __future__ import annotations

from pathlib import Path

import pytest
from agent_world import OPEN, SECRET, SENSITIVE, Machine

from dlp.agent.strangers import Strangers


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def strange(machine: Machine) -> list[str]:
    return [drop.path.name for drop in Strangers(machine.journal).look(machine.outbox)]


def test_what_we_put_there_is_no_stranger(machine: Machine) -> None:
    for name, content in {"a": OPEN, "b": SENSITIVE, "trip/c": OPEN, "trip/in/d": SENSITIVE}.items():
        machine.drop(name, content)
    for name in ("a", "b", "trip"):
        machine.hand_over(machine.outbox.root / name)
    assert strange(machine) == []


@pytest.mark.parametrize(
    ("inner", "found"),
    [("new.txt", ["new.txt"]), ("a", ["a"]), ("trip/c", ["trip"]), ("trip/new", ["trip"]), ("~$a", [])],
)
def test_a_file_put_into_ready_or_changed_there_is_found(machine: Machine, inner: str, found: list[str]) -> None:
    machine.drop("a", OPEN)
    machine.drop("trip/c", OPEN)
    for name in ("a", "trip"):
        machine.hand_over(machine.outbox.root / name)
    (machine.outbox.ready / inner).write_bytes(SECRET)
    assert strange(machine) == found


def test_a_name_that_is_used_again_is_judged_by_its_latest_send(machine: Machine) -> None:
    machine.hand_over(machine.drop("a", OPEN))
    (machine.outbox.ready / "a").rename(machine.folder / "sent")
    machine.hand_over(machine.drop("a", OPEN + b"second\n"))
    assert strange(machine) == []


def test_a_stranger_is_judged_like_a_drop(machine: Machine) -> None:
    path = machine.outbox.ready / "plan"
    path.write_bytes(SECRET)
    (drop,) = Strangers(machine.journal).look(machine.outbox)
    assert machine.hand_over(drop.path).state.value == "blocked"
    assert not path.exists()


def test_a_folder_without_files_is_taken_once_and_is_no_stranger(machine: Machine) -> None:
    (machine.outbox.root / "empty" / "inner").mkdir(parents=True)
    assert machine.hand_over(machine.outbox.root / "empty").state.value == "ready"
    (machine.outbox.ready / "made by hand").mkdir()
    assert strange(machine) == []
    (machine.outbox.ready / "empty" / "inner" / "plan").write_bytes(SECRET)
    assert strange(machine) == ["empty"]


def test_a_link_to_a_folder_in_a_folder_of_ready_is_found(machine: Machine, tmp_path: Path) -> None:
    machine.drop("trip/c", OPEN)
    machine.hand_over(machine.outbox.root / "trip")
    (machine.outbox.ready / "trip" / "more").symlink_to(tmp_path)
    assert strange(machine) == ["trip"]


def test_sealed_files_of_a_folder_keep_to_themselves_whatever_lies_beside_them(machine: Machine) -> None:
    """Names that a sealed copy would have are taken by others, or are longer than a file system takes."""
    long = "字" * 83 + ".xlsx"
    for name, content in {"a.csv": SENSITIVE, "a.csv.age": OPEN, "a (2).csv.age": OPEN, long: SENSITIVE}.items():
        machine.drop(f"trip/{name}", content)
    machine.hand_over(machine.outbox.root / "trip")
    placed = machine.outbox.ready / "trip"
    assert sorted(path.name for path in placed.iterdir()) == sorted(
        ["a.csv.age", "a (2).csv.age", "a (3).csv.age", "字" * 82 + ".xlsx.age"]
    )
    assert (placed / "a.csv.age").read_bytes() == OPEN
    assert machine.opened(placed / "a (3).csv.age") == SENSITIVE
    assert strange(machine) == []
