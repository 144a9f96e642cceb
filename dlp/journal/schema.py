"""The agent's tables. Forward only: a new version is one more script, run in one transaction with its number."""

from __future__ import annotations

SCRIPTS = (
    """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE transfers (
        id TEXT PRIMARY KEY, number TEXT NOT NULL UNIQUE, send TEXT NOT NULL, name TEXT NOT NULL,
        person TEXT NOT NULL, program TEXT NOT NULL, direction TEXT NOT NULL, party TEXT NOT NULL,
        state TEXT NOT NULL, size INTEGER NOT NULL DEFAULT 0, sha256 TEXT NOT NULL DEFAULT '',
        path TEXT NOT NULL DEFAULT '', receipt TEXT NOT NULL DEFAULT '', verdict TEXT NOT NULL DEFAULT '',
        detail TEXT NOT NULL DEFAULT '', at TEXT NOT NULL) STRICT;
    CREATE INDEX transfers_sha256 ON transfers (sha256);
    CREATE INDEX transfers_name ON transfers (name);
    CREATE INDEX transfers_state ON transfers (state);
    CREATE TABLE steps (
        id INTEGER PRIMARY KEY, transfer TEXT NOT NULL REFERENCES transfers (id) ON DELETE CASCADE, step TEXT NOT NULL,
        detail TEXT NOT NULL, at TEXT NOT NULL, done TEXT NOT NULL DEFAULT '') STRICT;
    CREATE INDEX steps_transfer ON steps (transfer);
    CREATE TABLE events (
        sequence INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, who TEXT NOT NULL, subject TEXT NOT NULL,
        body TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
    CREATE TABLE reports (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, at TEXT NOT NULL,
        body TEXT NOT NULL) STRICT;
    CREATE TABLE rulings (sequence INTEGER PRIMARY KEY, transfer TEXT NOT NULL, at TEXT NOT NULL) STRICT;
    CREATE TABLE approvals (
        sha256 TEXT NOT NULL, party TEXT NOT NULL, choice TEXT NOT NULL, expires TEXT NOT NULL,
        PRIMARY KEY (sha256, party)) STRICT;
    CREATE TABLE sealed (sealed_sha256 TEXT PRIMARY KEY, header_digest TEXT NOT NULL, transfer TEXT NOT NULL) STRICT;
    CREATE TABLE ledger (
        kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, key)) STRICT;
    """,
)
