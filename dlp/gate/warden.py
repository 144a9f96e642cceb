"""The thread that puts marks: at a launcher's request, at each start of WeChat, and on every mount that comes later.

Looking up a mount may wait for a slow disk or server. That is why the thread that answers does none of it; while this
one waits, only the start of a WeChat waits with it.
"""

from __future__ import annotations

import contextlib
import os
import queue as queues
import select
import threading
import time
from dataclasses import dataclass, field

from dlp.gate import space as spaces
from dlp.gate.hooks import Hooks
from dlp.gate.kernel import ALLOW, DENY, Event, Init, Kernel, Mark, answer, events, read
from dlp.gate.space import Space

LOOK_SECONDS = 5.0
"""Between looks for new programs, and for namespaces that nobody lives in any more."""
NESTS_SECONDS = 0.25
"""The same where WeChat makes namespaces of its own."""
MOST_SPACES = 64
MOST_OF_ACCOUNT = 8
"""Namespaces guarded at once, of all and of one account; each has a queue in the kernel, which limits them too."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """A namespace is marked: the answerer takes its queue from here on."""

    space: Space
    client: int
    """Who asked: the launcher's connection; 0: it was noticed by a start."""
    known: bool = False
    """It was guarded before."""


@dataclass(frozen=True, slots=True)
class NotGuarded:
    """A namespace could not be marked."""

    client: int
    why: str


@dataclass(frozen=True, slots=True)
class Gone:
    """Nobody lives in a namespace any more."""

    space: Space


@dataclass(frozen=True, slots=True)
class Started:
    """WeChat was started outside a namespace of its own."""

    uid: int
    refused: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """A launcher wants the namespace of a process guarded."""

    client: int
    pid: int
    uid: int
    nests: bool = False


News = Guarded | NotGuarded | Gone | Started


