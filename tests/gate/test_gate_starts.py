"""Starts of WeChat outside the launcher, namespaces that others made, and mounts that come later."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from gate_world import HERE, PUBLIC, SECRET, Client, World, ext4, until
from test_gate_faults import events_of
from test_gate_session import change

from dlp.config import Settings

pytestmark = pytest.mark.root


@pytest.fixture
def world() -> Iterator[World]:
    with ext4() as folder:
        program = folder / "opt" / "wechat" / "wechat"
        program.parent.mkdir(parents=True)
        shutil.copy(os.path.realpath("/bin/cat"), program)
        made = World(folder, replace(Settings(), wechat_programs=(str(program), str(folder / "opt/*/wechat.sh"))))
        made.program = program
        try:
            made.start()
            yield made
        finally:
            made.stop()


def run(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)


def refused_to_start(*words: object) -> bool:
    try:
        run(*words)
    except PermissionError:
        return True
    return False


def test_a_start_outside_the_launcher_is_refused_and_said(world: World) -> None:
    public = world.file("notice.txt", PUBLIC)
    assert run("cat", public).returncode == 0
    until(lambda: refused_to_start(world.program, public), "the program is known")
    until(lambda: "gate.start_refused" in events_of(world), "it is an event")
    until(lambda: "dlp wechat" in world.cards().get("WeChat was not started.html", ""), "the person is told")
    # An update puts a new file in its place; what else lies in the folder may start.
    fresh = world.program.with_name("new")
    shutil.copy(os.path.realpath("/bin/cat"), fresh)
    assert not refused_to_start(fresh, public)
    fresh.replace(world.program)
    assert refused_to_start(world.program, public)


def test_a_start_outside_may_be_allowed_by_setting(world: World) -> None:
    change(world, gate_outside="allow")
    public = world.file("notice.txt", PUBLIC)
    until(lambda: run(world.program, public).returncode == 0 and "gate.started_outside" in events_of(world), "said")


def test_a_namespace_that_another_program_made_is_guarded_before_wechat_runs_in_it(world: World) -> None:
    """As flatpak and bubblewrap do. Nobody asked the gate for it."""
    secret, public = world.file("plan.txt", SECRET), world.file("notice.txt", PUBLIC)
    until(lambda: refused_to_start(world.program, public), "the program is known")
    for apart in (("unshare", "--mount"), ("unshare", "--user", "--map-root-user", "--mount")):
        assert run(*apart, world.program, public).stdout == PUBLIC
        done = run(*apart, world.program, secret)
        assert done.returncode == 1
        assert "not permitted" in done.stderr


def test_bubblewrap(world: World) -> None:
    if not shutil.which("bwrap"):
        pytest.skip("bubblewrap is not installed here")
    secret, public = world.file("plan.txt", SECRET), world.file("notice.txt", PUBLIC)
    until(lambda: refused_to_start(world.program, public), "the program is known")
    bwrap = ("bwrap", "--ro-bind", "/", "/", "--tmpfs", "/mnt", "--dev", "/dev", "--proc", "/proc", "--unshare-pid")
    assert run(*bwrap, world.program, public).stdout == PUBLIC
    assert "not permitted" in run(*bwrap, world.program, secret).stderr


def unlaunched(world: World) -> Client:
    """A client in a namespace without what the launcher takes away: mounts can be made in it."""
    base = getattr(sys, "_base_executable", sys.executable)
    script = f"{world.program} /dev/null && exec {base} -I -S {world.programs / 'stand_in.py'}"
    until(lambda: refused_to_start(world.program, "/dev/null"), "the program is known")
    client = Client.of(["unshare", "--mount", "sh", "-c", script])
    world.clients.append(client)
    return client


def test_mounts_that_come_later_are_marked(world: World) -> None:
    """Found by the kernel's news of mounts, and by polling the table; a moment passes, docs/gate.md says so."""
    secret = world.file("plan/plan.txt", SECRET)
    client = unlaunched(world)
    assert client.do("look", secret)["errno"] == errno.EPERM
    for name in ("bound", "again"):
        point = world.files / name
        point.mkdir()
        client.do("through_a_bind_mount", secret, point)
        until(lambda there=point: client.do("look", there / "plan.txt").get("errno") == errno.EPERM, "it is marked")


def test_namespaces_nested_in_one_that_another_program_made_are_found(world: World) -> None:
    """Where nothing refuses them; a quarter of a second passes, docs/gate.md says so."""
    secret, report = world.file("plan.txt", SECRET), world.files / "report"
    client = unlaunched(world)
    assert client.do("look", secret)["errno"] == errno.EPERM
    client.tell("nested_and_again_and_again", secret, report)
    until(lambda: report.exists() and report.read_text() == "refused", "it is guarded too")
    assert client._hear() == {"got": "refused"}


