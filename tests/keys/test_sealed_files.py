"""Sealed files on disk: whole and durable, or nothing at all."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys import age, armor, files
from keys.stream import CHUNK


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "合同.docx"
    path.write_bytes(os.urandom(2 * CHUNK + 17))
    return path


def test_round_trip_with_all_that_is_registered(tmp_path: Path, plain: Path) -> None:
    identity = age.generate()
    target = tmp_path / "合同.docx.age"
    made = files.seal_file(plain, target, [str(identity.recipient)], file_id=bytes(16))
    content = target.read_bytes()
    assert made.sha256 == hashlib.sha256(plain.read_bytes()).hexdigest()
    assert made.sealed_sha256 == hashlib.sha256(content).hexdigest()
    assert (made.size, made.sealed_size) == (plain.stat().st_size, len(content))
    assert content.startswith(made.header)
    assert made.digest == hashlib.sha256(made.header).hexdigest()
    assert made.file_id == "00" * 16
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    out = files.open_file(target, tmp_path / "out", [identity])
    assert (tmp_path / "out").read_bytes() == plain.read_bytes()
    assert (out.sha256, out.size, out.header.digest) == (made.sha256, made.size, made.digest)
    key = age.unwrap_file_key(made.header, [identity])
    files.open_file_with_key(target, tmp_path / "again", key)
    assert (tmp_path / "again").read_bytes() == plain.read_bytes()
    assert files.leftovers(tmp_path) == []


def test_a_descriptor_is_read_from_its_start_and_left_where_it_stood(tmp_path: Path, plain: Path) -> None:
    identity = age.generate()
    descriptor = os.open(plain, os.O_RDONLY)
    try:
        os.lseek(descriptor, 5, os.SEEK_SET)
        made = files.seal_file(descriptor, tmp_path / "a.age", [str(identity.recipient)])
        assert os.lseek(descriptor, 0, os.SEEK_CUR) == 5
    finally:
        os.close(descriptor)
    assert made.size == plain.stat().st_size
    sealed = os.open(tmp_path / "a.age", os.O_RDONLY)
    try:
        assert files.open_file(sealed, tmp_path / "out", [identity]).sha256 == made.sha256
    finally:
        os.close(sealed)


def test_invariant_6_every_sealed_file_opens_with_the_recovery_key_in_plain_age(tmp_path: Path, plain: Path) -> None:
    from keys.keystore import Keystore

    keystore, recovery = Keystore.create(tmp_path / "office")
    recipients = [keystore.epoch_recipient(), keystore.recovery_recipient()]
    for size in (0, 1, CHUNK - 1, CHUNK, CHUNK + 1):
        source = tmp_path / f"{size}.bin"
        source.write_bytes(os.urandom(size))
        files.seal_file(source, tmp_path / "sealed.age", recipients)
        sealed = (tmp_path / "sealed.age").read_bytes()
        assert pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(recovery.identity)]) == source.read_bytes()
    if shutil.which("age"):
        (tmp_path / "recovery.txt").write_text(recovery.identity + "\n")
        command = ["age", "-d", "-i", str(tmp_path / "recovery.txt"), str(tmp_path / "sealed.age")]
        assert subprocess.run(command, capture_output=True, check=True).stdout == source.read_bytes()


def test_a_wrong_key_never_touches_an_existing_target(tmp_path: Path, plain: Path) -> None:
    files.seal_file(plain, tmp_path / "a.age", [str(age.generate().recipient)])
    target = tmp_path / "mine.txt"
    target.write_bytes(b"precious")
    before = target.stat()
    with pytest.raises(age.NoMatch):
        files.open_file(tmp_path / "a.age", target, [age.generate()])
    with pytest.raises(age.HmacFailure):
        files.open_file_with_key(tmp_path / "a.age", target, bytes(16))
    with pytest.raises(age.BadKey):
        files.seal_file(plain, target, ["age1nonsense"])
    after = target.stat()
    assert target.read_bytes() == b"precious"
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert files.leftovers(tmp_path) == []


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_flipped_or_cut_byte_leaves_no_output(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("flip")
    identity = age.generate()
    (folder / "plain").write_bytes(b"x" * (CHUNK + 100))
    files.seal_file(folder / "plain", folder / "a.age", [str(identity.recipient)])
    content = bytearray((folder / "a.age").read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content[place] ^= 1 << data.draw(st.integers(0, 7))
    else:
        del content[place:]
    (folder / "a.age").write_bytes(content)
    with pytest.raises(age.AgeError):
        files.open_file(folder / "a.age", folder / "out", [identity])
    assert sorted(path.name for path in folder.iterdir()) == ["a.age", "plain"]


def test_an_armored_file_opens_too(tmp_path: Path, plain: Path) -> None:
    identity = age.generate()
    out = io.BytesIO()
    writer = armor.Writer(out)
    with plain.open("rb") as source:
        age.seal(source, writer, [str(identity.recipient)])
    writer.close()
    (tmp_path / "a.asc").write_bytes(b"\n" + out.getvalue())
    files.open_file(tmp_path / "a.asc", tmp_path / "out", [identity])
    assert (tmp_path / "out").read_bytes() == plain.read_bytes()


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="no file size limit on this platform")
@pytest.mark.parametrize("limit", [10, 100, 5_000, 70_000])
def test_a_disk_that_takes_no_more_is_an_error_and_leaves_nothing(tmp_path: Path, plain: Path, limit: int) -> None:
    code = (
        "import resource, signal, sys; from pathlib import Path; from keys import files\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))\n"
        "try:\n    files.seal_file(Path(sys.argv[2]), Path(sys.argv[3]), [sys.argv[4]])\n"
        "except OSError:\n    raise SystemExit(7)\n"
    )
    command = [sys.executable, "-c", code, str(limit), str(plain), str(tmp_path / "a.age")]
    assert subprocess.run([*command, str(age.generate().recipient)], check=False).returncode == 7
    assert [path.name for path in tmp_path.iterdir()] == [plain.name]


def test_a_kill_in_the_middle_leaves_at_most_a_private_draft(tmp_path: Path) -> None:
    pipe_in, pipe_out = os.pipe()
    code = (
        "import sys; from pathlib import Path; from keys import age, durable\n"
        "with durable.draft(Path(sys.argv[1])) as draft:\n"
        "    age.seal(open(int(sys.argv[2]), 'rb'), draft, [sys.argv[3]])\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "a.age"), str(pipe_in), str(age.generate().recipient)]
    running = subprocess.Popen(command, pass_fds=[pipe_in])
    os.close(pipe_in)
    # The pipe holds less than this, so when the write returns the child has taken a part and waits for more.
    os.write(pipe_out, bytes(300_000))
    running.kill()
    running.wait()
    os.close(pipe_out)
    assert not (tmp_path / "a.age").exists()
    drafts = files.leftovers(tmp_path)
    assert [stat.S_IMODE(draft.stat().st_mode) for draft in drafts] in ([], [0o600])
    if sys.platform == "linux":
        assert list(tmp_path.iterdir()) == []
