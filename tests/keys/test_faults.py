"""What must not happen: plaintext left behind, a file clobbered, a key in a dump; whatever goes wrong and wherever."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from keys import age, files
from keys.stream import BLOCK, CHUNK

KILLS = 60
posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="POSIX")


@pytest.fixture
def identity() -> age.Identity:
    return age.generate()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def sealed(folder: Path, identity: age.Identity, size: int) -> Path:
    (folder / "plain").write_bytes(os.urandom(size))
    files.seal_file(folder / "plain", folder / "a.age", [str(identity.recipient)])
    return folder / "a.age"


def test_every_byte_flipped_of_a_small_file(tmp_path: Path, identity: age.Identity) -> None:
    path = sealed(tmp_path, identity, 100)
    content = path.read_bytes()
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1 << place % 8]) + content[place + 1 :])
        with pytest.raises(age.AgeError):
            files.open_file(path, tmp_path / "out", [identity])
    assert names(tmp_path) == ["a.age", "plain"]


def test_a_thousand_flips_and_cuts_of_a_large_file(tmp_path: Path, identity: age.Identity) -> None:
    path = sealed(tmp_path, identity, 2 * BLOCK * CHUNK + 12_345)
    content = path.read_bytes()
    chance = random.Random(2026)
    (tmp_path / "mine").write_bytes(b"precious")
    header = len(files.read_header_of(path).raw)
    for count in range(1_000):
        place = chance.randrange(len(content))
        if count % 4 == 0:
            # Cuts at the borders of chunks are those that a careless reader takes for an end.
            place = chance.choice([place, header + 16 + place // (CHUNK + 16) * (CHUNK + 16)])
            os.truncate(path, place)
        else:
            _patch(path, place, bytes([content[place] ^ 1 << chance.randrange(8)]))
        with pytest.raises(age.AgeError):
            files.open_file(path, tmp_path / "mine", [identity])
        _patch(path, place, content[place:] if count % 4 == 0 else content[place : place + 1])
    assert path.read_bytes() == content
    assert names(tmp_path) == ["a.age", "mine", "plain"] and (tmp_path / "mine").read_bytes() == b"precious"


def _patch(path: Path, place: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(place)
        file.write(content)


def forked(step: str, folder: Path, identity: age.Identity, limit: int = 0, kill_at: int = 0) -> tuple[int, int]:
    """Seal or open in a child with a file size limit or a kill; how it ended and how many calls it made."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            _in_child(step, folder, identity, limit, kill_at, writing)
        except OSError:
            os._exit(7)
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), int(told or 0)


def _in_child(step: str, folder: Path, identity: age.Identity, limit: int, kill_at: int, answer: int) -> None:
    import resource

    if limit:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}
        if calls == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    if step == "seal":
        files.seal_file(folder / "plain", folder / "b.age", [str(identity.recipient)])
    elif step == "open":
        files.open_file(folder / "a.age", folder / "out", [identity])
    else:
        key = age.unwrap_file_key(files.read_header_of(folder / "a.age").raw, [identity])
        files.open_file_with_key(folder / "a.age", folder / "out", key, fresh=True)
    sys.setprofile(None)
    os.write(answer, str(calls).encode())
    os._exit(0)


