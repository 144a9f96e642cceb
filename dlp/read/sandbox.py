"""The pool of warm, confined reading processes.

- Processes are spawned, never forked: nothing of the agent's memory (keys, other people's files) is in them.
- A file goes over as a descriptor and is read by position only, so the caller's offset stays where it was.
- What a file does to its process (a crash, a hang, a limit) is a Gap of that file, never an error of the agent.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from classifiers.model import Classification, Gap, GapKind, GapReason, Level
from dlp.errors import UnreadableError
from dlp.language import Say
from dlp.model import Excerpt, Limits
from dlp.read.launch import Setting, prepare
from dlp.read.process import Lost, PacksRefused, Process
from dlp.read.seeing import IDLE_SECONDS, Seeing, worth
from dlp.read.turns import Turns

AGAIN_PATIENCE = 60.0
"""Times the usual time that pictures have when nobody waits: ten minutes of reading, a scan of some 300 pages."""
AGAIN_SECONDS = 30.0
"""For one whole file, multiplied likewise: half an hour by the clock."""
AGAIN_IDLE = 5.0
"""Seconds after which its process ends; the next rest comes at once where there is one."""
NICE = 19
"""How much less that counts than others (nice(2)): it has what the others leave."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker says of a file."""

    document_type: str
    """Media type by content; ``application/octet-stream`` where nothing could be said."""
    classification: Classification


def can_look() -> bool:
    """Whether what looks at pictures is installed here (the extra ``ocr``)."""
    from dlp.sight.networks import missing

    return not missing()


