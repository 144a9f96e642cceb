"""A SQLite file for several threads: one connection writes, durable at each commit, each thread reads by its own."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import weakref
from collections.abc import Generator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from dlp.journal.schema import JournalError, migrate
from dlp.journal.together import Group, Together, Turn
from dlp.language import Say

BUSY_MILLISECONDS = 30_000
"""How long a write waits for another process; the command line beside the agent writes for milliseconds only."""


WRITER_KIBIBYTES = 1024
READER_KIBIBYTES = 64
"""Caches of the writing connection and of each reading one, which every thread that asks has; the kernel keeps the
file's pages too. SQLite's own 2 MB each would grow for weeks until they are full."""

CHECKPOINT_PAGES = 8000
"""Pages of the log, 32 MB of disk, after which it is worked into the file: with SQLite's own 1,000 a batch of files
waits for that every thirty files, and the pages that every file changes are written again each time."""


class _Connection(sqlite3.Connection):
    """One that can be referred to weakly: a thread that ends must not keep its connection open."""


class Database:
    """A journal file. Writers take turns; a transaction inside another one is part of it; readers wait for nobody."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = Turn()
        self._writer: int | None = None
        """The thread that is inside a transaction."""
        self._readers: weakref.WeakSet[sqlite3.Connection] = weakref.WeakSet()
        self._mine = threading.local()
        try:
            # Made beforehand so that nobody else can read it even for a moment; SQLite gives -wal the same mode.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._connection = _connected(path)
            sizes = f"cache_size = -{WRITER_KIBIBYTES}", f"wal_autocheckpoint = {CHECKPOINT_PAGES}"
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", *sizes):
                self._connection.execute(f"PRAGMA {pragma}").fetchall()
            migrate(self._connection)
            self._together = Together(self._connection, self._turn)
        except (sqlite3.Error, OSError) as error:
            raise unusable(path, error) from error

    def close(self) -> None:
        """End the connections."""
        with self._turn.lock:  # not counted as waiting: nobody may leave a group open for us
            self._together.finish()
            for reader in list(self._readers):
                reader.close()
            self._connection.close()

    @contextlib.contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[bool]:
        """All writes of the block are there when it ends, or none is. Yields whether it is the outermost.

        Durable: they are on the disk when it ends. Otherwise a power cut, but no kill, may undo them, until the next
        durable one ends. What several threads write at the same time becomes durable together.
        """
        if self.inside:
            yield False
            return
        with self._turn.taken():
            durable = durable or self._together.open
            if not durable:
                self._connection.execute("PRAGMA synchronous = NORMAL")
            try:
                group = yield from self._written(durable=durable)
            finally:
                if not durable:
                    self._connection.execute("PRAGMA synchronous = FULL")
        group.wait()

    def _written(self, *, durable: bool) -> Generator[bool, None, Group]:
        group = self._together.begin()
        self._writer = threading.get_ident()
        try:
            yield True
        except BaseException as error:
            self._writer = None
            self._together.undo(group, error)
            raise
        self._writer = None
        self._together.end(group, last=not durable)
        return group

    @property
    def inside(self) -> bool:
        """Whether this thread is inside a transaction."""
        return self._writer == threading.get_ident()

    def run(self, statement: str, *values: object) -> int:
        """Execute one statement; outside a transaction it is one by itself, durable when this returns.

        Returns the number of the row that it inserted, if it did.
        """
        if self.inside:
            return self._connection.execute(statement, values).lastrowid or 0
        with self.transaction():
            return self._connection.execute(statement, values).lastrowid or 0

    def run_all(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Execute one statement for each row, inside a transaction."""
        assert self.inside
        self._connection.executemany(statement, rows)

    def rows(self, statement: str, *values: object) -> list[sqlite3.Row]:
        """All rows of one question; inside a transaction of this thread it sees what that has written."""
        return self._reader().execute(statement, values).fetchall()

    def _reader(self) -> sqlite3.Connection:
        """The writer's connection inside its transaction, else this thread's own, which no commit keeps waiting."""
        if self.inside:
            return self._connection
        reader: sqlite3.Connection | None = getattr(self._mine, "connection", None)
        if reader is None:
            reader = self._mine.connection = _connected(self._path)
            reader.execute("PRAGMA query_only = ON")
            reader.execute(f"PRAGMA cache_size = -{READER_KIBIBYTES}")
            self._readers.add(reader)
        return reader

    def one(self, statement: str, *values: object) -> Any:  # noqa: ANN401 - what SQLite holds
        """The first column of the first row; None where there is no row."""
        rows = self.rows(statement, *values)
        return rows[0][0] if rows else None

    def check(self) -> str:
        """``ok``, or what SQLite found wrong with the file."""
        return str(self.one("PRAGMA quick_check(1)"))


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=_Connection)
    connection.row_factory = sqlite3.Row
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}").fetchall()
    return connection


def unusable(path: Path, error: Exception) -> JournalError:
    """What to tell people when the journal cannot be opened."""
    return JournalError(
        Say("the journal {name} cannot be used: {error}", "日志库 {name} 无法使用：{error}").format(
            name=path.name, error=error
        ),
        Say(
            "no file is moved until it can; free space, correct permissions, or put back a copy, then start again",
            "在恢复之前不会移动任何文件；请检查磁盘空间和权限，或从备份恢复后重新启动",
        ),
    )
