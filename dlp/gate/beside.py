"""The launcher beside a running WeChat: pauses it at once when the gate is lost, and ends it when it stays lost.

Without its gate the kernel lets WeChat open everything. So nothing in its namespace runs until a gate guards it again.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dlp.errors import DlpError
from dlp.gate import launch
from dlp.gate.launch import Launched
from dlp.language import Say

RETRY_SECONDS = 0.2
"""Between tries to reach a gate while WeChat is paused."""
ROUNDS = 5
"""How often a namespace is gone through while its processes make new ones."""
PAUSED = Say("the gate is lost; WeChat is paused until it is back", "门卫中断，微信已暂停，恢复后继续")
BACK = Say("the gate is back; WeChat goes on", "门卫已恢复，微信继续运行")
ENDED = Say(
    "the gate did not come back within {seconds} s; WeChat was ended", "门卫在 {seconds} 秒内未恢复，已结束微信"
)


@dataclass(slots=True)
class Beside:
    """One running WeChat, and what is known of its gate."""

    launched: Launched
    folder: Path
    patience: float
    """Seconds that WeChat stays paused at most."""
    say: Callable[[Say], None]
    end: socket.socket | None = None
    lost_since: float = 0.0

    def stay(self, stopped: Callable[[], bool]) -> int:
        """Until WeChat ends; its exit status. ``stopped`` says whether to end it now. Raises DlpError at once only."""
        self.end = self._guarded_again()
        child = os.pidfd_open(self.launched.pid)
        try:
            while True:
                ends: list[socket.socket | int] = [child] if self.end is None else [child, self.end]
                ready, _, _ = select.select(ends, [], [], RETRY_SECONDS)
                if child in ready:
                    return self._status()
                if stopped():
                    self._end()
                if self.end in ready or self.end is None:
                    self._see_to_gate()
        finally:
            os.close(child)
            if self.end is not None:
                self.end.close()

    def _end(self) -> None:
        """Ask WeChat to end; where it is paused it must not run on even for that."""
        if self.lost_since:
            self._signal_all(signal.SIGKILL)
        else:
            os.kill(self.launched.pid, signal.SIGTERM)

    def _status(self) -> int:
        _, status = os.waitpid(self.launched.pid, 0)
        # What WeChat left running in the namespace stays guarded, as long as it runs.
        return os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)

    def _see_to_gate(self) -> None:
        """The gate's end closed, or there is none: pause, look for a gate, and go on when it guards us."""
        if self.end is not None:
            with contextlib.suppress(OSError):
                if self.end.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT):
                    self.end.recv(4096)  # nothing that we ask for; it lives
                    return
            self.end.close()
            self.end = None
        if not self.lost_since:
            self.lost_since = time.monotonic()
            self._signal_all(signal.SIGSTOP)
        try:
            self.end = self._guarded_again()
        except DlpError:
            self._wait_longer()
            return
        self._signal_all(signal.SIGCONT)
        if time.monotonic() - self.lost_since > 1.0:
            self.say(BACK)
        self.lost_since = 0.0

    def _guarded_again(self) -> socket.socket:
        end = launch.knock(self.folder)
        try:
            launch.guard(end, self.launched.pid, nests=self.launched.nests)
        except BaseException:
            end.close()
            raise
        return end

    def _wait_longer(self) -> None:
        lost = time.monotonic() - self.lost_since
        if 1.0 <= lost < 1.0 + RETRY_SECONDS * 1.5:
            self.say(PAUSED)
        if lost > self.patience:
            self.say(ENDED.format(seconds=round(self.patience)))
            self._signal_all(signal.SIGKILL)
        else:
            self._signal_all(signal.SIGSTOP)

    def _signal_all(self, number: int) -> None:
        """To every process in the namespace, until no new one is found."""
        seen: set[int] = set()
        for _ in range(ROUNDS):
            new = [pid for pid in self._inside() if pid not in seen]
            for pid in new:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
            seen.update(new)
            if not new:
                return

    def _inside(self) -> Iterator[int]:
        for name in os.listdir("/proc"):
            if name.isdigit():
                with contextlib.suppress(OSError):
                    if os.stat(f"/proc/{name}/ns/mnt").st_ino == self.launched.space:
                        yield int(name)