@posix
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.parametrize("step", ["seal", "open", "open fresh"])
def test_a_disk_that_is_full_at_any_write(tmp_path: Path, identity: age.Identity, step: str) -> None:
    size = sealed(tmp_path, identity, BLOCK * CHUNK + 3 * CHUNK).stat().st_size
    before = names(tmp_path)
    for limit in [1, 50, 200, *range(CHUNK // 2, size - CHUNK, CHUNK), size - CHUNK]:
        assert forked(step, tmp_path, identity, limit=limit)[0] == 7, limit
        assert names(tmp_path) == before
    assert forked(step, tmp_path, identity, limit=size)[0] == 0


@posix
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.parametrize("step", ["seal", "open", "open fresh"])
def test_a_kill_anywhere_leaves_the_target_whole_or_as_it_was(
    tmp_path: Path, identity: age.Identity, step: str
) -> None:
    sealed(tmp_path, identity, BLOCK * CHUNK + 5_000)
    plain = (tmp_path / "plain").read_bytes()
    base = names(tmp_path)
    (tmp_path / "counted").mkdir()
    for name in ("plain", "a.age"):
        shutil.copy(tmp_path / name, tmp_path / "counted" / name)
    ended, calls = forked(step, tmp_path / "counted", identity)
    assert ended == 0
    target = tmp_path / "counted" / ("b.age" if step == "seal" else "out")
    assert target.exists()
    killed = 0
    for number in range(1, KILLS + 1):
        folder = tmp_path / str(number)
        folder.mkdir()
        for name in base:
            os.link(tmp_path / name, folder / name)
        target = folder / ("b.age" if step == "seal" else "out")
        if step == "open":
            target.write_bytes(b"precious")
        ended, _ = forked(step, folder, identity, kill_at=calls * number // (KILLS + 1))
        killed += ended == -signal.SIGKILL
        if step == "seal" and target.exists():
            files.open_file(target, folder / "again", [identity])
        elif step == "open":
            assert target.read_bytes() in (b"precious", plain)
        elif target.exists():
            assert target.read_bytes() == plain
        if sys.platform == "linux":
            # No name, no leftover; but between link and rename a whole draft may stand for an instant.
            assert len(files.leftovers(folder)) <= (step != "open fresh")
    # Threads take turns as they like, so the last kills may come too late.
    assert killed > KILLS * 3 // 4


@posix
def test_two_writers_of_one_target_and_one_wins(tmp_path: Path, identity: age.Identity) -> None:
    path = sealed(tmp_path, identity, 3 * BLOCK * CHUNK)
    code = textwrap.dedent("""
        import sys; from pathlib import Path; from keys import age, files
        identity = age.parse_identity(sys.stdin.readline())
        sealed, out = Path(sys.argv[1]), Path(sys.argv[2])
        key = age.unwrap_file_key(files.read_header_of(sealed).raw, [identity])
        print("go", flush=True); sys.stdin.readline()
        try: files.open_file_with_key(sealed, out, key, fresh=True)
        except FileExistsError: raise SystemExit(9)
    """)
    command = [sys.executable, "-c", code, str(path), str(tmp_path / "out")]
    running = [subprocess.Popen(command, stdin=-1, stdout=-1, text=True) for _ in range(4)]
    for one in running:
        assert one.stdin and one.stdout
        one.stdin.write(f"{identity}\n")
        one.stdin.flush()
        one.stdout.readline()
    for one in running:
        assert one.stdin
        one.stdin.write("\n")
        one.stdin.flush()
    assert sorted(one.wait(60) for one in running) == [0, 9, 9, 9]
    assert (tmp_path / "out").read_bytes() == (tmp_path / "plain").read_bytes()
    assert names(tmp_path) == ["a.age", "out", "plain"]


@posix
def test_a_folder_without_permission(tmp_path: Path, identity: age.Identity) -> None:
    sealed(tmp_path, identity, 100)
    code = (
        "import os, sys; from pathlib import Path; from keys import age, files\n"
        "if os.geteuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "try: files.open_file(int(sys.argv[1]), Path(sys.argv[2]) / 'out', [age.parse_identity(sys.stdin.read())])\n"
        "except PermissionError: raise SystemExit(7)\n"
    )
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed").chmod(0o555)
    with (tmp_path / "a.age").open("rb") as file:
        command = [sys.executable, "-c", code, str(file.fileno()), str(tmp_path / "closed")]
        ended = subprocess.run(command, input=str(identity), text=True, pass_fds=[file.fileno()], check=False)
    assert ended.returncode == 7 and names(tmp_path / "closed") == []


@pytest.mark.root
@pytest.mark.skipif(sys.platform != "linux", reason="mounts are Linux")
def test_a_file_system_that_is_really_full_or_without_nameless_files(tmp_path: Path, identity: age.Identity) -> None:
    path = sealed(tmp_path, identity, 3_000_000)
    code = textwrap.dedent("""
        import errno, subprocess, sys; from pathlib import Path; from keys import age, durable, files
        here, sealed = Path(sys.argv[1]), Path(sys.argv[2])
        identity = age.parse_identity(sys.stdin.read())
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(here)], check=True)
        for nameless in (True, False):
            if not nameless:
                durable._nameless = lambda folder: None
            try:
                files.open_file(sealed, here / "out", [identity])
            except OSError as fault:
                assert fault.errno == errno.ENOSPC, fault
            else:
                raise SystemExit("it fitted")
            assert list(here.iterdir()) == []
    """)
    (tmp_path / "small").mkdir()
    command = ["unshare", "-m", sys.executable, "-c", code, str(tmp_path / "small"), str(path)]
    subprocess.run(command, input=str(identity), text=True, check=True)


def test_where_drafts_need_a_name_the_promises_hold_too(
    tmp_path: Path, identity: age.Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    from keys import durable

    monkeypatch.setattr(durable, "_nameless", lambda _folder: None)
    path = sealed(tmp_path, identity, 200_000)
    key = age.unwrap_file_key(files.read_header_of(path).raw, [identity])
    files.open_file_with_key(path, tmp_path / "out", key, fresh=True)
    assert (tmp_path / "out").read_bytes() == (tmp_path / "plain").read_bytes()
    with pytest.raises(FileExistsError):
        files.open_file_with_key(path, tmp_path / "out", key, fresh=True)
    monkeypatch.setattr(os, "link", _no_links)
    files.open_file_with_key(path, tmp_path / "second", key, fresh=True)
    with pytest.raises(FileExistsError):
        files.open_file_with_key(path, tmp_path / "second", key, fresh=True)
    os.truncate(path, 100_000)
    with pytest.raises(age.PayloadFailure):
        files.open_file_with_key(path, tmp_path / "third", key, fresh=True)
    assert names(tmp_path) == ["a.age", "out", "plain", "second"]


def _no_links(*_arguments: object, **_words: object) -> None:
    raise PermissionError(1, "Operation not permitted")


@pytest.mark.skipif(sys.platform != "linux", reason="core dumps as Linux writes them")
def test_no_core_dump_of_a_program_that_holds_keys(tmp_path: Path) -> None:
    code = (
        "import os, resource, sys; from keys.dumps import forbid_dumps\n"
        "if sys.argv[1] == 'forbid': assert forbid_dumps()\n"
        "else: resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)\n"
        "os.abort()\n"
    )
    (tmp_path / "forbid").mkdir()
    (tmp_path / "allow").mkdir()
    for how in ("allow", "forbid"):
        ended = subprocess.run(
            [sys.executable, "-c", code, how],
            cwd=tmp_path / how,
            check=False,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        assert ended.returncode == -signal.SIGABRT
    assert names(tmp_path / "forbid") == []
    # Where this machine writes dumps as plain files, the same program without our care leaves one.
    plain = Path("/proc/sys/kernel/core_pattern").read_text().strip() == "core"
    import resource

    if plain and resource.getrlimit(resource.RLIMIT_CORE)[1] != 0:
        assert names(tmp_path / "allow") != []