class Workers:
    """Reads and classifies files in ``count`` reading processes, which end with the ``with`` block.

    ``key`` is the machine's key for fingerprints, ``cache`` the folder where ``warm`` keeps what it prepares of the
    packs. Safe to call from several threads; further callers wait their turn, and where they wait long, up to ``spare``
    more processes run for a while (``dlp.read.turns``).
    """

    def __init__(
        self,
        count: int,
        limits: Limits,
        packs: Sequence[Path],
        key: bytes,
        cache: Path | None = None,
        module: str = "dlp.read.worker",
        idle_seconds: float = IDLE_SECONDS,
        patience: float = 1.0,
        spare: int = 0,
    ) -> None:
        self._setting = Setting(limits, tuple(packs), key, module, cache)
        self._patience = patience
        looks = can_look()
        self._seeing = Seeing(self._setting, idle_seconds) if looks else None
        self._again = Seeing(replace(self._setting, nice=NICE), AGAIN_IDLE, AGAIN_SECONDS) if looks else None
        self._count = max(1, count)
        self._turns = Turns(self._count, spare, self._begin_spare, self._end_spare)
        self._lock = threading.Lock()
        self._idle: list[Process] = []
        self._busy: set[Process] = set()
        self._ended = False

    def __enter__(self) -> Self:
        """The pool; its processes start with the first file, or by ``warm``."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End every process, also those that still read: whoever waits for them gets UnreadableError."""
        with self._lock:
            self._ended = True
            processes = [*self._idle, *self._busy]
            self._idle.clear()
        self._turns.close()
        for seeing in (self._seeing, self._again):
            if seeing is not None:
                seeing.end()
        for process in processes:
            process.end()

    def start(self) -> None:
        """Begin to start one process and return at once, so that it loads while the caller goes on."""
        with self._lock:
            if not self._idle and not self._busy and not self._ended:
                self._idle.append(Process(self._setting))

    def warm(self) -> None:
        """Start all processes and wait until each can read. Raises PackError, or UnreadableError: none can start.

        Before, the packs are prepared, so that no process builds or writes anything; the first time it takes a second.
        """
        prepare(self._setting)
        with self._lock:
            while len(self._idle) + len(self._busy) < self._count and not self._ended:
                self._idle.append(Process(self._setting))
            idle = tuple(self._idle)
        for process in idle:
            self._ready(process)

    @property
    def confined(self) -> frozenset[str]:
        """What of ``confinement.State`` took hold in the processes that are ready."""
        with self._lock:
            ready = [process.confined for process in (*self._idle, *self._busy) if process.rules]
        return frozenset.intersection(*ready) if ready else frozenset()

    @property
    def rules(self) -> str:
        """Digest of the packs that the processes have loaded; empty before one is ready."""
        with self._lock:
            return next((process.rules for process in (*self._idle, *self._busy) if process.rules), "")

    def judge(self, fd: int, name: str) -> Answer:
        """Read and classify the file behind a descriptor, and look at its pictures where that can change anything.

        Never raises for what the file does. Raises PackError when the packs cannot be used, and UnreadableError when no
        reading process can be started at all or the pool has ended: then nothing about any file is known.
        """
        answer = self._read(fd, name)
        return self._looked(fd, name, answer) if worth(answer.classification) else answer

    def _looked(self, fd: int, name: str, first: Answer) -> Answer:
        found = self._seeing.judge(fd, name, first.classification, self._patience) if self._seeing is not None else None
        if self._ended:
            raise _ended()  # its pictures were cut short by us
        return first if found is None else Answer(first.document_type, found[1])

    def judge_again(self, fd: int, name: str) -> Answer | None:
        """Judge a file once more with much more time for its pictures; None where nothing looks at pictures.

        It has a process of its own that counts less than all others: whoever hands a file over meanwhile waits for none
        of it. One at a time. Raises as ``judge`` does, and Lost where the process is lost or ended.
        """
        if self._again is None:
            return None
        found = self._again.judge(fd, name, None, AGAIN_PATIENCE)
        if found is None:
            raise Lost(GapReason.WORKER_LOST, "ended")
        return Answer(*found)

    def stop_again(self) -> None:
        """End ``judge_again`` at once, also where it is at work, and begin no other."""
        if self._again is not None:
            self._again.end()

    def _read(self, fd: int, name: str) -> Answer:
        with self._turns.one():
            process = self._take()
            well = False
            try:
                self._ready(process)
                media_type, classification, well = process.ask(fd, name)
                return Answer(media_type, classification)
            except Lost as lost:
                if self._ended:
                    raise _ended() from lost  # the file did nothing: it is to be read at the next start
                gap = Gap(GapKind.UNREADABLE, lost.reason, detail=lost.detail)
                return Answer(lost.media_type, Classification(Level.PUBLIC, (), (gap,), process.rules))
            finally:
                self._give_back(process, well=well)

    def show(self, fd: int, name: str, rules: Sequence[str]) -> tuple[Excerpt, ...]:
        """What these rules match in the file behind a descriptor, in clear; nothing where it does not read.

        Raises PackError and UnreadableError as ``judge`` does.
        """
        found = self._shown(fd, name, rules)
        if self._seeing is None or {one.rule for one in found} >= set(rules):
            return found
        return self._seeing.show(fd, name, rules) or found

    def _shown(self, fd: int, name: str, rules: Sequence[str]) -> tuple[Excerpt, ...]:
        with self._turns.one():
            process = self._take()
            well = False
            try:
                self._ready(process)
                found, well = process.show(fd, name, rules)
                return found
            except Lost:
                return ()
            finally:
                self._give_back(process, well=well)

    def _begin_spare(self) -> None:
        """Start one more process. Raises UnreadableError or PackError where it cannot be had."""
        process = self._fresh()
        try:
            self._ready(process)
        except BaseException:
            with self._lock:
                self._busy.discard(process)
            process.end()
            raise
        with self._lock:
            self._busy.discard(process)
            if self._ended:
                raise _ended()  # whoever ended the pool has ended this process too
            self._idle.insert(0, process)  # the last in the row is taken first: this one only beside others

    def _end_spare(self) -> None:
        with self._lock:
            process = self._idle.pop(0) if self._idle else None
        if process is not None:
            process.end()

    def _fresh(self) -> Process:
        with self._lock:
            if self._ended:
                raise _ended()
            process = Process(self._setting)
            self._busy.add(process)
            return process

    def _take(self) -> Process:
        with self._lock:
            if self._ended:
                raise _ended()
            process = self._idle.pop() if self._idle else Process(self._setting)
            self._busy.add(process)
            return process

    def _ready(self, process: Process) -> None:
        """Wait for a process; where it refused the packs, meet their error here, where it has names and hints."""
        try:
            process.ready()
        except PacksRefused:
            from classifiers.pack import load

            load(self._setting.packs)
            raise UnreadableError(
                Say("the reading process refused packs that load here", "读取进程拒绝了此处可以加载的规则包")
            ) from None

    def _give_back(self, process: Process, *, well: bool) -> None:
        with self._lock:
            self._busy.discard(process)
            if well and not self._ended:
                self._idle.append(process)
                return
            # The next one starts now and loads while the caller goes on; packs that were refused stay refused.
            if process.rules and not self._ended:
                self._idle.append(Process(self._setting))
        process.end()


def _ended() -> UnreadableError:
    return UnreadableError(Say("the reading processes have ended", "读取进程已结束"))
