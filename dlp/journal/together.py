"""Transactions of several threads that become durable by one write and one wait for the disk."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

MOST_TOGETHER = 16
"""Transactions in one group. The first of them waits for the last: a group without end would keep it for ever."""


@dataclass(slots=True)
class Group:
    """Transactions that wait for the same commit."""

    size: int = 0
    over: threading.Event | None = None
    """Set once it is committed, or not; made when the first one has to wait for it."""
    error: BaseException | None = None
    """Why nothing of it was written."""

    def wait(self) -> None:
        """Until it is over. Raises what kept it from being written."""
        if self.over is not None:
            self.over.wait()
        if self.error is not None:
            raise self.error


@dataclass(slots=True)
class Turn:
    """The lock of the writing connection, and how many threads stand before it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    _counting: threading.Lock = field(default_factory=threading.Lock)
    waiting: int = 0

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """Hold the lock; whoever leaves it sees by ``waiting`` that another transaction certainly follows."""
        if not self.lock.acquire(blocking=False):
            with self._counting:
                self.waiting += 1
            try:
                self.lock.acquire()
            finally:
                with self._counting:
                    self.waiting -= 1
        try:
            yield
        finally:
            self.lock.release()


class Together:
    """Groups on one connection. All of it happens with the ``Turn`` taken, but for ``Group.wait``."""

    def __init__(self, connection: sqlite3.Connection, turn: Turn) -> None:
        self._connection, self._turn = connection, turn
        self._group: Group | None = None

    @property
    def open(self) -> bool:
        """Whether a group waits for this transaction."""
        return self._group is not None

    def begin(self) -> Group:
        """Join the group that is open, or open one."""
        if self._group is None:
            self._connection.execute("BEGIN IMMEDIATE")
            self._group = Group()
        else:
            # Only a later one needs it: what it undoes must leave what the others have written.
            self._connection.execute("SAVEPOINT mine")
        self._group.size += 1
        return self._group

    def end(self, group: Group, *, last: bool) -> None:
        """This transaction is written; commit, unless another one follows at once and does it for all."""
        if group.size > 1:
            self._connection.execute("RELEASE mine")
        self._leave(group, last=last)

    def finish(self) -> None:
        """Commit what is open, because nothing follows."""
        if self._group is not None:
            self._leave(self._group, last=True)

    def undo(self, group: Group, error: BaseException) -> None:
        """Nothing of this transaction is to stay, because of ``error``; the others of the group keep theirs."""
        alone = group.size == 1
        if not self._connection.in_transaction:  # SQLite undid all of it, as it does where the disk is full
            self._close(group, error)
        elif alone:
            self._connection.execute("ROLLBACK")
            self._close(group, None)
        else:
            self._connection.execute("ROLLBACK TO mine")
            self._connection.execute("RELEASE mine")
            self._leave(group, last=False)

    def _leave(self, group: Group, *, last: bool) -> None:
        if self._turn.waiting and not last and group.size < MOST_TOGETHER:
            group.over = group.over or threading.Event()
            return
        try:
            self._connection.execute("COMMIT")
        except BaseException as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self._close(group, error)
            raise
        self._close(group, None)

    def _close(self, group: Group, error: BaseException | None) -> None:
        self._group = None
        group.error = error
        if group.over is not None:
            group.over.set()
