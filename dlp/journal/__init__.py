"""The agent's own record on sqlite3: transfers, the steps of each, chained events, and the reports still to be sent.

WAL with synchronous=FULL: what a method returned from is on the disk. Several threads share one Journal; a second
process (the command line) opens its own.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from dlp import ulid
from dlp.clock import now
from dlp.errors import DlpError
from dlp.journal import chain
from dlp.journal.schema import SCRIPTS
from dlp.language import Say
from dlp.model import Choice, Report

BUSY_SECONDS = 10.0
"""How long one process waits for another's transaction."""
FIRST_NUMBER = 1001


class Journal:
    """One open journal."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database = database
        self._lock = threading.RLock()
        self._depth = 0
        self.reported = threading.Event()
        """Set when a report was added, so that the link need not look again and again."""

    @classmethod
    def open(cls, path: Path) -> Journal:
        """Open, and bring to the newest schema. Raises DlpError where the file is no journal or a newer one."""
        database = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = FULL")
            database.execute("PRAGMA foreign_keys = ON")
            journal = cls(database)
            journal._migrate()
        except sqlite3.DatabaseError as error:
            database.close()
            raise DlpError(
                Say("{file} is not a sound journal: {error}", "{file} 不是完好的日志：{error}").format(
                    file=path, error=error
                ),
                Say("restore it from a copy; the files it speaks of are untouched", "请从备份恢复，文件本身未受影响"),
            ) from error
        path.chmod(0o600)
        return journal

    def _migrate(self) -> None:
        with self.transaction():
            version = int(self.database.execute("PRAGMA user_version").fetchone()[0])
            if version > len(SCRIPTS):
                raise DlpError(Say("the journal was written by a newer version", "日志由更新的版本写入"))
            for script in SCRIPTS[version:]:
                for statement in script.split(";"):
                    self.database.execute(statement)
            self.database.execute(f"PRAGMA user_version = {len(SCRIPTS)}")

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; nested blocks join the outer one."""
        with self._lock:
            if self._depth:
                yield self.database
                return
            self.database.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield self.database
            except BaseException:
                self.database.execute("ROLLBACK")
                raise
            else:
                self.database.execute("COMMIT")
            finally:
                self._depth = 0

    def rows(self, query: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query; never inside another thread's half-done transaction."""
        with self._lock:
            return self.database.execute(query, tuple(values)).fetchall()

    # events

    def event(self, kind: str, who: str, subject: str, body: dict[str, Any] | None = None) -> None:
        """Append one event, and tell the office where the chain now stands."""
        with self.transaction() as database:
            chain.append(database, kind, who, subject, body or {})
            sequence, digest = chain.head(database)
            database.execute("DELETE FROM reports WHERE kind = 'head'")  # an older head says nothing more
            self.report("head", {"sequence": sequence, "hash": digest})

    def verify_chain(self) -> int | None:
        """First broken sequence, None when whole."""
        with self._lock:
            return chain.first_broken(self.database)

    def head(self) -> tuple[int, str]:
        """Sequence and digest of the last event."""
        with self._lock:
            return chain.head(self.database)

    # reports up, rulings down

    def report(self, kind: str, body: dict[str, Any]) -> None:
        """Queue a report; inside ``transaction`` it appears together with what it tells of, or not at all."""
        with self.transaction() as database:
            database.execute(
                "INSERT INTO reports (id, kind, at, body) VALUES (?, ?, ?, ?)",
                (ulid.new(), kind, now(), json.dumps(body, ensure_ascii=False)),
            )
        self.reported.set()

    def pending_reports(self, limit: int) -> list[Report]:
        """The oldest reports that the office has not acknowledged, in order."""
        rows = self.rows("SELECT id, kind, at, body FROM reports ORDER BY sequence LIMIT ?", (limit,))
        return [Report(id_, kind, at, json.loads(body)) for id_, kind, at, body in rows]

    def acknowledge(self, ids: Iterable[str]) -> None:
        """The office has these."""
        with self.transaction() as database:
            database.executemany("DELETE FROM reports WHERE id = ?", [(id_,) for id_ in ids])

    def last_ruling(self) -> int:
        """Sequence of the last ruling that was applied; 0 before the first."""
        return int(self.rows("SELECT coalesce(max(sequence), 0) FROM rulings")[0][0])

    def approved(self, sha256: str, party: str) -> Choice | None:
        """The choice that still lets this content go to this group, if any."""
        rows = self.rows(
            "SELECT choice FROM approvals WHERE sha256 = ? AND party = ? AND expires > ?", (sha256, party, now())
        )
        return Choice(rows[0][0]) if rows else None

    # sealed files and the ledger

    def sealed_here(self, sha256: str) -> bool:
        """Whether this is the digest of a whole sealed file that this machine made."""
        return bool(self.rows("SELECT 1 FROM sealed WHERE sealed_sha256 = ?", (sha256,)))

    def ledger_seen(self, kind: str, key: str) -> str | None:
        """What was noted under this key, None where nothing was."""
        rows = self.rows("SELECT value FROM ledger WHERE kind = ? AND key = ?", (kind, key))
        return str(rows[0][0]) if rows else None

    def ledger_put(self, kind: str, key: str, value: str) -> None:
        """Note a value under a key."""
        with self.transaction() as database:
            database.execute("INSERT OR REPLACE INTO ledger VALUES (?, ?, ?)", (kind, key, value))

    def ledger_all(self, kind: str) -> list[tuple[str, str]]:
        """All keys and values of one kind, by key."""
        return [(k, v) for k, v in self.rows("SELECT key, value FROM ledger WHERE kind = ? ORDER BY key", (kind,))]

    # numbers

    def next_number(self) -> str:
        """A new short number with this machine's letter, such as A-1042."""
        with self.transaction() as database:
            row = database.execute("SELECT value FROM meta WHERE name = 'number'").fetchone()
            number = int(row[0]) + 1 if row else FIRST_NUMBER
            database.execute("INSERT OR REPLACE INTO meta VALUES ('number', ?)", (str(number),))
            letter = database.execute("SELECT value FROM meta WHERE name = 'letter'").fetchone()
            return f"{letter[0] if letter else 'A'}-{number}"

    def set_letter(self, letter: str) -> None:
        """The letter that the office gave this machine."""
        with self.transaction() as database:
            database.execute("INSERT OR REPLACE INTO meta VALUES ('letter', ?)", (letter,))
