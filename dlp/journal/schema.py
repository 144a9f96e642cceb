"""The tables of the agent's own record, and how an older record becomes a newer one.

Names and paths are BLOBs of the file system's own bytes: a name that is no UTF-8 must be found and given back as it is.
"""

from __future__ import annotations

import sqlite3

from dlp.errors import DlpError
from dlp.language import Say

FIRST = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    """CREATE TABLE sends (
        id TEXT PRIMARY KEY, number TEXT NOT NULL UNIQUE, kind TEXT NOT NULL CHECK (kind IN ('file', 'folder')),
        name BLOB NOT NULL, person TEXT NOT NULL, program TEXT NOT NULL, direction TEXT NOT NULL, party TEXT NOT NULL,
        outbox BLOB NOT NULL, state TEXT NOT NULL, path BLOB NOT NULL, original BLOB NOT NULL, receipt BLOB NOT NULL,
        folders TEXT NOT NULL, detail TEXT NOT NULL, at TEXT NOT NULL, changed TEXT NOT NULL) STRICT""",
    "CREATE INDEX sends_by_name ON sends (name)",
    "CREATE INDEX sends_by_state ON sends (state)",
    "CREATE INDEX sends_by_path ON sends (path)",
    """CREATE TABLE transfers (
        id TEXT PRIMARY KEY, send TEXT NOT NULL REFERENCES sends (id) ON DELETE CASCADE, position INTEGER NOT NULL,
        number TEXT NOT NULL UNIQUE, name BLOB NOT NULL, modified INTEGER NOT NULL, size INTEGER NOT NULL,
        sha256 TEXT NOT NULL, level TEXT NOT NULL, action TEXT NOT NULL, verdict TEXT NOT NULL, choice TEXT NOT NULL,
        object TEXT NOT NULL,
        UNIQUE (send, position)) STRICT""",
    "CREATE INDEX transfers_by_name ON transfers (name)",
    "CREATE INDEX transfers_by_sha256 ON transfers (sha256)",
    "CREATE INDEX transfers_by_object ON transfers (object) WHERE object <> ''",
    """CREATE TABLE steps (
        id INTEGER PRIMARY KEY, send TEXT NOT NULL REFERENCES sends (id) ON DELETE CASCADE, step TEXT NOT NULL,
        phase TEXT NOT NULL CHECK (phase IN ('intent', 'done', 'undone')),
        plan TEXT NOT NULL, at TEXT NOT NULL, ended TEXT NOT NULL) STRICT""",
    "CREATE INDEX steps_by_send ON steps (send)",
    "CREATE INDEX steps_open ON steps (id) WHERE phase = 'intent'",
    """CREATE TABLE events (
        sequence INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, who TEXT NOT NULL,
        subject TEXT NOT NULL, body TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL) STRICT""",
    """CREATE TABLE outgoing (
        position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
        at TEXT NOT NULL, body TEXT NOT NULL) STRICT""",
    """CREATE TABLE rulings (
        sequence INTEGER PRIMARY KEY, transfer TEXT NOT NULL, choice TEXT NOT NULL, people TEXT NOT NULL,
        reason TEXT NOT NULL, expires TEXT NOT NULL, taken TEXT NOT NULL, applied TEXT NOT NULL) STRICT""",
    """CREATE TABLE approvals (
        sha256 TEXT NOT NULL, party TEXT NOT NULL, choice TEXT NOT NULL, expires TEXT NOT NULL, transfer TEXT NOT NULL,
        PRIMARY KEY (sha256, party)) STRICT""",
    "CREATE TABLE sealed (sha256 TEXT PRIMARY KEY, transfer TEXT NOT NULL, at TEXT NOT NULL) STRICT",
    """CREATE TABLE stored (
        path BLOB PRIMARY KEY, root BLOB NOT NULL, device INTEGER NOT NULL, inode INTEGER NOT NULL,
        size INTEGER NOT NULL, changed INTEGER NOT NULL, state TEXT NOT NULL, tries INTEGER NOT NULL,
        problem TEXT NOT NULL, transfer TEXT NOT NULL, at TEXT NOT NULL) STRICT""",
    "CREATE INDEX stored_by_root ON stored (root)",
    "CREATE INDEX stored_to_retry ON stored (at) WHERE state = 'failed'",
    """CREATE TABLE records (
        id TEXT PRIMARY KEY, transfer TEXT NOT NULL, object TEXT NOT NULL, name BLOB NOT NULL, size INTEGER NOT NULL,
        level TEXT NOT NULL, account TEXT NOT NULL, path BLOB NOT NULL, retain TEXT NOT NULL, at TEXT NOT NULL,
        verified TEXT NOT NULL, sound INTEGER NOT NULL) STRICT""",
    "CREATE INDEX records_by_object ON records (object)",
    "CREATE INDEX records_by_name ON records (name)",
)
GATE = (
    # Files that WeChat made itself, as it left them; bound to the inode, so that a copy is a file like any other.
    """CREATE TABLE made (
        device INTEGER NOT NULL, inode INTEGER NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL,
        changed INTEGER NOT NULL, sha256 TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (device, inode)) STRICT""",
    "CREATE INDEX made_by_age ON made (at)",
)
LEFT = ("claimed", "inspected", "held", "blocked", "refused")
"""States in which something is left to do: few Sends are in them, however many there ever were."""
OPEN = f"state IN ({', '.join(repr(state) for state in LEFT)})"
"""As the index has it; SQLite uses it for a question that says the same word for word."""
FEWER_PAGES = (
    # Each index that a step changes is one more page to write for each file; most files leave these at once.
    "DROP INDEX sends_by_state",
    f"CREATE INDEX sends_open ON sends (state) WHERE {OPEN}",
    "DROP INDEX sends_by_path",
    "CREATE INDEX sends_placed ON sends (path) WHERE state IN ('ready', 'sealed', 'released')",
    "DROP INDEX transfers_by_sha256",
    "CREATE INDEX transfers_judged ON transfers (sha256) WHERE sha256 <> ''",
)
RESTS = (
    # Released files of whose pictures a part was not looked at yet, and what came of looking (dlp.journal.rests).
    """CREATE TABLE rests (
        transfer TEXT PRIMARY KEY REFERENCES transfers (id) ON DELETE CASCADE, sha256 TEXT NOT NULL,
        size INTEGER NOT NULL, object TEXT NOT NULL, state TEXT NOT NULL, tries INTEGER NOT NULL,
        problem TEXT NOT NULL, rules TEXT NOT NULL, at TEXT NOT NULL, changed TEXT NOT NULL) STRICT""",
    "CREATE INDEX rests_waiting ON rests (at) WHERE state = 'waiting'",
    "CREATE INDEX rests_by_sha256 ON rests (sha256)",
)
MIGRATIONS: tuple[tuple[str, ...], ...] = (FIRST, GATE, FEWER_PAGES, RESTS)
"""One entry per version; an entry that was shipped is never edited."""


class JournalError(DlpError):
    """The journal cannot be used; nothing may be moved without it, because nobody could say where a file is."""

    status = 3


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the tables to this version, in one transaction. Raises JournalError for a newer journal."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > len(MIGRATIONS):
            raise JournalError(
                Say(
                    "the journal has version {got}, this program knows up to {known}",
                    "日志库版本为 {got}，本程序最高支持 {known}",
                ).format(got=version, known=len(MIGRATIONS)),
                Say("install the newer program; nothing was changed", "请安装较新版本的程序；未做任何改动"),
            )
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
