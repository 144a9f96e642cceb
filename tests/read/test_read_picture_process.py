"""The process that looks at pictures: confined, limited, replaced, gone when idle, and not there without its extra."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from drawn import saved, sheet

from classifiers.model import GapKind, GapReason, Level
from classifiers.pack import shipped
from dlp.errors import UnreadableError
from dlp.model import Limits
from dlp.read.confinement import state
from dlp.read.left import rest
from dlp.read.process import Lost
from dlp.read.sandbox import Answer, Workers
from dlp.sight import networks
from dlp.sight.networks import missing

with_extra = pytest.mark.skipif(bool(missing()), reason=f"the extra ocr is not installed: {missing()}")
SECRET = ("mark", "-", "title", "text")
PLAIN = ("title", "text", "chat")


def workers(idle_seconds: float = 60.0) -> Workers:
    return Workers(1, Limits(), shipped(), bytes(32), idle_seconds=idle_seconds)


@pytest.fixture(scope="module")
def pool() -> Iterator[Workers]:
    with workers() as made:
        yield made


def judged(pool: Workers, content: bytes, name: str, folder: Path) -> Answer:
    path = folder / name
    path.write_bytes(content)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return pool.judge(descriptor, name)
    finally:
        os.close(descriptor)


def eventually(met: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)


def looking(pool: Workers) -> int:
    """Process id of the process that looks at pictures; 0 where there is none."""
    assert pool._seeing is not None
    process = pool._seeing.process
    return process.pid if process else 0


@with_extra
def test_a_screenshot_of_a_secret_page_is_secret_and_one_of_a_plain_page_is_clean(
    pool: Workers, tmp_path: Path
) -> None:
    secret = judged(pool, saved(sheet(*SECRET), "PNG"), "a.png", tmp_path).classification
    assert secret.level is Level.HIGHLY_SECRET
    assert [(gap.kind, gap.reason) for gap in secret.gaps] == [(GapKind.UNSEEN, GapReason.PICTURE_IN_PART)]
    assert secret.findings[0].place.region.value == "picture"
    plain = judged(pool, saved(sheet(*PLAIN), "PNG"), "b.png", tmp_path)
    assert (plain.document_type, plain.classification.level) == ("image/png", Level.PUBLIC)
    assert plain.classification.complete
    assert not plain.classification.gaps


@with_extra
def test_dlp_inspect_blocks_the_screenshot(tmp_path: Path) -> None:
    path = tmp_path / "屏幕截图.png"
    path.write_bytes(saved(sheet(*SECRET, size=(1920, 1080), height=24), "PNG"))
    command = [sys.executable, "-P", "-m", "dlp.cli.main", "--home", str(tmp_path / "home"), "inspect", "--json"]
    done = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)
    assert (done.returncode, told["action"], told["level"]) == (1, "block", "highly_secret")
    assert told["gaps"][0]["reason"] == "picture_in_part"


@with_extra
def test_a_reviewer_is_shown_what_was_read_in_a_picture(pool: Workers, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(saved(sheet(*SECRET), "PNG"))
    descriptor = os.open(path, os.O_RDONLY)
    rule = pool.judge(descriptor, path.name).classification.findings[0].rule
    shown = pool.show(descriptor, path.name, [rule])
    os.close(descriptor)
    assert [one.match for one in shown] == ["机密★10年"]


@with_extra
def test_text_and_pictures_of_a_document_are_weighed_together(pool: Workers, tmp_path: Path) -> None:
    """The mark stands in a picture; the document around it has a text layer and other files beside it."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("说明.txt", "姓名：张三 身份证号：11010519491231002X")
        package.writestr("scan.pdf", saved(sheet(*SECRET), "PDF", resolution=150))
    found = judged(pool, archive.getvalue(), "a.zip", tmp_path).classification
    assert found.level is Level.HIGHLY_SECRET
    assert {one.category.value for one in found.findings} >= {"state_secret", "personal_info"}


