"""Invariant 2, power loss: data is on the disk before it is named, the folder before the journal says done.

Checked on a trace of the system calls: what the kernel was asked to do, in which order.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = [pytest.mark.root, pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")]
HERE = Path(__file__).parent

SCRIPT = """
import sys
from pathlib import Path
from agent_world import OPEN, SECRET, SENSITIVE, Machine
machine = Machine(Path(sys.argv[1]))
for name, content in {"open": OPEN, "sensitive": SENSITIVE, "secret": SECRET}.items():
    send = machine.hand_over(machine.drop(name, content))
machine.desk.take_back(send.number)
"""


@dataclass(frozen=True)
class Call:
    """One traced call: what, on which path, to which path."""

    name: str
    path: str
    target: str = ""


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> list[Call]:
    folder = tmp_path_factory.mktemp("power")
    trace = folder / "trace"
    traced = "fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat"
    command = ["strace", "-f", "-y", "-s", "4096", "-e", f"trace={traced}", "-o", str(trace)]
    command += [sys.executable, "-P", "-c", SCRIPT, str(folder / "machine")]
    paths = os.pathsep.join([str(HERE), str(HERE.parent.parent)])
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True)
    if "ptrace" in done.stderr:
        pytest.skip("this system lets nobody be traced")
    assert done.returncode == 0, done.stderr
    return [call for line in trace.read_text("utf-8", "replace").splitlines() if (call := _parsed(line))]


def _parsed(line: str) -> Call | None:
    line = line.split(" ", 1)[1].strip() if " " in line else line
    if " = -1 " in line:
        return None
    if match := re.match(r"(fsync|fdatasync)\(\d+<([^>]*)>", line):
        return Call(match[1], match[2])
    if match := re.match(r'rename\("([^"]*)", "([^"]*)"', line):
        return Call("rename", match[1], match[2])
    if match := re.match(r'renameat2?\((?:AT_FDCWD<[^>]*>|AT_FDCWD|\d+<[^>]*>), "([^"]*)", [^,]*, "([^"]*)"', line):
        return Call("rename", match[1], match[2])
    if match := re.match(r'unlink(?:at)?\((?:[^,"]*, )?"([^"]*)"', line):
        return Call("unlink", match[1])
    return None


def index(calls: list[Call], wanted, after: int = -1) -> int:
    """Where the first call after a place is that fits."""
    return next(number for number, call in enumerate(calls) if number > after and wanted(call))


def renamed(calls: list[Call], source: str, target: str) -> int:
    return index(calls, lambda call: call.name == "rename" and source in call.path and target in call.target)


def synced(calls: list[Call], path: str, before: int) -> bool:
    """Whether a path that ends so was synced before a place."""
    return any("sync" in call.name and call.path.endswith(path) for call in calls[:before])


def journal_after(calls: list[Call], place: int) -> int:
    return index(calls, lambda call: "sync" in call.name and "journal.db" in call.path, place)


@pytest.mark.parametrize("target", ["/Ready/open", "/Ready/sensitive.age", "/Originals/secret"])
def test_a_file_is_durable_before_it_is_named_and_its_name_before_the_journal_says_done(
    calls: list[Call], target: str
) -> None:
    name = renamed(calls, ".dlp/drafts/", target)
    before = [call for call in calls[:name] if "sync" in call.name]
    content = [call for call in before if is_draft(call.path, calls[name].path)]
    assert content, f"the content of {target} was synced before it got its name"
    intent = journal_after(calls, calls.index(content[0]))
    drafts = str(Path(calls[name].path).parent)
    assert any(call.path == drafts for call in calls[:intent] if "sync" in call.name), "the intent names a draft"
    folder = index(calls, lambda call: call.name == "fsync" and call.path.endswith(str(Path(target).parent)), name)
    assert folder < journal_after(calls, name), "the folder was synced before the journal said done"


def is_draft(path: str, draft: str) -> bool:
    """The draft under its name, or before it had one: a file without a name, or a private one beside it."""
    nameless = re.search(r"/drafts/#\d+$", path) is not None
    beside = Path(path).parent == Path(draft).parent and Path(path).name.startswith(".")
    return path == draft or nameless or beside


def test_a_claim_is_intended_before_and_done_after_its_rename(calls: list[Call]) -> None:
    for name in ("open", "sensitive", "secret"):
        claim = renamed(calls, f"/box/{name}", f" {name}")
        before = [call for call in calls[:claim] if "journal.db" in call.path and "sync" in call.name]
        assert before, "the intent was on the disk"
        for folder in ("/box", "/claims"):
            place = index(calls, lambda call, folder=folder: call.name == "fsync" and call.path.endswith(folder), claim)
            assert place < journal_after(calls, claim)


def test_an_object_is_whole_and_named_durably_before_its_file_goes(calls: list[Call]) -> None:
    gone = index(
        calls, lambda call: call.name == "unlink" and "/claims/" in call.path and call.path.endswith(" secret")
    )
    named = index(
        calls, lambda call: call.name == "rename" and "/vault/" in call.target and call.target.endswith(".age")
    )
    assert named < gone
    assert any("sync" in call.name and "/vault/" in call.path for call in calls[:named])
    folder = str(Path(calls[named].target).parent)
    assert any(call.name == "fsync" and call.path == folder for call in calls[named:gone])
    assert any("journal.db" in call.path and "sync" in call.name for call in calls[named:gone])
