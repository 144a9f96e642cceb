"""The hash chain of events: each line's digest covers the line before, so that an edit, a swap or a gap shows."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from typing import Any

from dlp.clock import now

START = "0" * 64
"""What the first event stands on."""


def digest(previous: str, sequence: int, at: str, kind: str, who: str, subject: str, body: str) -> str:
    """SHA-256 over one event and the digest before it; fields are JSON, so that none can run into the next."""
    line = json.dumps([previous, sequence, at, kind, who, subject, body], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(line.encode("utf-8")).hexdigest()


def head(database: sqlite3.Connection) -> tuple[int, str]:
    """Sequence and digest of the last event; (0, START) before the first."""
    row = database.execute("SELECT sequence, hash FROM events ORDER BY sequence DESC LIMIT 1").fetchone()
    return (int(row[0]), str(row[1])) if row else (0, START)


def append(database: sqlite3.Connection, kind: str, who: str, subject: str, body: dict[str, Any]) -> None:
    """Add an event inside the caller's transaction. ``body`` names no file and holds no content."""
    sequence, previous = head(database)
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    row = (sequence + 1, now(), kind, who, subject, text)
    database.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)", (*row, digest(previous, *row)))


def first_broken(database: sqlite3.Connection) -> int | None:
    """Sequence of the first event that does not fit the one before; None when the chain is whole."""
    previous, expected = START, 1
    for sequence, at, kind, who, subject, body, found in database.execute("SELECT * FROM events ORDER BY sequence"):
        if sequence != expected or found != digest(previous, sequence, at, kind, who, subject, body):
            return expected
        previous, expected = found, expected + 1
    return None
