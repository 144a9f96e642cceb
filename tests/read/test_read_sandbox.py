"""The pool of reading processes: what a file does to them stays theirs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from classifiers.model import GapKind, GapReason
from classifiers.pack import PackError, shipped
from dlp.model import Limits
from dlp.read.confinement import state
from dlp.read.sandbox import Workers

KEY = bytes(32)


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(1, Limits(), shipped(), KEY) as pool:
        yield pool


def opened(path: Path) -> int:
    return os.open(path, os.O_RDONLY)


def eventually(met, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.01)


def test_a_file_is_judged_and_the_offset_of_its_descriptor_stays(workers: Workers, tmp_path: Path) -> None:
    path = tmp_path / "通知.txt"
    path.write_text("机密★10年\n某某省人民政府文件\n关于某某工作的通知\n", "utf-8")
    descriptor = opened(path)
    os.lseek(descriptor, 7, os.SEEK_SET)
    answer = workers.judge(descriptor, path.name)
    assert os.lseek(descriptor, 0, os.SEEK_CUR) == 7
    assert answer.document_type == "text/plain"
    assert answer.classification.level.id == "highly_secret"
    assert answer.classification.complete
    assert answer.classification.rules
    os.close(descriptor)


def test_what_comes_back_holds_no_content(workers: Workers, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("姓名：张三 身份证号：11010519491231002X", "utf-8")
    answer = workers.judge(opened(path), path.name)
    assert answer.classification.findings
    assert "11010519491231002X" not in repr(answer)


def test_the_process_can_neither_read_nor_speak_nor_start_anything(tmp_path: Path) -> None:
    """Asked from inside: a worker whose reading tries all of it and tells what it got away with."""
    if not state().full:
        pytest.skip("this kernel has no Landlock or seccomp")
    with Workers(1, Limits(), shipped(), KEY, module=_entry(tmp_path, ESCAPES)) as pool:
        path = tmp_path / "a.txt"
        path.write_text("x", "utf-8")
        told = pool.judge(opened(path), path.name).classification.gaps[0].detail
        assert told == "files refused; write refused; sockets refused; fork refused; exec refused; kill refused"


ESCAPES = """
def tried(name, act):
    try:
        act()
    except OSError:
        return name + " refused"
    return name + " POSSIBLE"

def parts(fd):
    import os, socket
    from classifiers.model import Gap, GapKind, GapReason
    told = [
        tried("files", lambda: open("/etc/passwd").close()),
        tried("write", lambda: open("/tmp/escaped", "w").close()),
        tried("sockets", lambda: socket.socket().close()),
        tried("fork", lambda: os.fork() or os._exit(0)),
        tried("exec", lambda: os.execv("/bin/true", ["true"])),
        tried("kill", lambda: os.kill(os.getppid(), 0)),
    ]
    yield Gap(GapKind.UNREADABLE, GapReason.BROKEN, detail="; ".join(told))
"""
CRASHES = """
def parts(fd):
    import os, ctypes
    word = os.pread(fd, 20, 0)
    if word == b"crash":
        ctypes.string_at(0)
    if word == b"hang":
        while True: pass
    if word == b"eat":
        held = [bytes(1 << 26) for _ in range(100)]
    if word == b"lie":
        import dlp.read.wire as wire
        wire.classification_out = lambda _: {"level": 99}
    from classifiers.model import Block
    yield Block("nothing")
"""


def _entry(folder: Path, source: str) -> str:
    """A worker whose reading is the given function; hostile on purpose, in the place of a library with a hole."""
    (folder / "site-packages").mkdir(exist_ok=True)
    name = f"hostile_{abs(hash(source))}"
    reading = (
        "import dlp.read.document as document\n"
        + source
        + textwrap.dedent(
            """
        document.read = lambda fd, name, limits: document.Reading("text/plain", parts(fd))
        from dlp.read.worker import main
        """
        )
    )
    (folder / "site-packages" / f"{name}.py").write_text(reading, "utf-8")
    sys.path.append(str(folder / "site-packages"))
    return name


@pytest.mark.parametrize(
    ("word", "reason"),
    [("crash", GapReason.WORKER_LOST), ("hang", GapReason.TOO_SLOW), ("lie", GapReason.WORKER_LOST)],
)
def test_a_lost_worker_costs_one_gap_and_is_replaced(word: str, reason: GapReason, tmp_path: Path) -> None:
    """Invariant 4."""
    limits = replace(Limits(), seconds=0.5)
    with Workers(1, limits, shipped(), KEY, module=_entry(tmp_path, CRASHES)) as pool:
        bad, good = tmp_path / "bad", tmp_path / "good"
        bad.write_text(word)
        good.write_text("ordinary")
        classification = pool.judge(opened(bad), "bad").classification
        assert [(gap.kind, gap.reason) for gap in classification.gaps] == [(GapKind.UNREADABLE, reason)]
        assert not classification.complete
        assert pool.judge(opened(good), "good").classification.complete


def test_memory_is_limited(tmp_path: Path) -> None:
    if not state().memory:
        pytest.skip("this system enforces no memory limit")
    with Workers(1, Limits(), shipped(), KEY, module=_entry(tmp_path, CRASHES)) as pool:
        path = tmp_path / "eat"
        path.write_text("eat")
        assert not pool.judge(opened(path), "eat").classification.complete


def test_several_threads_share_the_pool(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("普通文件", "utf-8")
    answers = []
    with Workers(2, Limits(), shipped(), KEY) as pool:
        threads = [threading.Thread(target=lambda: answers.append(pool.judge(opened(path), "a.txt"))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(answers) == 8
    assert all(answer.classification.complete for answer in answers)


def test_packs_that_do_not_load_are_an_error_of_the_caller(tmp_path: Path) -> None:
    pack = tmp_path / "pack.yaml"
    pack.write_text("rules: [1]", "utf-8")
    with Workers(1, Limits(), [pack], KEY) as pool:
        with pytest.raises(PackError):
            pool.warm()
        with pytest.raises(PackError):
            pool.judge(opened(pack), "pack.yaml")


def test_kill_9_of_the_parent_leaves_no_orphan_even_one_that_hangs(tmp_path: Path) -> None:
    path = tmp_path / "hang"
    path.write_text("hang")
    program = textwrap.dedent(
        f"""
        import os, sys, threading
        sys.path.append({str(tmp_path / "site-packages")!r})
        from classifiers.pack import shipped
        from dlp.model import Limits
        from dlp.read.sandbox import Workers
        pool = Workers(2, Limits(), shipped(), bytes(32), module={_entry(tmp_path, CRASHES)!r})
        pool.warm()
        print(*[process.pid for process in pool._idle], flush=True)
        pool.judge(os.open({str(path)!r}, os.O_RDONLY), "hang")
        """
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pids = [int(word) for word in parent.stdout.readline().split()]
    assert len(pids) == 2
    eventually(lambda: any(_cpu(pid) > 0.3 for pid in pids))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    eventually(lambda: not any(_alive(pid) for pid in pids))


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _alive(pid: int) -> bool:
    """A zombie that its new parent has not collected yet is dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_an_idle_worker_is_small(workers: Workers, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("普通文件", "utf-8")
    workers.judge(opened(path), "a.txt")
    pages = int(Path(f"/proc/{workers._idle[0].pid}/statm").read_text().split()[1])
    assert pages * os.sysconf("SC_PAGE_SIZE") < 100 * 1024 * 1024