@dataclass(slots=True)
class Warden:
    """The thread, and what it tells the answerer."""

    kernel: Kernel
    hooks: Hooks | None
    outside: str
    reads: bool = False
    news: queues.SimpleQueue[News] = field(default_factory=queues.SimpleQueue)
    wake: int = -1
    """An eventfd that is set with each piece of news."""
    looked: float = 0.0
    """When it last came round, on the monotonic clock."""
    spaces: dict[int, Space] = field(default_factory=dict)
    _asked: queues.SimpleQueue[Wish] = field(default_factory=queues.SimpleQueue)
    _bell: int = -1
    _host: int = 0
    _mounts: dict[int, Space] = field(default_factory=dict)
    """Queues of FAN_MARK_MNTNS, each with its namespace."""

    def start(self) -> None:
        """Begin."""
        self._host = spaces.host()
        self.wake, self._bell = (os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK) for _ in range(2))
        self.looked = time.monotonic()
        threading.Thread(target=self._run, name="warden", daemon=True).start()

    def guard(self, wish: Wish) -> None:
        """Ask it to guard a namespace; the answer comes as news."""
        self._asked.put(wish)
        os.eventfd_write(self._bell, 1)

    def adopt(self, space: Space) -> None:
        """A namespace that was guarded before the answerer was started again; call before ``start``."""
        self.spaces[space.id] = space

    def _run(self) -> None:
        for space in list(self.spaces.values()):
            self._mark(space)
            self._watch(space)
        next_look = 0.0
        while True:
            self.looked = time.monotonic()
            if self.looked >= next_look:
                self._look()
                next_look = self.looked + LOOK_SECONDS
            self._wait()
            self._serve_asked()
            self._serve_starts()
            if self._nests:
                self._guard_nested()

    def _wait(self) -> None:
        poll = select.poll()
        poll.register(self._bell, select.POLLIN)
        if self.hooks:
            poll.register(self.hooks.queue, select.POLLIN)
        tables = {space.table: space for space in self.spaces.values()}
        for table in tables:
            poll.register(table, select.POLLPRI)
        for watching in self._mounts:
            poll.register(watching, select.POLLIN)
        for fd, _ in poll.poll((NESTS_SECONDS if self._nests else LOOK_SECONDS) * 1000):
            if fd == self._bell:
                os.eventfd_read(fd)
            elif fd in self._mounts:
                read(fd)
                self._mark(self._mounts[fd])
            elif fd in tables:
                self._mark(tables[fd])

    def _tell(self, news: News) -> None:
        self.news.put(news)
        os.eventfd_write(self.wake, 1)

    def _mark(self, space: Space) -> None:
        # The table of a namespace that is ending can no longer be read; nobody lives in it.
        with contextlib.suppress(OSError):
            space.mark_all(self.kernel)

    def _look(self) -> None:
        if self.hooks:
            with contextlib.suppress(OSError):
                self.hooks.find()
        for space in [space for space in self.spaces.values() if not space.inhabited()]:
            del self.spaces[space.id]
            for watching in [fd for fd, theirs in self._mounts.items() if theirs is space]:
                del self._mounts[watching]
                os.close(watching)
            self._tell(Gone(space))

    @property
    def _nests(self) -> bool:
        return any(space.nests for space in self.spaces.values())

    def _guard_nested(self) -> None:
        """Guard namespaces that programs in a guarded one have made."""
        for pid, parent in spaces.strangers({self._host, *self.spaces}):
            with contextlib.suppress(OSError):
                outer = self.spaces.get(spaces.id_of(parent))
                if outer is not None and outer.nests:
                    self._guard(Wish(0, pid, outer.uid, nests=True))

    def _serve_asked(self) -> None:
        while True:
            try:
                wish = self._asked.get_nowait()
            except queues.Empty:
                return
            try:
                self._guard(wish)
            except OSError as error:
                self._tell(NotGuarded(wish.client, f"{error.strerror} ({error.filename or 'mount'})"))

    def _guard(self, wish: Wish) -> None:
        id = spaces.id_of(wish.pid)
        known = self.spaces.get(id)
        if id == self._host:
            self._tell(NotGuarded(wish.client, "host"))
        elif known is not None:
            known.nests |= wish.nests
            known.mark_all(self.kernel)
            self._tell(Guarded(known, wish.client, known=True))
        elif len(self.spaces) >= MOST_SPACES or self._of_account(wish.uid) >= MOST_OF_ACCOUNT:
            self._tell(NotGuarded(wish.client, "full"))
        else:
            space = Space.of(wish.pid, wish.uid, self.kernel, reads=self.reads)
            space.nests = wish.nests
            space.mark_all(self.kernel)
            self.spaces[space.id] = space
            self._watch(space)
            self._tell(Guarded(space, wish.client))

    def _of_account(self, uid: int) -> int:
        return sum(space.uid == uid for space in self.spaces.values())

    def _watch(self, space: Space) -> None:
        """Hear of each mount by FAN_MARK_MNTNS (Linux 6.14); the table is polled beside it in any case."""
        try:
            watching = self.kernel.queue(Init.CLOEXEC | Init.NONBLOCK | Init.MNT)
        except OSError:
            return
        try:
            namespace = os.open(f"/proc/{spaces.somebody(space.id)}/ns/mnt", os.O_RDONLY)
            try:
                self.kernel.mark(watching, Mark.ADD | Mark.MNTNS, Event.MNT_ATTACH, None, namespace)
            finally:
                os.close(namespace)
        except OSError:
            os.close(watching)
            return
        self._mounts[watching] = space

    def _serve_starts(self) -> None:
        if self.hooks is None:
            return
        try:
            records = read(self.hooks.queue)
        except OSError:
            return
        for _, fd, pid in events(records):
            if fd < 0:
                continue
            word = DENY
            try:
                word = self._start(fd, pid)
            except OSError:
                pass  # the process is gone, or its namespace cannot be marked: it does not start
            finally:
                answer(self.hooks.queue, fd, word)
                os.close(fd)

    def _start(self, fd: int, pid: int) -> int:
        """Whether a program may start there; before it does, its namespace is marked."""
        assert self.hooks is not None
        if not self.hooks.is_program(fd):
            return ALLOW
        uid = os.stat(f"/proc/{pid}").st_uid
        id = spaces.id_of(pid)
        if id == self._host:
            self._tell(Started(uid, self.outside == "refuse"))
            return DENY if self.outside == "refuse" else ALLOW
        if id not in self.spaces:
            self._guard(Wish(0, pid, uid, nests=True))
        else:
            self.spaces[id].mark_all(self.kernel)
        return ALLOW if id in self.spaces else DENY
