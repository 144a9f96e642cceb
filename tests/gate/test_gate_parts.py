"""The parts of the gate by themselves: the filter of calls, the list of exempt files, tables, packets, memory."""

from __future__ import annotations

import os
import socket
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlp.config import Home, Settings, load
from dlp.errors import UsageError
from dlp.gate import denied, exempt, mounts, wire
from dlp.gate.exempt import Standing
from dlp.gate.kernel import ALLOW, DENY, Event, Init, Kernel, Mark, events
from dlp.gate.memory import FRESH, Memory, key_of, stamp_of
from dlp.gate.settings import Rules, read_table

# the filter of system calls


def judged(machine: str, audit: int, number: int, first: int = 0) -> int:
    """What the filter answers, by running its program as the kernel does (BPF, classic)."""
    steps = [
        struct.unpack_from("=HBBI", denied.program(machine), at) for at in range(0, len(denied.program(machine)), 8)
    ]
    call = struct.pack("=iIQ6Q", number, audit, 0, first, 0, 0, 0, 0, 0)
    at, kept = 0, 0
    while True:
        code, yes, no, value = steps[at]
        at += 1
        if code == 0x20:
            (kept,) = struct.unpack_from("=I", call, value)
        elif code == 0x15:
            at += yes if kept == value else no
        elif code == 0x45:
            at += yes if kept & value else no
        else:
            assert code == 0x06
            return value


MACHINES = [("x86_64", denied.X86_64, 0), ("aarch64", denied.ARM64, 1), ("x86_64", denied.I386, 2)]
ALLOWED, EPERM, ENOSYS = 0x7FFF0000, 0x00050001, 0x00050026


@pytest.mark.parametrize(("machine", "audit", "column"), MACHINES)
def test_mount_calls_are_refused_and_others_are_not(machine: str, audit: int, column: int) -> None:
    for name, numbers in denied.CALLS.items():
        assert judged(machine, audit, numbers[column]) == EPERM, name
    assert judged(machine, audit, denied.CLONE3[column]) == ENOSYS
    for call in (denied.UNSHARE, denied.CLONE):
        assert judged(machine, audit, call[column], denied.NEW_MOUNT_NAMESPACE | 0x10000000) == EPERM
        assert judged(machine, audit, call[column], 0x10000000) == ALLOWED, "Chromium's sandbox needs this one"
    known = {numbers[column] for numbers in denied.CALLS.values()} | {denied.CLONE3[column], denied.OLD_UMOUNT}
    for number in set(range(470)) - known:
        assert judged(machine, audit, number) == ALLOWED, number


def test_what_claims_another_machine_gets_nothing() -> None:
    assert judged("x86_64", denied.ARM64, 0) == EPERM
    assert judged("aarch64", denied.X86_64, 0) == EPERM
    assert judged("x86_64", denied.X86_64, denied.X32_BIT | 1) == EPERM


def test_an_old_umount_is_refused_where_there_is_one() -> None:
    assert judged("x86_64", denied.I386, denied.OLD_UMOUNT) == EPERM


# exempt files

RULES = exempt.of(read_table()["exempt"])


def stands(tmp_path: Path, path: str, content: bytes, mode: int = 0o644, owner: int = 1000) -> Standing:
    file = tmp_path / "file"
    file.write_bytes(content)
    fd = os.open(file, os.O_RDONLY)
    try:
        found = list(os.fstat(fd))
        found[0], found[4] = 0o100000 | mode, owner
        return exempt.standing(RULES, path, os.stat_result(found), fd)
    finally:
        os.close(fd)


DATABASE = bytes(range(256)) * 4
DOCUMENTS = {
    "zip": b"PK\x03\x04" + DATABASE,
    "pdf": b"%PDF-1.7\n" + DATABASE,
    "ole": b"\xd0\xcf\x11\xe0" + DATABASE,
    "rtf": b"{\\rtf1" + DATABASE,
    "7z": b"7z\xbc\xaf'\x1c" + DATABASE,
    "text": "机密★10年\n关于某项工作".encode() * 20,
    "gb18030": "机密★10年\n关于某项工作".encode("gb18030") * 20,
    "utf-16": "机密★10年\n关于某项工作".encode("utf-16") * 20,
    "ascii as utf-16": "secret plans of the unit\n".encode("utf-16-le") * 20,
    "sqlite": b"SQLite format 3\0" + DATABASE,
    "tar": b"name".ljust(257, b"\0") + b"ustar" + DATABASE,
}
HOME = "/home/li/xwechat_files/wxid_1_ab12"


