"""Received files: every layout is found, history is left alone, each new file is archived once, failures are kept."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from agent_world import OPEN, SECRET, SENSITIVE, Machine

from dlp.archive import Archive
from dlp.custody import whereabouts
from dlp.received import ledger, places
from dlp.received.intake import Intake
from dlp.received.ledger import Seen
from dlp.received.places import Layout, Store
from dlp.received.scan import StoreScan

LAYOUTS = {
    "Documents/xwechat_files/wxid_abc_1a2b/msg/file/2026-11": (Layout.WECHAT_4, "wxid_abc"),
    "文档/xwechat_files/wxid_zh_0000/msg/file/2026-11": (Layout.WECHAT_4, "wxid_zh"),
    "Documents/WeChat Files/wxid_old/FileStorage/File/2024-01": (Layout.WECHAT_3, "wxid_old"),
    "Documents/WXWork/1688850000000000/Cache/File/2026-11": (Layout.WECOM, "1688850000000000"),
    ".var/app/com.tencent.WeChat/xwechat_files/wxid_flat_ffff/msg/file": (Layout.WECHAT_4, "wxid_flat"),
    "Library/Containers/com.tencent.xinWeChat/Data/Library/Application Support/com.tencent.xinWeChat/2.0b4.0.9/"
    + "a" * 32
    + "/Message/MessageTemp/"
    + "b" * 32
    + "/File": (Layout.MAC_3, "a" * 32),
}


@pytest.mark.parametrize("folder", LAYOUTS)
def test_every_layout_is_found(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir(parents=True)
    (store,) = places.stores((), {}, tmp_path, find=True)
    assert (store.layout, store.account) == LAYOUTS[folder]
    assert any((tmp_path / folder).is_relative_to(inner) for inner in store.documents)


def test_the_clients_own_settings_name_a_root(tmp_path: Path) -> None:
    root = tmp_path / "数据盘"
    (root / "xwechat_files" / "wxid_a_1234" / "msg" / "file").mkdir(parents=True)
    config = tmp_path / "home" / ".xwechat" / "config"
    config.mkdir(parents=True)
    (config / "a.ini").write_bytes(str(root).encode("gb18030"))
    (config / "b.ini").write_text("MyDocument:")
    assert [store.account for store in places.stores((), {}, tmp_path / "home", find=True)] == ["wxid_a"]


def test_a_folder_named_by_hand_may_be_anything(tmp_path: Path) -> None:
    account = tmp_path / "xwechat_files" / "wxid_a_1234"
    (account / "msg" / "file").mkdir(parents=True)
    (tmp_path / "plain").mkdir()
    for named in (tmp_path, tmp_path / "xwechat_files", account):
        assert [store.root for store in places.stores([str(named)], {}, tmp_path, find=False)] == [account]
    (store,) = places.stores([str(tmp_path / "plain")], {}, tmp_path, find=False)
    assert store.layout is Layout.PLAIN
    assert places.stores([str(tmp_path / "none")], {}, tmp_path, find=False) == []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    folder = tmp_path / "wxid_a_1234"
    (folder / "msg" / "file" / "2026-11").mkdir(parents=True)
    return Store(folder, Layout.WECHAT_4, "wxid_a")


@pytest.fixture
def intake(machine: Machine) -> Intake:
    archive = Archive(machine.folder / "archive", machine.journal, machine.recipients)
    return Intake(machine.journal, archive, machine.desk.force.context, lambda _: "li")


def write(store: Store, name: str, content: bytes) -> Path:
    path = store.root / "msg" / "file" / "2026-11" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


def settled(scan: StoreScan) -> list[str]:
    """What a scan finds when its clock says that nothing changed for long."""
    found = scan.look()[0]
    for path, (stamp, _) in list(scan._since.items()):
        scan._since[path] = (stamp, -1e9)
    return sorted(one.path.name for one in [*found, *scan.look()[0]])


def test_history_is_not_archived_and_new_files_are_found_once(machine: Machine, store: Store, intake: Intake) -> None:
    write(store, "old.txt", OPEN)
    scan = StoreScan(store, machine.journal)
    scan.first()
    assert settled(scan) == []
    new = write(store, "new.txt", OPEN)
    assert settled(scan) == ["new.txt"]
    intake.take(store, new)
    assert settled(scan) == []
    again = StoreScan(store, machine.journal)
    again.first()
    assert settled(again) == []


def test_what_comes_before_a_killed_baseline_is_taken_again_is_no_history(machine: Machine, store: Store) -> None:
    old = write(store, "old.txt", OPEN)
    long_ago = time.time_ns()
    while old.lstat().st_ctime_ns > long_ago - 20_000_000:  # older than the coarsest clock can blur
        long_ago = time.time_ns()
    StoreScan(store, machine.journal).begin()
    copied = write(store, "came with its old date.txt", OPEN)
    os.utime(copied, (1, 1))
    write(store, "came.txt", OPEN)
    # Killed here. The next start:
    scan = StoreScan(store, machine.journal)
    scan.begin()
    scan.first()
    assert settled(scan) == ["came with its old date.txt", "came.txt"]


def test_a_place_that_cannot_be_looked_at_hides_no_other(tmp_path: Path) -> None:
    account = tmp_path / "wxid_a_1234"
    (account / "msg" / "file").mkdir(parents=True)
    bad, heard = "/" + "x" * 300, list[Path]()
    found = places.stores([bad, str(account)], {}, tmp_path, find=False, unreadable=lambda at, _: heard.append(at))
    assert [store.root for store in found] == [account] and heard == [Path(bad)]
    with pytest.raises(OSError, match="too long"):
        places.stores([bad], {}, tmp_path, find=False)


def test_a_file_that_is_written_or_fresh_waits(machine: Machine, store: Store) -> None:
    scan = StoreScan(store, machine.journal)
    scan.first()
    path = write(store, "a.txt", OPEN)
    found, unsettled = scan.look()
    assert (found, unsettled) == ([], 1)
    with path.open("ab"):
        assert settled(scan) == []
    assert settled(scan) == ["a.txt"]


def test_a_new_month_is_found(machine: Machine, store: Store) -> None:
    scan = StoreScan(store, machine.journal)
    scan.first()
    assert settled(scan) == []
    folder = store.root / "msg" / "file" / "2026-12"
    folder.mkdir()
    (folder / "a.txt").write_bytes(OPEN)
    assert settled(scan) == ["a.txt"]


def test_a_new_file_is_archived_sealed_with_one_record(machine: Machine, store: Store, intake: Intake) -> None:
    seen = intake.take(store, write(store, "合同.txt", OPEN))
    assert seen.state is Seen.ARCHIVED
    (record,) = intake.archive.search("合同")
    sealed = intake.archive.sealed_path(record)
    assert OPEN not in sealed.read_bytes()
    assert machine.opened(sealed) == OPEN
    kinds = [report.kind for report in machine.journal.pending(10)]
    assert sorted(kinds) == ["head", "record", "transfer"]
    twin = intake.take(store, write(store, "合同 (1).txt", OPEN))
    assert twin.state is Seen.DUPLICATE
    assert len(intake.archive.search()) == 1
    assert (store.root / "msg/file/2026-11/合同.txt").read_bytes() == OPEN


def test_our_own_sent_copy_is_recognised(machine: Machine, store: Store, intake: Intake) -> None:
    machine.hand_over(machine.drop("notice.txt", OPEN))
    assert intake.take(store, write(store, "notice.txt", OPEN)).state is Seen.OWN
    assert intake.archive.search() == []


@pytest.mark.parametrize("dropped", [False, True])
def test_a_secret_file_in_the_store_is_an_incident(
    machine: Machine, store: Store, intake: Intake, dropped: bool
) -> None:
    """Received, or sent past the outbox: also when the outbox had blocked it before."""
    if dropped:
        machine.hand_over(machine.drop("plan.txt", SECRET))
    intake.take(store, write(store, "plan.txt", SECRET))
    body = [report.body for report in machine.journal.pending(20) if report.kind == "transfer"][-1]
    assert body["direction"] == "received"
    assert body["incident"] is True
    # Nothing lies in the vault that could be given back or released.
    assert [option["choice"] for option in body["options"]] == ["false_positive", "keep"]


def test_an_incident_about_a_sensitive_file_in_the_store_can_be_ended(
    machine: Machine, store: Store, intake: Intake
) -> None:
    """Its verdict alone would only seal it, and leaves nothing to decide."""
    intake.take(store, write(store, "list.txt", SENSITIVE))
    (body,) = [report.body for report in machine.journal.pending(20) if report.kind == "transfer"]
    assert body["incident"] is True
    assert "keep" in [option["choice"] for option in body["options"]]


def test_an_object_that_changed_is_found_and_said(machine: Machine, store: Store, intake: Intake) -> None:
    intake.take(store, write(store, "a.txt", OPEN))
    (record,) = intake.archive.search()
    assert intake.archive.verify(record)
    path = intake.archive.sealed_path(record)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert not intake.archive.verify(record)
    path.unlink()
    assert not intake.archive.verify(record)
    assert [record.sound for record in intake.archive.search()] == [False]


def test_links_in_the_store_are_not_followed(machine: Machine, store: Store, intake: Intake) -> None:
    target = machine.folder / "elsewhere.txt"
    target.write_bytes(OPEN)
    link = store.root / "msg/file/2026-11/link.txt"
    link.symlink_to(target)
    scan = StoreScan(store, machine.journal)
    assert settled(scan) == []
    with pytest.raises(OSError, match="symbolic"):
        intake.take(store, link)


def test_failures_stay_on_a_list(machine: Machine, store: Store) -> None:
    from dlp.outbox.settled import Stamp
    from dlp.received.ledger import Sighting

    path = write(store, os.fsdecode(b"\xff.txt"), OPEN)
    stamp = Stamp.of(path.stat())
    ledger.note(machine.journal, store.root, Sighting(path, stamp, Seen.FAILED, 3, "PermissionError"))
    assert [(one.path, one.tries) for one in ledger.failed(machine.journal)] == [(path, 3)]


def test_only_work_accounts_and_folders_named_by_hand_are_archived(tmp_path: Path) -> None:
    for account in ("wxid_work_1111", "wxid_private_2222"):
        (tmp_path / "xwechat_files" / account / "msg" / "file").mkdir(parents=True)
    found = places.stores((), {}, tmp_path, find=True)
    assert len(found) == 2

    def chosen(named: tuple[str, ...], accounts: tuple[str, ...]) -> list[str]:
        return [store.account for store in places.chosen(found, named, accounts, pictures=False)]

    assert chosen((), ()) == []
    assert chosen((), ("wxid_work",)) == ["wxid_work"]
    assert len(chosen((), ("*",))) == 2
    assert chosen((str(tmp_path / "xwechat_files" / "wxid_private_2222"),), ()) == ["wxid_private"]
    assert chosen((str(tmp_path / "xwechat_files"),), ()) == []
    assert chosen((str(tmp_path / "xwechat_files"),), ("wxid_work",)) == ["wxid_work"]


def test_pictures_are_found_where_they_are_wished_and_decoded(machine: Machine, store: Store, intake: Intake) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + b"an ordinary notice " * 20
    folder = store.root / "msg" / "attach" / ("c" * 32) / "2026-11" / "Img"
    folder.mkdir(parents=True)
    (folder / "a.dat").write_bytes(bytes(byte ^ 0x4D for byte in picture))
    (folder / "b.dat").write_bytes(bytes.fromhex("070856320807") + b"x" * 200)
    assert settled(StoreScan(store, machine.journal)) == []
    wished = replace(store, pictures=True)
    assert settled(StoreScan(wished, machine.journal)) == ["a.dat", "b.dat"]
    for name in ("a.dat", "b.dat"):
        intake.take(wished, folder / name)
    decoded, opaque = intake.archive.search(".png"), intake.archive.search("b.dat")
    assert machine.opened(intake.archive.sealed_path(decoded[0])) == picture
    assert machine.opened(intake.archive.sealed_path(opaque[0])) == (folder / "b.dat").read_bytes()
    assert whereabouts(machine.journal, "b.dat")[0].send.detail == "undecodable=v2"


def test_a_record_has_the_date_of_its_level(machine: Machine, store: Store, intake: Intake) -> None:
    intake.take(store, write(store, "a.txt", OPEN))
    intake.take(store, write(store, "b.txt", SECRET))
    secret, plain = intake.archive.search()
    assert secret.retain > plain.retain > plain.at


def test_the_person_is_told_once_for_each_version(machine: Machine, store: Store) -> None:
    from dlp import notice
    from dlp.config import Home, Settings

    home, policy = Home(machine.folder / "home"), machine.desk.force.context().policy

    def give(stores: list[Store]) -> bool:
        return notice.give(home, Settings(), machine.journal, [machine.outbox], stores, policy)

    assert give([])
    assert not give([])
    assert "no WeChat" in machine.outbox.notice.read_text("utf-8").lower().replace("no wechat", "no WeChat")
    assert give([store])
    page = machine.outbox.notice.read_text("utf-8")
    assert "wxid_a" in page
    assert "3650 days" in page
    assert [event.kind for event in machine.journal.events()] == ["notice.given", "notice.given"]
    machine.outbox.notice.unlink()
    assert give([store])


def test_pruning_removes_what_is_past_its_date_and_tells_the_office(
    machine: Machine, store: Store, intake: Intake
) -> None:
    intake.take(store, write(store, "a.txt", OPEN))
    intake.take(store, write(store, "b.txt", SECRET))
    archive = intake.archive
    assert archive.due("2020-01-01T00:00:00.000000Z") == []
    (due,) = archive.due(archive.search("a.txt")[0].retain + "z")
    archive.prune(due)
    assert not archive.sealed_path(due).exists()
    assert [record.name for record in archive.search()] == ["b.txt"]
    assert [report.body["record"] for report in machine.journal.pending(50) if report.kind == "pruned"] == [due.id]
    assert archive.orphans() == []


def test_an_object_that_no_record_needs_is_found(machine: Machine, store: Store, intake: Intake) -> None:
    path = write(store, "a.txt", OPEN)
    with path.open("rb") as file:
        stored = intake.archive.store(file.fileno(), "")
    assert intake.archive.orphans() == [stored.id]
    intake.take(store, path)
    assert intake.archive.orphans() == []


def test_named_paths_are_looked_at_without_listing_the_rest(machine: Machine, store: Store, tmp_path: Path) -> None:
    scan = StoreScan(store, machine.journal)
    scan.first()
    assert settled(scan) == []
    other, named = write(store, "other.txt", OPEN), write(store, "named.txt", OPEN)
    month = store.root / "msg" / "file" / "2026-12"
    month.mkdir()
    (month / "inside.txt").write_bytes(OPEN)
    outside = tmp_path / "outside.txt"
    outside.write_bytes(OPEN)
    assert scan.look({named, month, outside})[1] == 2
    assert sorted(path.name for path in scan._since) == ["inside.txt", "named.txt"]
    assert settled(scan) == ["inside.txt", "named.txt", other.name]
