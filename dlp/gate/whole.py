"""The second mode, without launcher: marks on whole file systems of people's files, WeChat told by what it is.

Every program's opens on such a file system come to the gate. Those of others are answered before anything else is done,
and by no thread that ever opens a file there; a process that cannot be told in time is taken for another program's.
"""

from __future__ import annotations

import contextlib
import os
import queue as queues
import re
from dataclasses import dataclass, field

from dlp.gate import mounts
from dlp.gate.answers import Answers
from dlp.gate.hooks import Hooks
from dlp.gate.identity import Identity, Who
from dlp.gate.kernel import ALLOW, Event, Kernel, Mark, answer
from dlp.gate.settings import Rules
from dlp.gate.space import MASK
from dlp.language import Say

TESTED = frozenset({"ext4", "xfs", "btrfs"})
"""Types of file systems that the tests run on; others are refused."""
HOLDS_SECONDS = 1.0
"""How long what was found of a process holds; its number is not used again so soon."""
TELL_SECONDS = 0.5
"""How long finding out what a process is may take, before it is let through."""
FRESH_SECONDS = 2.0
"""How long becoming another program may take; what a process is, is not remembered meanwhile."""
MOST_KNOWN = 50_000
SYSTEM = ("/", "/usr", "/etc", "/var", "/run")
"""Folders without which the machine, and the gate itself, cannot work."""
UNTESTED = Say(
    "{point}: {kind} is not among the tested types ({tested})", "{point}：{kind} 不在已测试类型（{tested}）之列"
)
OF_THE_SYSTEM = Say(
    "{point} holds the system's own files; only a file system of people's files can be guarded as a whole",
    "{point} 含有系统自身的文件，只能整体守护存放用户文件的文件系统",
)
NO_MOUNT = Say("{point} is no mount point here", "{point} 不是挂载点")
NO_MARK = Say("{point}: {error}", "{point}：{error}")


def why_not(point: str, table: bytes) -> Say | None:
    """Why a file system cannot be guarded as a whole; None where it can."""
    found = [mount for mount in mounts.parse(table) if mount.point == point.rstrip("/") or mount.point == point]
    if not found:
        return NO_MOUNT.format(point=point)
    if found[-1].kind not in TESTED:
        return UNTESTED.format(point=point, kind=found[-1].kind, tested=", ".join(sorted(TESTED)))
    device = os.stat(point).st_dev
    if any(os.stat(folder).st_dev == device for folder in SYSTEM if os.path.exists(folder)):
        return OF_THE_SYSTEM.format(point=point)
    return None


@dataclass(slots=True)
class Whole:
    """All file systems that are guarded as a whole, and starts of WeChat, in one queue that nobody else holds.

    Were it kept while no answerer runs, every program's opens would wait for the next one, whose own start has to open
    files: so it ends with the answerer, and the kernel lets everything through until the next.
    """

    answers: Answers
    identity: Identity
    queue: int
    guarded: list[str] = field(default_factory=list)
    refused: dict[str, Say] = field(default_factory=dict)
    """Mount points that are not guarded, and why."""
    _known: dict[int, tuple[Who, float]] = field(default_factory=dict)
    _held: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    """Events of processes that are being looked at: mask and descriptor."""
    _since: dict[int, float] = field(default_factory=dict)
    _fresh: dict[int, float] = field(default_factory=dict)
    """Processes that became another program a moment ago, and until when that may still be under way."""

    @classmethod
    def make(cls, answers: Answers, rules: Rules, kernel: Kernel) -> Whole:
        """A queue with WeChat's programs, and no file system yet. Raises OSError."""
        hooks = Hooks.make(rules.programs, kernel)
        with contextlib.suppress(OSError):  # before Linux 5.0 starts cannot be asked about; they are seen a second late
            hooks.find()
        identity = Identity(hooks, [re.compile(pattern) for pattern in rules.arguments])
        identity.start()
        return cls(answers, identity, hooks.queue)

    def guard(self, points: tuple[str, ...], kernel: Kernel) -> None:
        """Mark each file system that can be; says of the others why not."""
        with open("/proc/self/mountinfo", "rb") as file:
            table = file.read()
        for point in points:
            why = why_not(point, table)
            if why is None:
                try:
                    kernel.mark(self.queue, Mark.ADD | Mark.FILESYSTEM, MASK, point)
                    self.guarded.append(point)
                except OSError as error:
                    why = NO_MARK.format(point=point, error=error.strerror)
            if why is not None:
                self.refused[point] = why

    def serve(self, now: float) -> None:
        """Answer what waits now."""
        own = os.getpid()
        for mask, fd, pid in self.answers.waiting(self.queue):
            known = self._known.get(pid)
            if mask & Event.OPEN_EXEC_PERM:
                self._executed(pid, now)
                self._pass(fd)
            elif pid == own:
                self._pass(fd)
            elif known is not None and now < known[1]:
                self._settle(known[0], mask, fd)
            else:
                held = self._held.setdefault(pid, [])
                held.append((mask, fd))
                if len(held) == 1:
                    self._since[pid] = now
                    self.identity.ask(pid)

    def hear(self, now: float) -> None:
        """What was found of processes."""
        os.eventfd_read(self.identity.wake)
        while True:
            try:
                pid, who = self.identity.found.get_nowait()
            except queues.Empty:
                return
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            if now > self._fresh.get(pid, 0.0):
                self._fresh.pop(pid, None)
                self._known[pid] = (who, now + HOLDS_SECONDS)
            self._since.pop(pid, None)
            for mask, fd in self._held.pop(pid, []):
                self._settle(who, mask, fd)

    def _executed(self, pid: int, now: float) -> None:
        """A process becomes another program; until it is that one it is looked at each time."""
        self._known.pop(pid, None)
        if len(self._fresh) >= MOST_KNOWN:
            self._fresh.clear()
        self._fresh[pid] = now + FRESH_SECONDS

    def overdue(self, now: float) -> None:
        """Let through whoever was not told in time."""
        for pid in [pid for pid, since in self._since.items() if now - since > TELL_SECONDS]:
            del self._since[pid]
            for _, fd in self._held.pop(pid, []):
                self._pass(fd)

    def next_due(self, now: float) -> float:
        """Seconds until somebody must be let through; a minute where nobody waits."""
        oldest = min(self._since.values(), default=now + 60.0)
        return max(0.0, oldest + TELL_SECONDS - now)

    def _settle(self, who: Who, mask: int, fd: int) -> None:
        if who.wechat:
            self.answers.event(self.queue, who.uid, mask, fd)
        else:
            self._pass(fd)

    def _pass(self, fd: int) -> None:
        answer(self.queue, fd, ALLOW)
        os.close(fd)