def test_databases_logs_and_caches_are_exempt(tmp_path: Path) -> None:
    for path in (
        f"{HOME}/db_storage/message/message_0.db",
        "/home/li/.xwechat/config/key.db",
        "/home/li/.xwechat/log/x.xlog",
        f"{HOME}/msg/attach/0123/2026-11/Img/ab_t.dat",
        "/home/li/.cache/mesa_shader_cache/0/1",
        "/home/li/.Xauthority",
        "/dev/shm/.org.chromium.Chromium.x",
    ):
        assert stands(tmp_path, path, DATABASE) is Standing.FREE, path


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_folder_exempts_a_document_or_a_text(tmp_path: Path, name: str) -> None:
    for path in (f"{HOME}/db_storage/a.db", "/home/li/.xwechat/log/x.xlog", f"{HOME}/cache/x", "/home/li/.cache/x"):
        assert stands(tmp_path, path, DOCUMENTS[name]) is Standing.OWN, path


@pytest.mark.parametrize(
    "path",
    [
        f"{HOME}/msg/file/2026-11/plan.db",
        f"{HOME}/temp/RWTemp/2026-11/x/plan.db",
        f"{HOME}/temp/drag/plan.db",
        f"{HOME}/business/InputTemp/plan.db",
        "/home/li/Documents/plan.db",
    ],
)
def test_where_files_are_sent_from_is_exempt_never(tmp_path: Path, path: str) -> None:
    assert stands(tmp_path, path, DATABASE) is Standing.ASKED


def test_programs_are_exempt_only_where_root_alone_writes_them(tmp_path: Path) -> None:
    elf = b"\x7fELF" + DATABASE
    assert stands(tmp_path, "/usr/lib/libc.so.6", elf, owner=0) is Standing.FREE
    assert stands(tmp_path, "/opt/wechat/wechat", elf, owner=0) is Standing.FREE
    assert stands(tmp_path, "/opt/wechat/plan.docx", DOCUMENTS["zip"], owner=1000) is Standing.ASKED
    assert stands(tmp_path, "/opt/wechat/plan.docx", DOCUMENTS["zip"], mode=0o666, owner=0) is Standing.ASKED
    assert stands(tmp_path, "/home/li/libc.so.6", elf, owner=0) is Standing.ASKED


def test_a_picture_passes_from_caches_only(tmp_path: Path) -> None:
    picture = b"\xff\xd8\xff\xe0" + DATABASE
    assert stands(tmp_path, f"{HOME}/cache/avatar.jpg", picture) is Standing.FREE
    assert stands(tmp_path, f"{HOME}/db_storage/scan.jpg", picture) is Standing.OWN


def test_patterns_cross_folders_only_where_they_say_so() -> None:
    rule = exempt.compiled(["**/.cache/**", "/opt/*/x", "/a/b"])
    assert rule.match("/home/li/.cache/a/b") and rule.match("/opt/y/x") and rule.match("/a/b")
    assert not rule.match("/opt/y/z/x") and not rule.match("/a/b/c") and not rule.match("/home/li/cache/a")
    assert not rule.match("/x/.cached/a")
    assert rule.match("/home/li/.cache/a\nb"), "a name with a line end is a name"


# tables, records, packets


def test_a_table_of_mounts_is_read() -> None:
    table = (
        b"27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"
        b"31 27 0:26 / /media/USB\\040\xe7\x9b\x98 rw - vfat /dev/sdb1 rw\n"
        b"22 27 0:21 / /proc rw - proc proc rw\nhalf a li"
    )
    root, stick, proc = mounts.parse(table)
    assert (root.id, root.point, root.kind) == (27, "/", "ext4")
    assert stick.point == "/media/USB 盘"
    assert proc.own and not stick.own


@given(st.binary(max_size=300))
def test_any_table_is_read_without_a_fault(table: bytes) -> None:
    try:
        mounts.parse(table)
    except ValueError:
        assert b" - " in table  # a number that is none: the caller reads the table again


def test_records_of_another_version_are_no_events() -> None:
    record = struct.pack("=IBBHQii", 24, 3, 0, 24, Event.OPEN_PERM, 7, 42)
    assert list(events(record * 2)) == [(Event.OPEN_PERM, 7, 42)] * 2
    with pytest.raises(ValueError, match="version 9"):
        list(events(struct.pack("=IBBHQii", 24, 9, 0, 24, 0, 7, 42)))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.text(), json_values, max_size=5))
def test_packets_come_as_they_went(packet: dict[str, object]) -> None:
    ours, theirs = wire.pair()
    with ours, theirs:
        assert wire.send(ours, packet)
        assert wire.receive(theirs) == (packet, [])


