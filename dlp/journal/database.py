"""One SQLite connection that several threads share under a lock, durable at every commit."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dlp.journal.schema import JournalError, migrate
from dlp.language import Say

BUSY_MILLISECONDS = 30_000
"""How long a write waits for another process; the command line beside the agent writes for milliseconds only."""


class Database:
    """A journal file. Threads take turns; a transaction inside another one is part of it."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        try:
            # Made beforehand so that nobody else can read it even for a moment; SQLite gives -wal the same mode.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._connection.row_factory = sqlite3.Row
            for pragma in (f"busy_timeout = {BUSY_MILLISECONDS}", "journal_mode = WAL", "synchronous = FULL"):
                self._connection.execute(f"PRAGMA {pragma}").fetchall()
            self._connection.execute("PRAGMA foreign_keys = ON")
            migrate(self._connection)
        except (sqlite3.Error, OSError) as error:
            raise unusable(path, error) from error

    def close(self) -> None:
        """End the connection."""
        with self._lock:
            self._connection.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[bool]:
        """All writes of the block are durable when it ends, or none is there. Yields whether it is the outermost."""
        with self._lock:
            if self._depth:
                yield False
                return
            self._connection.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield True
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._depth = 0

    def run(self, statement: str, *values: object) -> None:
        """Execute one statement."""
        with self._lock:
            self._connection.execute(statement, values)

    def rows(self, statement: str, *values: object) -> list[sqlite3.Row]:
        """All rows of one question."""
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def one(self, statement: str, *values: object) -> Any:  # noqa: ANN401 - what SQLite holds
        """The first column of the first row; None where there is no row."""
        rows = self.rows(statement, *values)
        return rows[0][0] if rows else None

    def check(self) -> str:
        """``ok``, or what SQLite found wrong with the file."""
        return str(self.one("PRAGMA quick_check(1)"))


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
