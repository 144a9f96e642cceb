"""Keeps the two programs of ``dlp run`` alive, and ends both when it ends, however it ends.

Each program gets a pipe as its standard input and ends when that pipe closes: the kernel closes it even when this
process is killed with -9, so no orphan goes on judging files with nobody to stop it.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from dlp.errors import DlpError
from dlp.language import Say

READY_SECONDS = 60.0
"""How long a program may take until it says ``ready``."""
GRACE_SECONDS = 4.0
"""How long a program may take to end after it was asked to, before it is killed."""
HEAD_START_SECONDS = 0.7
"""How long the next program waits for the one before when all end."""
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
"""Pauses before a program that ended by itself is started again; doubled each time it ends soon."""
SETTLED_SECONDS = 120.0
"""A program that ran this long is taken for sound, and its pause starts again from the first."""


@dataclass(frozen=True, slots=True)
class Program:
    """One program to keep running."""

    name: Say
    command: tuple[str, ...]
    first_line: str = field(default="", repr=False)
    """What it reads first from its standard input, such as a passphrase; an argument would show in the process list."""


class Child:
    """One running program; its first line on standard output is ``ready …``."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.pause = FIRST_PAUSE_SECONDS
        self.started = 0.0
        self.restart_at = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Start it and wait until it is ready; returns what stood after ``ready``.

        Raises DlpError when it ended or stayed silent instead.
        """
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.program.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        if self.program.first_line:
            self._tell(self.program.first_line)
        return self._ready(self.process)

    def _tell(self, line: str) -> None:
        assert self.process is not None and self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it ended at once; `_ready` says so
            self.process.stdin.write(line.encode("utf-8") + b"\n")
            self.process.stdin.flush()

    def _ready(self, process: subprocess.Popen[bytes]) -> str:
        assert process.stdout is not None
        line = b""
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            deadline = time.monotonic() + READY_SECONDS
            while not line.endswith(b"\n") and (left := deadline - time.monotonic()) > 0 and selector.select(left):
                piece = os.read(process.stdout.fileno(), 4096)
                if not piece:
                    break
                line += piece
        words = line.decode("utf-8", "replace").split()
        if not words or words[0] != "ready":
            self.end()
            raise DlpError(
                Say("{name} did not start", "{name}未能启动").format(name=self.program.name),
                Say("what it said stands above; dlp doctor tells more", "原因见上文；dlp doctor 可作进一步检查"),
            )
        return " ".join(words[1:])

    def lost(self) -> bool:
        """Whether it ended by itself."""
        return self.process is not None and self.process.poll() is not None

    def end(self) -> None:
        """Ask it to end, and kill it after the grace time."""
        if self.process is None:
            return
        self.ask()
        try:
            self.process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def wait(self, seconds: float) -> None:
        """Wait for its end, at most so long."""
        if self.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)

    def ask(self) -> None:
        """Ask it to end, without waiting."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(OSError):
                assert self.process.stdin is not None
                self.process.stdin.close()


def python(module: str, *words: str) -> tuple[str, ...]:
    """The command for one of our modules; -P keeps the folder it is started in from shadowing our packages."""
    return (sys.executable, "-P", "-m", module, *words)


@contextlib.contextmanager
def stop_on_signals() -> Iterator[Callable[[float], bool]]:
    """Gives ``wait(seconds) -> bool``: true as soon as SIGINT or SIGTERM came."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    woken = signal.set_wakeup_fd(writer)
    stopped = False

    def wait(seconds: float) -> bool:
        nonlocal stopped
        with selectors.DefaultSelector() as selector:
            selector.register(reader, selectors.EVENT_READ)
            if not stopped and selector.select(seconds):
                stopped = not set(before).isdisjoint(os.read(reader, 64))
        return stopped

    try:
        yield wait
    finally:
        signal.set_wakeup_fd(woken)
        for number, action in before.items():
            signal.signal(number, action)
        os.close(reader)
        os.close(writer)


def keep(children: Sequence[Child], wait: Callable[[float], bool], tell: Callable[[Say], None]) -> None:
    """Watch until asked to stop; a program that ends by itself is started again after a pause, and that is said."""
    while not wait(1.0):
        for child in children:
            if child.lost():
                _restart(child, tell)


def _restart(child: Child, tell: Callable[[Say], None]) -> None:
    now = time.monotonic()
    if not child.restart_at:
        if now - child.started > SETTLED_SECONDS:
            child.pause = FIRST_PAUSE_SECONDS
        child.restart_at = now + child.pause
        tell(
            Say(
                "{name} ended by itself; it starts again in {seconds:.0f} s", "{name}意外退出，{seconds:.0f} 秒后重启"
            ).format(name=child.program.name, seconds=child.pause)
        )
        child.pause = min(child.pause * 2, LONGEST_PAUSE_SECONDS)
    elif now >= child.restart_at:
        child.restart_at = 0.0
        try:
            child.start()
        except DlpError as error:
            tell(error.message)


def end_all(children: Sequence[Child]) -> None:
    """End every program in this order, each asked a moment after the one before, so that grace times overlap.

    The agent goes first: it need not notice that its office goes away.
    """
    for child in children:
        child.ask()
        child.wait(HEAD_START_SECONDS)
    for child in children:
        child.end()