@with_extra
def test_every_thread_of_it_is_confined(pool: Workers, tmp_path: Path) -> None:
    if not state().full:
        pytest.skip("this kernel has no Landlock or seccomp")
    judged(pool, saved(sheet(*PLAIN), "PNG"), "a.png", tmp_path)
    assert pool._seeing is not None
    assert pool._seeing.process is not None
    assert pool._seeing.process.confined == {"files", "calls", "memory"}
    threads = list(Path(f"/proc/{looking(pool)}/task").iterdir())
    assert len(threads) > 1
    for thread in threads:
        told = dict(line.split(":\t", 1) for line in (thread / "status").read_text().splitlines() if ":\t" in line)
        assert (told["Seccomp"], told["NoNewPrivs"]) == ("2", "1"), thread


@with_extra
def test_it_can_start_threads_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """HEIC is decoded by threads of its library; asked from inside for all the rest, as for the ordinary processes."""
    if not state().full:
        pytest.skip("this kernel has no Landlock or seccomp")
    heif = pytest.importorskip("pillow_heif")
    from test_read_sandbox import ESCAPES

    file = io.BytesIO()
    heif.from_pillow(sheet(*SECRET)).save(file, quality=60)
    with workers() as pool:
        assert judged(pool, file.getvalue(), "a.heic", tmp_path).classification.level is Level.HIGHLY_SECRET
    (tmp_path / "site-packages").mkdir()
    (tmp_path / "site-packages" / "hostile_sight.py").write_text(ESCAPES + HOSTILE, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path / "site-packages"))
    with Workers(1, Limits(), shipped(), bytes(32), module="hostile_sight") as pool:
        told = judged(pool, b"x", "a.txt", tmp_path).classification.gaps[0].detail
    assert told == "files refused; write refused; sockets refused; fork refused; exec refused; kill refused"


HOSTILE = """
import dlp.read.document as document
document.read = lambda fd, name, limits, eyes: document.Reading("text/plain", parts(fd))

def main(channel, lifeline):
    from dlp.read import worker
    worker.main(channel, lifeline, lambda rules, key: lambda patience: None)
"""


@with_extra
def test_it_does_not_start_for_files_without_pictures_and_ends_when_idle(tmp_path: Path) -> None:
    with workers(idle_seconds=0.3) as pool:
        judged(pool, "普通文件".encode(), "a.txt", tmp_path)
        judged(pool, "机密★10年\n某某省人民政府文件\n".encode(), "b.txt", tmp_path)
        assert not looking(pool)
        judged(pool, saved(sheet(*PLAIN), "PNG"), "a.png", tmp_path)
        eventually(lambda: not looking(pool))
        # And is there again for the next.
        assert judged(pool, saved(sheet(*SECRET), "PNG"), "b.png", tmp_path).classification.level is Level.HIGHLY_SECRET


@with_extra
def test_a_lost_process_costs_a_gap_with_its_reason_and_is_replaced(pool: Workers, tmp_path: Path) -> None:
    judged(pool, saved(sheet(*PLAIN), "PNG"), "a.png", tmp_path)
    os.kill(looking(pool), signal.SIGKILL)
    found = judged(pool, saved(sheet(*SECRET), "PNG"), "b.png", tmp_path).classification
    reasons = {gap.reason: gap for gap in found.gaps}
    assert set(reasons) == {GapReason.PICTURE, GapReason.WORKER_LOST}
    lost = reasons[GapReason.WORKER_LOST]
    assert (lost.kind, lost.coverage) == (GapKind.UNSEEN, 1.0)
    assert lost.detail == "looking: exit status -9"
    assert judged(pool, saved(sheet(*SECRET), "PNG"), "b.png", tmp_path).classification.level is Level.HIGHLY_SECRET


