"""The two peers that ask before a file is opened on Linux, each kept to a folder or a namespace of its own."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

SECONDS = 60.0
Peer = Callable[[Path], AbstractContextManager[list[str]]]
"""Given a folder: watches it while the block runs; the words before a command that is to be watched."""
EICAR = "44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test-Signature\n"


@contextlib.contextmanager
def clamonacc(folder: Path) -> Iterator[list[str]]:
    """clamd with one signature, and clamonacc with prevention on this folder only."""
    made = folder.parent / "clam"
    (made / "signatures").mkdir(parents=True)
    (made / "signatures" / "one.hdb").write_text(EICAR)
    socket = made / "s"
    (made / "clamd.conf").write_text(
        f"LocalSocket {socket}\nDatabaseDirectory {made / 'signatures'}\nForeground yes\nUser root\n"
        f"TemporaryDirectory {made}\nOnAccessIncludePath {folder}\nOnAccessPrevention yes\n"
        "OnAccessExcludeUname clamav\n"
    )
    with _running("clamd", "-c", str(made / "clamd.conf")):
        _until(socket.exists)
        words = ("clamonacc", "-c", str(made / "clamd.conf"), "--foreground", "--fdpass", "--log", str(made / "log"))
        with _running(*words):
            _until(lambda: "ClamInotif" in _text(made / "log") or "watching" in _text(made / "log"))
            yield []


@contextlib.contextmanager
def fapolicyd(folder: Path) -> Iterator[list[str]]:
    """fapolicyd in a mount namespace of its own, allowing everything; its marks stand on that namespace's mounts."""
    made = folder.parent / "fapolicyd-made"
    (made / "rules.d").mkdir(parents=True)
    (made / "trust.d").mkdir()
    (made / "fapolicyd.trust").write_text("")
    for name in ("fapolicyd.rules", "compiled.rules"):
        (made / name).write_text("allow perm=any all : all\n")
    (made / "fapolicyd.conf").write_text(
        "permissive = 1\nnice_val = 0\nq_size = 640\nuid = root\ngid = root\ndo_stat_report = 0\n"
        "detailed_report = 0\ndb_max_size = 50\nsubj_cache_size = 1549\nobj_cache_size = 8191\nwatch_fs = ext4\n"
        "trust = file\nintegrity = none\nsyslog_format = rule,dec,perm,auid,pid,exe,:,path,ftype,trust\n"
    )
    script = f"mount --bind {made} /etc/fapolicyd && exec fapolicyd --debug --permissive --no-details"
    words = ("unshare", "--mount", "--propagation", "private", "sh", "-c", script)
    with (made / "log").open("wb") as log, _running(*words, output=log) as process:
        _until(lambda: "Starting to listen" in _text(made / "log"))
        yield ["nsenter", f"--mount=/proc/{process.pid}/ns/mnt", "--"]


@contextlib.contextmanager
def _running(*words: str, output: object = subprocess.DEVNULL) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=output, stderr=output)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except FileNotFoundError:
        return ""


def _until(look: Callable[[], object]) -> None:
    deadline = time.monotonic() + SECONDS
    while not look():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not ready within {SECONDS:g} s on {os.uname().release}")
        time.sleep(0.1)
