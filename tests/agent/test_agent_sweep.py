"""The sweep: history judged once, what is secret archived and an incident, removed only when sealed; it goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from agent_world import OPEN, SECRET, SENSITIVE, Machine

from dlp.archive import Archive
from dlp.received.intake import Intake
from dlp.received.places import Layout, Store
from dlp.received.scan import StoreScan
from dlp.sweep import Sweep, ready, waiting

FILES = {"a.txt": OPEN, "b.txt": SENSITIVE, "c.txt": SECRET}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def store(machine: Machine) -> Store:
    folder = machine.folder / "wxid_a_1234"
    inner = folder / "msg" / "file" / "2025-01"
    inner.mkdir(parents=True)
    for name, content in FILES.items():
        (inner / name).write_bytes(content)
    found = Store(folder, Layout.WECHAT_4, "wxid_a")
    StoreScan(found, machine.journal).first()
    return found


def sweep(machine: Machine, *, remove: bool = False) -> Sweep:
    archive = Archive(machine.folder / "archive", machine.journal, machine.recipients)
    intake = Intake(machine.journal, archive, machine.desk.force.context, lambda _: "li")
    return Sweep(machine.journal, intake, rate=1000.0, remove=remove)


def there(store: Store) -> list[str]:
    return sorted(path.name for path in store.root.rglob("*.txt"))


def test_history_is_judged_once(machine: Machine, store: Store) -> None:
    tally = sweep(machine).stores([store])
    assert (tally.judged, tally.clean, tally.incidents, tally.removed, tally.failed) == (3, 1, 2, 0, 0)
    incidents = [report.body["name"] for report in machine.journal.pending(50) if report.kind == "transfer"]
    assert sorted(incidents) == ["b.txt", "c.txt"]
    assert there(store) == ["a.txt", "b.txt", "c.txt"]
    assert sweep(machine).stores([store]).judged == 0


def test_an_interrupted_sweep_goes_on(machine: Machine, store: Store) -> None:
    first = sweep(machine)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    first.told = stop
    with pytest.raises(KeyboardInterrupt):
        first.stores([store])
    assert len(list(waiting(machine.journal, store))) == 2
    assert sweep(machine).stores([store]).judged == 2


def test_only_sealed_secret_files_are_removed(machine: Machine, store: Store) -> None:
    assert sweep(machine, remove=True).stores([store]).removed == 1
    assert there(store) == ["a.txt", "b.txt"]
    (record,) = Archive(machine.folder / "archive", machine.journal, machine.recipients).search("c.txt")
    archive = Archive(machine.folder / "archive", machine.journal, machine.recipients)
    assert machine.opened(archive.sealed_path(record)) == SECRET
    assert [event.kind for event in machine.journal.events()][-1] == "store.removed"


def test_what_fails_is_counted_and_kept_on_the_list(machine: Machine, store: Store) -> None:
    failing = sweep(machine)
    (machine.folder / "archive").write_bytes(b"a file where the archive should be")
    tally = failing.stores([store])
    assert (tally.clean, tally.failed) == (1, 2)
    assert there(store) == ["a.txt", "b.txt", "c.txt"]


def test_ready_is_judged_by_the_rules_of_today(machine: Machine) -> None:
    machine.hand_over(machine.drop("a.txt", OPEN))
    machine.hand_over(machine.drop("b.txt", OPEN + b"!"))
    assert ready(machine.desk, machine.outbox, "li") == 0
    assert sorted(path.name for path in machine.outbox.ready.iterdir()) == ["a.txt", "b.txt"]
    machine.reader.word = b"SECRET"
    assert ready(machine.desk, machine.outbox, "li") == 2
    assert list(machine.outbox.ready.iterdir()) == []


def test_ready_that_may_stay_keeps_its_numbers(machine: Machine) -> None:
    machine.hand_over(machine.drop("a.txt", OPEN))
    folder = machine.outbox.root / "folder"
    (folder / "inner").mkdir(parents=True)
    (folder / "b.txt").write_bytes(OPEN)
    (folder / "inner" / "c.txt").write_bytes(OPEN + b"!")
    machine.hand_over(folder)
    before = machine.journal.database.rows("SELECT id, number, path FROM sends ORDER BY id")
    for _ in range(2):
        assert ready(machine.desk, machine.outbox, "li") == 0
        after = machine.journal.database.rows("SELECT id, number, path FROM sends ORDER BY id")
        assert [tuple(row) for row in after] == [tuple(row) for row in before]
    machine.reader.word = b"SECRET"
    assert ready(machine.desk, machine.outbox, "li") == 2
    assert list(machine.outbox.ready.iterdir()) == []
