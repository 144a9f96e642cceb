"""One reading process as the agent sees it: started, asked, and given up when it is lost."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from classifiers.model import Classification, GapReason
from dlp.config import loader_environment
from dlp.errors import UnreadableError
from dlp.language import Say
from dlp.model import Excerpt
from dlp.read import wire
from dlp.read.launch import Setting, command, first_message

START_SECONDS = 30.0
"""For a start on a busy machine; a process that is not ready by then does not work here at all."""
GRACE_SECONDS = 2.0
"""Beyond the limit for one file, within which a process ends the reading itself and judges what was read."""
UNKNOWN = "application/octet-stream"
Found = TypeVar("Found")


class Lost(Exception):
    """The process is gone, hangs, or says what it may not say; ``reason`` is the Gap's."""

    def __init__(self, reason: GapReason, detail: str, media_type: str = UNKNOWN) -> None:
        super().__init__(detail)
        self.reason, self.detail, self.media_type = reason, detail, media_type


class PacksRefused(Exception):
    """The process could not use the packs; whoever loads them again learns why."""


class Process:
    """A spawned interpreter at the other end of a socket."""

    def __init__(self, setting: Setting) -> None:
        self._limits = setting.limits
        self._ready = self._refused = False
        self._heard = bytearray()
        """What arrived and was not asked for yet: the parts of one answer often come together."""
        self.rules = ""
        self.confined: frozenset[str] = frozenset()
        ours, theirs = socket.socketpair()
        with theirs:
            self._channel = ours
            self._child = subprocess.Popen(
                command(setting.module, theirs.fileno()),
                # The lifeline: this end closes with us, however we end.
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env=loader_environment(),
                cwd="/",
            )
        self.pid = self._child.pid
        if setting.nice and hasattr(os, "setpriority"):
            # It has one thread yet, and all that it starts have this from it.
            os.setpriority(os.PRIO_PROCESS, self.pid, setting.nice)
        self._send(first_message(setting))

    def ready(self) -> None:
        """Wait until it has loaded the packs. Raises PacksRefused, and UnreadableError where it cannot start."""
        if self._refused:
            raise PacksRefused
        if self._ready:
            return
        try:
            told = self._receive(time.monotonic() + START_SECONDS)
            if "failed" in told:
                raise Lost(GapReason.WORKER_LOST, str(told["failed"])[:500])
        except (Lost, wire.WireError) as error:
            self.end()
            raise UnreadableError(
                Say(
                    f"the reading process did not start ({error}), expected it to be ready within {START_SECONDS:g} s",
                    f"读取进程未能启动（{error}），应在 {START_SECONDS:g} 秒内就绪",
                ),
                Say("run dlp doctor", "请运行 dlp doctor"),
            ) from None
        if "pack_error" in told:
            self._refused = True
            raise PacksRefused
        self.rules = str(told.get("rules", ""))
        self.confined = frozenset(str(name) for name in told["confined"])
        self._ready = True

    def ask(self, descriptor: int, name: str, patience: float = 1.0) -> tuple[str, Classification, bool]:
        """Media type, Classification, and whether the process may go on. Raises Lost.

        ``patience``: how many times the usual time a process that looks at pictures may take.
        """
        asked = {"name": name, "patience": patience}
        return self._asked(asked, descriptor, lambda told: wire.classification_in(told["classification"]))

    def show(self, descriptor: int, name: str, rules: Sequence[str]) -> tuple[tuple[Excerpt, ...], bool]:
        """What these rules match, in clear, and whether the process may go on. Raises Lost."""
        asked = {"name": name, "show": list(rules)}
        _, found, well = self._asked(asked, descriptor, lambda told: wire.excerpts_in(told["excerpts"]))
        return found, well

    def _asked(
        self, message: dict[str, Any], descriptor: int, of: Callable[[dict[str, Any]], Found]
    ) -> tuple[str, Found, bool]:
        media_type = UNKNOWN
        patience = float(message.get("patience", 1.0))
        deadline = time.monotonic() + self._limits.seconds * max(1.0, patience) + GRACE_SECONDS
        try:
            self._send(message, descriptor)
            media_type = str(self._receive(deadline)["type"])[:100]
            found = of(self._receive(deadline))
            return media_type, found, self._receive(deadline).get("worn") is False
        except Lost as lost:
            raise Lost(lost.reason, lost.detail, media_type) from None
        except (wire.WireError, KeyError) as error:
            raise Lost(GapReason.WORKER_LOST, f"answer: {error}", media_type) from None

    def end(self) -> None:
        """Kill it, and wait until it is gone."""
        self._channel.close()
        with contextlib.suppress(ProcessLookupError):
            self._child.kill()
        self._child.wait()
        assert self._child.stdin is not None
        with contextlib.suppress(OSError):
            self._child.stdin.close()

    def _send(self, message: dict[str, Any], descriptor: int | None = None) -> None:
        packed = wire.pack(message)
        try:
            self._channel.settimeout(START_SECONDS)  # an error where it was ended meanwhile
            sent = 0 if descriptor is None else socket.send_fds(self._channel, [packed], [descriptor])
            if sent < len(packed):
                self._channel.sendall(packed[sent:])
        except OSError as error:
            raise Lost(GapReason.WORKER_LOST, self._how(error)) from None

    def _receive(self, deadline: float) -> dict[str, Any]:
        (length,) = wire.LENGTH.unpack(self._exactly(wire.LENGTH.size, deadline))
        if length > wire.MOST_BYTES:
            raise wire.WireError("too long")
        return wire.unpack(self._exactly(length, deadline))

    def _exactly(self, length: int, deadline: float) -> bytes:
        heard = self._heard
        while len(heard) < length:
            try:
                self._channel.settimeout(max(0.001, deadline - time.monotonic()))
                more = self._channel.recv(1 << 16)
            except TimeoutError:
                raise Lost(GapReason.TOO_SLOW, f"seconds: {self._limits.seconds:g}") from None
            except OSError as error:
                raise Lost(GapReason.WORKER_LOST, self._how(error)) from None
            if not more:
                raise Lost(GapReason.WORKER_LOST, self._how(None))
            heard += more
        found = bytes(heard[:length])
        del heard[:length]
        return found

    def _how(self, error: OSError | None) -> str:
        """How the process ended, for the log: its exit status or signal."""
        try:
            return f"exit status {self._child.wait(1.0)}"
        except subprocess.TimeoutExpired:
            return type(error).__name__ if error else "closed its end"