@with_extra
def test_it_stays_below_800_megabytes_with_the_largest_pictures(pool: Workers, tmp_path: Path) -> None:
    largest = sheet(*SECRET, size=(6700, 9500), height=200)
    content, answers = saved(largest, "PNG", compress_level=1), list[Answer]()
    thread = threading.Thread(target=lambda: answers.append(judged(pool, content, "a.png", tmp_path)))
    thread.start()
    peak = 0
    while thread.is_alive():
        thread.join(0.05)
        # A process that has grown is gone as soon as it has answered.
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{looking(pool)}/status").read_text()
            peak = max([peak, *(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))])
    assert answers[0].classification.level is Level.HIGHLY_SECRET
    assert 200 * 1024 < peak < 800 * 1024


def test_without_the_extra_a_picture_stays_unseen_and_the_doctor_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dlp.checkup import State
    from dlp.checkup_formats import checks

    monkeypatch.setattr(networks, "missing", lambda names=networks.NEEDED: [names[0]])
    with workers() as pool:
        (gap,) = judged(pool, saved(sheet(*SECRET), "PNG"), "a.png", tmp_path).classification.gaps
        assert (gap.kind, gap.reason, gap.coverage) == (GapKind.UNSEEN, GapReason.PICTURE, 1.0)
    (told,) = [check for check in checks() if check.name.en == "pictures"]
    assert told.state is State.WEAK
    assert "onnxruntime" in told.found.en
    assert "onnxruntime" in told.found.zh
    assert told.advice is not None


@with_extra
def test_what_nobody_waits_for_has_a_process_of_its_own_that_counts_less_and_ends_at_once(tmp_path: Path) -> None:
    rows = ("title", "chat") * 5
    pages = [sheet(*rows, *["text"] * 20, height=26), sheet(*rows, "-", "mark", "-", "text", height=26)]
    path = tmp_path / "scan.pdf"
    path.write_bytes(saved(pages[0], "PDF", save_all=True, append_images=pages[1:], resolution=150))
    with path.open("rb") as file, Workers(1, Limits(), shipped(), bytes(32), patience=0.1) as pool:
        first = pool.judge(file.fileno(), path.name).classification
        assert first.level is Level.PUBLIC
        assert rest(first)
        ends = list[object]()

        def look() -> None:
            try:
                ends.append(pool.judge_again(file.fileno(), path.name))
            except (Lost, UnreadableError) as lost:  # as it works, and as it starts
                ends.append(lost)

        thread = threading.Thread(target=look)
        thread.start()
        eventually(lambda: len(_tasks(pool)) > 1)
        assert {os.getpriority(os.PRIO_PROCESS, task) for task in _tasks(pool)} <= {19}
        thread.join()
        (again,) = ends
        assert isinstance(again, Answer)
        assert (again.classification.level, again.classification.gaps) == (Level.HIGHLY_SECRET, ())

        thread = threading.Thread(target=look)
        thread.start()
        eventually(lambda: len(_tasks(pool)) > 1)
        pool.stop_again()
        thread.join(5)
        assert not thread.is_alive()
        assert isinstance(ends[1], (Lost, UnreadableError))
        with pytest.raises(Lost, match="ended"):
            pool.judge_again(file.fileno(), path.name)
        assert rest(pool.judge(file.fileno(), path.name).classification)  # which is nobody else's end


def _tasks(pool: Workers) -> list[int]:
    """The threads of the process that looks once more."""
    assert pool._again is not None
    process = pool._again.process
    if process is None:
        return []
    with contextlib.suppress(FileNotFoundError):
        return [int(task.name) for task in Path(f"/proc/{process.pid}/task").iterdir()]
    return []


@with_extra
def test_the_thumbnail_that_an_office_program_makes_starts_no_process(tmp_path: Path) -> None:
    """Nearly every document has one, and its page is read anyway; it stays a Gap."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", "<w:document xmlns:w='urn:w'><w:t>通知</w:t></w:document>")
        package.writestr("docProps/thumbnail.jpeg", saved(sheet(*PLAIN), "JPEG")[:20_000])
    with workers() as fresh:
        found = judged(fresh, made.getvalue(), "a.docx", tmp_path).classification
        assert fresh._seeing is not None
        assert fresh._seeing.process is None
    assert any(gap.kind is GapKind.UNSEEN for gap in found.gaps)