def test_mounts_of_the_host_that_come_in_later_are_marked(world: World) -> None:
    """A USB stick: mounted outside while WeChat runs, it appears in the launcher's namespace too."""
    stick = world.files / "stick"
    stick.mkdir()
    client = world.client()
    subprocess.run(["mount", "-t", "tmpfs", "none", str(stick)], check=True)
    try:
        (stick / "plan.txt").write_text(SECRET, "utf-8")
        (stick / "notice.txt").write_text(PUBLIC, "utf-8")
        until(lambda: client.do("look", stick / "plan.txt").get("errno") == errno.EPERM, "it is marked")
        assert "got" in client.do("look", stick / "notice.txt")
        assert world.status()["spaces"][0]["uncovered"] == []
    finally:
        until(lambda: run("umount", stick).returncode == 0, "unmounted")


def plain_python() -> str:
    """An interpreter that any account may run; that of the tests may lie in root's own home."""
    found = shutil.which("python3", path="/usr/bin:/usr/local/bin")
    if found is None or run(found, "-c", "import sys; sys.exit(sys.version_info < (3, 11))").returncode:
        pytest.skip("no python3 of 3.11 or newer for every account here")
    return found


def of_account(world: World, *before: str) -> Client:
    """A client that an ordinary account starts by ``dlp wechat``, with what the account may reach of us."""
    python, home, ours = plain_python(), world.folder / "li", world.folder / "ours"
    shutil.copytree(HERE.parent.parent / "dlp", ours / "dlp", ignore=shutil.ignore_patterns("__pycache__"))
    home.mkdir()
    (home / "settings.toml").write_text(f'gate_folder = "{world.folder / "door"}"\n')
    for path in (home, world.files, *world.files.rglob("*")):
        os.chown(path, 1000, 1000)
    command = [python, "-P", "-m", "dlp.cli.main", "--home", str(home), "wechat", "--", *before]
    client = Client.of(
        [*command, python, "-I", "-S", str(world.programs / "stand_in.py")],
        user=1000,
        group=1000,
        extra_groups=[],
        cwd="/",
        env={"PATH": os.defpath, "PYTHONPATH": str(ours)},
    )
    world.clients.append(client)
    return client


def test_an_account_starts_wechat_by_itself(world: World) -> None:
    """Without root, in a user namespace of its own; WeChat reads as that account what it may, and no more."""
    secret, public = world.file("plan.txt", SECRET), world.file("notice.txt", PUBLIC)
    client = of_account(world)
    assert "got" in client.do("look", public)
    assert client.do("look", secret)["errno"] == errno.EPERM
    assert client.do("in_a_nested_mount_namespace", public)["errno"]
    (space,) = world.status()["spaces"]
    assert space["uid"] == 1000
    assert space["uncovered"] == []


def test_a_command_that_makes_a_namespace_of_its_own_is_guarded_in_that_too(world: World) -> None:
    """As flatpak does: the launcher lets it, and the gate finds the inner namespace."""
    if not shutil.which("bwrap"):
        pytest.skip("bubblewrap is not installed here")
    secret, public = world.file("plan.txt", SECRET), world.file("notice.txt", PUBLIC)
    client = of_account(world, "/usr/bin/bwrap", "--bind", "/", "/", "--dev", "/dev", "--proc", "/proc")
    until(lambda: len(world.status()["spaces"]) == 2, "both namespaces are guarded")
    assert client.do("look", secret)["errno"] == errno.EPERM
    assert "got" in client.do("look", public)


def test_nobody_guards_or_frees_what_is_not_theirs(world: World) -> None:
    """The door answers any account; another account's process is none of its business."""
    python = plain_python()
    client = world.client()
    code = (
        "import json, socket, sys; end = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET);"
        "end.connect(sys.argv[1]);"
        "end.send(json.dumps({'guard': int(sys.argv[2])}).encode()); print(end.recv(4096).decode());"
        "end.send(b'[]'); print(end.recv(4096))"
    )
    done = subprocess.run(
        [python, "-c", code, str(world.folder / "door" / "door.sock"), str(client.pid)],
        capture_output=True,
        text=True,
        check=False,
        user=1000,
        cwd="/",
    )
    assert "not yours" in done.stdout, done.stderr
    assert "b''" in done.stdout, "what is no packet ends the talk"
    assert len(world.status()["spaces"]) == 1
