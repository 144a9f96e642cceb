"""The journal as one object: transactions, events that chain, reports that queue, and a few small memories."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from dlp import ulid
from dlp.clock import now
from dlp.journal.chain import GENESIS, Broken, Event, first_broken
from dlp.journal.database import Database
from dlp.model import Choice, Report

FIRST_NUMBER = 1001
KEEP = "INSERT INTO meta VALUES ('{}', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
"""Changes one page; to replace a row is to change three."""
EVENTS_AT_ONCE = 1000


class Journal:
    """One open journal."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.reported = threading.Event()
        """Set when a report was added, so that the link need not look again and again."""
        self._spoke = False
        """Whether the transaction under way has something for the office."""

    @classmethod
    def open(cls, path: Path) -> Journal:
        """Open, and bring to the newest schema. Raises JournalError where that is not possible."""
        return cls(Database(path))

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    @contextlib.contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[Database]:
        """All writes of the block are there when it ends, or none is; a block inside a block is part of it.

        What is not durable (see ``Database.transaction``) must hold neither event nor report: the office could hear of
        what a power cut then undoes.
        """
        if self.database.inside:
            yield self.database
            return
        with self.database.transaction(durable=durable) as outermost:
            yield self.database
            if outermost:
                spoke, self._spoke = self._spoke, False
                assert durable or not spoke
        if outermost and spoke:
            self.reported.set()

    # events

    def event(self, kind: str, who: str, subject: str, /, **body: object) -> None:
        """Append one event, durable together with the change that it tells of. Never content, a key or a file name."""
        self.append([(kind, who, subject, body)])

    def append(self, events: Iterable[tuple[str, str, str, Mapping[str, object]]]) -> None:
        """Append events: kind, who, subject and body of each. As ``event``, with one look at the chain for all."""
        with self.transaction() as database:
            self._spoke = True
            (sequence, previous), rows = self.head(), []
            for kind, who, subject, body in events:
                text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
                bare = Event(sequence + 1, now(), kind, who, subject, text, previous)
                sequence, previous = bare.sequence, bare.digest()
                rows.append((sequence, bare.at, kind, who, subject, text, bare.previous, previous))
            database.run_all("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
            database.run(KEEP.format("chain"), json.dumps([sequence, previous]))

    def head(self) -> tuple[int, str]:
        """Sequence and hash of the last event, as stored beside the chain."""
        stored = self.database.one("SELECT value FROM meta WHERE key = 'chain'")
        sequence, hash_ = json.loads(stored) if stored else (0, GENESIS)
        return int(sequence), str(hash_)

    def _tell_head(self) -> None:
        """Queue where the chain stands, where the office was not told; an older head that waits says nothing more."""
        told = int(self.database.one("SELECT value FROM meta WHERE key = 'told'") or 0)
        if told == self.head()[0]:
            return
        with self.transaction() as database:
            sequence, hash_ = self.head()
            database.run("DELETE FROM outgoing WHERE kind = 'head'")
            self.report("head", {"sequence": sequence, "hash": hash_})
            database.run("INSERT OR REPLACE INTO meta VALUES ('told', ?)", str(sequence))

    def events(self) -> Iterator[Event]:
        """Every event, oldest first, in constant memory."""
        last = 0
        while rows := self.database.rows(
            "SELECT * FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?", last, EVENTS_AT_ONCE
        ):
            yield from (Event(*row) for row in rows)
            last = rows[-1]["sequence"]

    def verify_chain(self, heads: Mapping[int, str] | None = None) -> Broken | None:
        """Where the chain is not whole, also against heads kept elsewhere; None where it is whole."""
        return first_broken(self.events(), self.head(), heads or {})

    # reports up

    def report(self, kind: str, body: Mapping[str, object]) -> None:
        """Queue a report; inside a transaction it appears together with what it tells of, or not at all."""
        with self.transaction() as database:
            self._spoke = True
            text = json.dumps(body, ensure_ascii=True)
            database.run("INSERT INTO outgoing (id, kind, at, body) VALUES (?, ?, ?, ?)", ulid.new(), kind, now(), text)

    def pending(self, most: int) -> list[Report]:
        """The oldest reports that the office has not acknowledged, in order; the last tells where the chain stands."""
        self._tell_head()
        rows = self.database.rows("SELECT id, kind, at, body FROM outgoing ORDER BY position LIMIT ?", most)
        return [Report(row["id"], row["kind"], row["at"], json.loads(row["body"])) for row in rows]

    def waiting(self) -> int:
        """How many reports are still to be sent."""
        return int(self.database.one("SELECT count(*) FROM outgoing"))

    def acknowledge(self, ids: Iterable[str]) -> None:
        """The office has these."""
        with self.database.transaction():
            for one in ids:
                self.database.run("DELETE FROM outgoing WHERE id = ?", one)

    # approvals and sealed files

    def approve(self, sha256: str, group: str, choice: Choice, expires: str, transfer: str) -> None:
        """Let this content pass to this group again until then."""
        row = (sha256, group, choice.value, expires, transfer)
        self.database.run("INSERT OR REPLACE INTO approvals VALUES (?, ?, ?, ?, ?)", *row)

    def approved(self, sha256: str, group: str) -> tuple[Choice, str] | None:
        """The choice that still lets this content go to this group, and the transfer it was decided for."""
        asked = "SELECT choice, transfer FROM approvals WHERE sha256 = ? AND party = ? AND expires > ?"
        rows = self.database.rows(asked, sha256, group, now())
        return (Choice(rows[0]["choice"]), rows[0]["transfer"]) if rows else None

    def sealed_here(self, sha256: str) -> bool:
        """Whether this is the digest of a whole sealed file that this machine made."""
        return self.database.one("SELECT 1 FROM sealed WHERE sha256 = ?", sha256) is not None

    def note_sealed(self, sha256: str, transfer: str) -> None:
        """Remember a sealed file by the digest of all its bytes."""
        self.database.run("INSERT OR IGNORE INTO sealed VALUES (?, ?, ?)", sha256, transfer, now())

    # numbers

    def next_number(self) -> str:
        """A new short number with this machine's letter, such as A-1042."""
        with self.transaction() as database:
            rows = database.rows("SELECT key, value FROM meta WHERE key IN ('number', 'letter')")
            kept = {row["key"]: row["value"] for row in rows}
            number = int(kept.get("number", FIRST_NUMBER))
            database.run(KEEP.format("number"), str(number + 1))
            return f"{kept.get('letter', 'A')}-{number}"

    def meta(self, key: str) -> str:
        """A small fact about this machine that is kept beside the tables; empty where there is none."""
        return str(self.database.one("SELECT value FROM meta WHERE key = ?", key) or "")

    def set_meta(self, key: str, value: str) -> None:
        """Keep such a fact, inside the transaction of what it belongs to."""
        self.database.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", key, value)

    def set_letter(self, letter: str) -> None:
        """The letter that the office gave this machine."""
        with self.transaction() as database:
            database.run("INSERT OR REPLACE INTO meta VALUES ('letter', ?)", letter)
