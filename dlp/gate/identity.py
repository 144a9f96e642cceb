"""Which processes are WeChat, where it was not started by the launcher: by program, by arguments, by ancestors.

A thread of its own looks into /proc, which no mark can stand on. What it finds holds for a moment only, because numbers
of processes are used again; that a process is WeChat holds for as long as it lives.
"""

from __future__ import annotations

import contextlib
import os
import queue as queues
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from dlp.gate.hooks import Hooks

FIND_SECONDS = 5.0
"""Between looks for WeChat's programs, while nothing else is asked."""
MOST_STEPS = 32
"""Ancestors looked at."""
MOST_KNOWN = 50_000
WINE = re.compile(r"wine|preloader", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Who:
    """What is known of a process."""

    wechat: bool
    uid: int
    began: int
    """When it was started, in the kernel's ticks: the same number later is another process."""


NOBODY = Who(wechat=False, uid=0, began=0)


@dataclass(slots=True)
class Identity:
    """The thread, and what it was asked and found."""

    hooks: Hooks
    """WeChat's programs; looked for again now and then, since an update puts new ones in their place."""
    arguments: Sequence[re.Pattern[str]]
    """Of programs that the wine loader runs."""
    found: queues.SimpleQueue[tuple[int, Who]] = field(default_factory=queues.SimpleQueue)
    wake: int = -1
    """An eventfd that is set with each finding."""
    _asked: queues.SimpleQueue[int] = field(default_factory=queues.SimpleQueue)
    _wechat: dict[int, Who] = field(default_factory=dict)
    """Processes that were WeChat when they were last looked at; a child that is left alone stays what it was."""

    def start(self) -> None:
        """Begin."""
        self.wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        threading.Thread(target=self._run, name="identity", daemon=True).start()

    def ask(self, pid: int) -> None:
        """Have a process looked at; the answer comes in ``found``."""
        self._asked.put(pid)

    def _run(self) -> None:
        while True:
            try:
                pid = self._asked.get(timeout=FIND_SECONDS)
            except queues.Empty:
                with contextlib.suppress(OSError):
                    self.hooks.find()
                continue
            try:
                who = self.look(pid)
            except OSError:
                who = NOBODY  # it ended meanwhile, and opens nothing any more
            self.found.put((pid, who))
            os.eventfd_write(self.wake, 1)

    def look(self, pid: int) -> Who:
        """What a process is now. Raises OSError where it is gone."""
        parent, began = _stat(pid)
        known = self._wechat.get(pid)
        if known is not None and known.began == began:
            return known
        who = Who(self._is_wechat(pid) or self._descends(parent), os.stat(f"/proc/{pid}").st_uid, began)
        self._wechat.pop(pid, None)
        if who.wechat:
            if len(self._wechat) >= MOST_KNOWN:
                self._wechat.pop(next(iter(self._wechat)))
            self._wechat[pid] = who
        return who

    def _descends(self, pid: int) -> bool:
        for _ in range(MOST_STEPS):
            if pid <= 1:
                return False
            try:
                parent, began = _stat(pid)
                known = self._wechat.get(pid)
                if (known is not None and known.began == began) or self._is_wechat(pid):
                    return True
            except OSError:
                return False  # the parent ended; its child belongs to somebody else now, and is asked again soon
            pid = parent
        return False

    def _is_wechat(self, pid: int) -> bool:
        program = os.stat(f"/proc/{pid}/exe")
        if (program.st_dev, program.st_ino) in self.hooks.inodes:
            return True
        if not self.arguments or not WINE.search(os.readlink(f"/proc/{pid}/exe")):
            return False
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            words = os.fsdecode(file.read(4096)).split("\0")[:3]
        return any(pattern.search(word) for pattern in self.arguments for word in words)


def _stat(pid: int) -> tuple[int, int]:
    """Parent, and when it was started, of a process (proc_pid_stat(5))."""
    with open(f"/proc/{pid}/stat", "rb") as file:
        fields = file.read(1024).rpartition(b")")[2].split()
    return int(fields[1]), int(fields[19])
