"""Older kernels: what is missing is told by name, and the rest works; without what is needed nothing is half on."""

from __future__ import annotations

import errno
import os
import queue
import re
import select
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from gate_world import World, ext4, until

from dlp.checkup import State
from dlp.config import Settings
from dlp.gate import checks
from dlp.gate.features import GateError, features, need_permission_events
from dlp.gate.hooks import Hooks
from dlp.gate.kernel import ALLOW, Event, Init, Kernel, Mark, answer, events, read
from dlp.gate.release import release
from dlp.gate.warden import Guarded, NotGuarded, Warden, Wish

root = pytest.mark.root
OLD = {
    "FAN_OPEN_EXEC_PERM": Event.OPEN_EXEC_PERM,
    "FAN_MARK_MNTNS": Init.MNT,
    "FAN_REPORT_FD_ERROR": Init.FD_ERROR,
    "FAN_MARK_FILESYSTEM": Mark.FILESYSTEM,
}


@root
@pytest.mark.parametrize("name", OLD)
def test_a_missing_feature_is_told_by_name(name: str) -> None:
    lacking = [one for one in features(Kernel(frozenset({OLD[name]}))) if not one.there]
    here = {one.name.en for one in features() if not one.there}
    (told,) = [one for one in lacking if one.name.en not in here] or [None]
    if told is None:
        pytest.skip("this kernel lacks it anyway")
    assert name in told.name.en
    assert not told.needed
    assert told.without.en and told.without.zh


@root
def test_without_permission_events_there_is_no_gate_and_a_clear_line() -> None:
    with pytest.raises(GateError) as raised:
        need_permission_events(Kernel(frozenset({Event.OPEN_PERM})))
    assert "CONFIG_FANOTIFY_ACCESS_PERMISSIONS" in raised.value.message.en
    assert raised.value.hint is not None
    assert "the outbox works without it" in raised.value.hint.en
    missing = [one for one in features(Kernel(frozenset({Event.OPEN_PERM}))) if one.needed and not one.there]
    assert len(missing) == 1


class NotRoot(Kernel):
    """A kernel as an ordinary account meets it."""

    def queue(self, flags: int, optional: int = 0) -> int:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))


def test_without_root_there_is_a_clear_line_and_the_portable_offer() -> None:
    with pytest.raises(GateError) as raised:
        need_permission_events(NotRoot())
    lines = raised.value.lines(Settings(language="en").tongue)
    assert lines[0] == "dlp: error: the gate was started without root's rights, expected root"
    assert "the outbox works without it" in lines[1]


def test_doctor_says_that_no_gate_runs(tmp_path: Path) -> None:
    found = list(checks.checks(Settings(gate_folder=str(tmp_path))))
    assert found[0].state is State.WEAK
    assert "not running" in found[0].found.en
    assert len(found) >= 2, "and what it knows of the kernel"


@root
def test_doctor_tells_of_the_running_gate_what_it_guards_and_lacks() -> None:
    with ext4() as folder:
        world = World(folder)
        try:
            world.start()
            world.client()
            found = {check.name.en: check for check in checks.checks(world.settings)}
            assert found["gate"].state is State.GOOD
            assert "1 WeChat guarded" in found["gate"].found.en
            assert "gate: kernel" in found
            assert world.dlp("doctor").stdout.count("gate") >= 2
            os.kill(world.agent.pid, 9)
            until(lambda: not world.status()["agent"], "the gate knows")
            assert next(iter(checks.checks(world.settings))).state is State.FAILED
        finally:
            world.stop()


def marked(descriptor: int) -> set[int]:
    """Mounts that have a mark of a queue, as the kernel shows it."""
    text = Path(f"/proc/self/fdinfo/{descriptor}").read_text()
    return {int(number, 16) for number in re.findall(r"mnt_id:([0-9a-f]+)", text)}


@pytest.fixture
def apart() -> Iterator[subprocess.Popen[bytes]]:
    """A process in a mount namespace of its own that mounts when it is told to."""
    script = "echo; read x; mkdir -p $x; mount -t tmpfs none $x; echo; read x"
    process = subprocess.Popen(
        ["unshare", "--mount", "sh", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    )
    assert process.stdout is not None
    process.stdout.readline()
    yield process
    process.kill()
    process.communicate()


def allow_all(descriptor: int, over: threading.Event) -> None:
    """Somebody must answer what the process opens."""
    while not over.is_set():
        if select.select([descriptor], [], [], 0.05)[0]:
            for _, fd, _ in events(read(descriptor)):
                answer(descriptor, fd, ALLOW)
                os.close(fd)


@root
def test_mounts_are_marked_without_any_of_the_newer_features(apart: subprocess.Popen[bytes], tmp_path: Path) -> None:
    kernel = Kernel(frozenset(OLD.values()))
    hooks = Hooks.make(("/nowhere/wechat",), kernel)
    warden = Warden(kernel, hooks, "refuse")
    warden.start()
    pid = apart.pid
    warden.guard(Wish(7, pid, 0))
    news = warden.news.get(timeout=10)
    assert isinstance(news, Guarded)
    over = threading.Event()
    thread = threading.Thread(target=allow_all, args=(news.space.queue, over))
    thread.start()
    try:
        before = marked(news.space.queue)
        assert len(before) > 3
        assert apart.stdin is not None
        apart.stdin.write(f"{tmp_path / 'later'}\n".encode())
        until(lambda: len(marked(news.space.queue)) == len(before) + 1, "a later mount is marked")
    finally:
        over.set()
        thread.join()
        release([news.space.queue], kernel)

    warden.guard(Wish(8, os.getpid(), 0))
    said = warden.news.get(timeout=10)
    assert isinstance(said, NotGuarded)
    assert said.why == "host"
    with pytest.raises(queue.Empty):
        warden.news.get_nowait()


def test_the_command_says_what_is_missing_and_what_works(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(f'gate_folder = "{tmp_path / "no"}"\n')
    command = [sys.executable, "-P", "-m", "dlp.cli.main", "--home", str(tmp_path), "--language", "zh", "wechat"]
    done = subprocess.run([*command, "--", "/bin/true"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "门卫未运行" in done.stderr
    assert "外发文件夹不依赖此功能" in done.stderr
    done = subprocess.run([*command, "--", "/no/such/wechat"], capture_output=True, text=True, check=False)
    assert "/no/such/wechat" in done.stderr