def test_names_that_are_no_text_travel_and_descriptors_too() -> None:
    ours, theirs = wire.pair()
    name = os.fsdecode(b"/home/li/\xff\xfe")
    with ours, theirs:
        wire.send(ours, {"path": name}, ours.fileno())
        found = wire.receive(theirs)
        assert found is not None
        packet, (descriptor,) = found
        assert packet == {"path": name}
        assert os.fstat(descriptor).st_ino == os.fstat(ours.fileno()).st_ino
        wire.close([descriptor])


@pytest.mark.parametrize("said", [b"", b"[]", b"null", b"{", b"\xff", b"[" * 5000])
def test_what_is_no_packet_ends_the_talk(said: bytes) -> None:
    ours, theirs = wire.pair()
    with ours, theirs:
        if said:
            ours.send(said)
        else:
            ours.close()
        with pytest.raises(wire.ClosedError):
            wire.receive(theirs)


def test_too_many_descriptors_end_the_talk_and_stay_open_nowhere() -> None:
    ours, theirs = wire.pair()
    with ours, theirs:
        before = len(os.listdir("/proc/self/fd"))
        socket.send_fds(ours, [b"{}"], [ours.fileno()] * 20)
        with pytest.raises(wire.ClosedError):
            wire.receive(theirs)
        assert len(os.listdir("/proc/self/fd")) == before


# memory


def status_of(path: Path) -> os.stat_result:
    return path.stat()


def test_a_verdict_holds_as_long_as_the_file_is_as_it_was(tmp_path: Path) -> None:
    path, memory = tmp_path / "a", Memory()
    path.write_text("one")
    before = status_of(path)
    memory.keep(key_of(before), stamp_of(before), ALLOW)
    assert memory.files[key_of(before)][:3] == stamp_of(before)
    path.write_text("two")
    assert memory.files[key_of(before)][:3] != stamp_of(status_of(path))


def test_only_a_file_created_this_moment_is_taken_for_wechats(tmp_path: Path) -> None:
    path, memory = tmp_path / "a", Memory()
    path.touch()
    status = status_of(path)
    key, stamp = key_of(status), stamp_of(status)
    memory.begin(key, status, status.st_ctime_ns + FRESH)
    assert not memory.finish(key, stamp), "it was there before"
    memory.begin(key, status, status.st_ctime_ns + 1)
    assert memory.finish(key, stamp)
    memory.keep(key, stamp, DENY, 7)
    assert not memory.finish(key, stamp), "what another program put into it is not WeChat's"


def test_what_wechat_made_outlives_a_new_policy_and_other_verdicts_do_not(tmp_path: Path) -> None:
    memory = Memory()
    memory.own((1, 1), (5, 5, 5))
    memory.keep((1, 2), (5, 5, 5), ALLOW)
    memory.keep((1, 3), (5, 5, 5), DENY, 9)
    memory.forget()
    assert set(memory.files) == {(1, 1)}


# settings and old kernels


def test_the_answerer_is_told_what_the_settings_say() -> None:
    rules = Rules.of(Settings(gate_milliseconds=700, wechat_programs=("/x",), gate_exempt=("/y/**",)))
    again = Rules.read(rules.packet())
    assert again == rules
    assert again.seconds == 0.7
    assert "/x" in again.programs and "/opt/wechat/wechat" in again.programs


@pytest.mark.parametrize(
    "line", ['gate_outside = "maybe"', "gate_milliseconds = 20", "gate_lost_seconds = 0", 'gate_milliseconds = "fast"']
)
def test_wrong_settings_are_refused_by_name(tmp_path: Path, line: str) -> None:
    (tmp_path / "settings.toml").write_text(line, "utf-8")
    with pytest.raises(UsageError, match=line.split(" ")[0]):
        load(Home(tmp_path))


def test_a_kernel_without_a_feature_refuses_it_as_an_old_one_does() -> None:
    old = Kernel(frozenset({Init.FD_ERROR, Mark.FILESYSTEM, Event.OPEN_EXEC_PERM}))
    with pytest.raises(OSError, match="fanotify_init"):
        old.queue(Init.CONTENT | Init.FD_ERROR)
    with pytest.raises(OSError, match="fanotify_mark"):
        old.mark(-1, Mark.ADD, Event.OPEN_EXEC_PERM, "/")
    with pytest.raises(OSError, match="fanotify_mark"):
        old.mark(-1, Mark.ADD | Mark.FILESYSTEM, Event.OPEN_PERM, "/")


def test_the_samples_are_what_they_are_called(tmp_path: Path) -> None:
    """A real archive and a real database begin as the list says."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr("a", "b")
    assert not exempt.opaque((tmp_path / "a.zip").read_bytes()[:512])
    assert exempt.opaque(os.urandom(512))
