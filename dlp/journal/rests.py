"""What is still to be looked at in files that were released: a list that survives a kill, and what came of each.

A file with many pictures is decided within the time that its sender waits. What that left is noted here, and looked at
when nothing else waits (``dlp.agent.afterwards``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dlp.clock import now
from dlp.journal.journal import Journal


class Look(StrEnum):
    """How far the looking is."""

    WAITING = "waiting"
    CLEAN = "clean"
    """Looked at to its end; nothing was found that would have kept it."""
    FOUND = "found"
    """Something was found that would have kept it: an incident."""
    LEFT = "left"
    """A part stays unseen; ``problem`` says why."""


@dataclass(frozen=True, slots=True)
class Rest:
    """The unseen rest of one file."""

    transfer: str
    sha256: str
    """Of the bytes that were released; no others are looked at."""
    size: int
    object: str = ""
    """The sealed copy in the vault while it waits; empty: only where the file itself stands."""
    state: Look = Look.WAITING
    tries: int = 0
    problem: str = ""
    """Why it stays unseen, or why the last try failed; a word of ``dlp.custody.afterwards.Why``."""
    rules: str = ""
    """Digest of the packs by which it was looked at to its end."""
    at: str = ""
    changed: str = ""


def note(journal: Journal, rest: Rest) -> None:
    """Write one down, new or changed; inside the caller's transaction or as one by itself."""
    one = rest
    row = (one.transfer, one.sha256, one.size, one.object, one.state.value, one.tries, one.problem, one.rules)
    journal.database.run(
        "INSERT INTO rests VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (transfer) DO UPDATE SET "
        "sha256 = excluded.sha256, size = excluded.size, object = excluded.object, state = excluded.state, "
        "tries = excluded.tries, problem = excluded.problem, rules = excluded.rules, changed = excluded.changed",
        *(*row, one.at or now(), now()),
    )


def forget(journal: Journal, transfer: str) -> None:
    """Of a file that was not released after all."""
    journal.database.run("DELETE FROM rests WHERE transfer = ?", transfer)


def get(journal: Journal, transfer: str) -> Rest | None:
    """That of one file, if it has any."""
    rows = journal.database.rows("SELECT * FROM rests WHERE transfer = ?", transfer)
    return _of(rows[0]) if rows else None


def waiting(journal: Journal) -> list[Rest]:
    """All that wait, oldest first."""
    return [_of(row) for row in journal.database.rows("SELECT * FROM rests WHERE state = 'waiting' ORDER BY at")]


def in_state(journal: Journal, state: Look) -> list[Rest]:
    """All that came to this, oldest first."""
    return [_of(row) for row in journal.database.rows("SELECT * FROM rests WHERE state = ? ORDER BY at", state.value)]


def load(journal: Journal) -> tuple[int, int]:
    """How many wait, and the bytes of their copies in the vault before these were sealed."""
    asked = "SELECT count(*), coalesce(sum(size) FILTER (WHERE object <> ''), 0) FROM rests WHERE state = 'waiting'"
    count, size = journal.database.rows(asked)[0]
    return int(count), int(size)


def needs(journal: Journal, object_id: str) -> bool:
    """Whether one that waits needs this object of the vault."""
    asked = "SELECT 1 FROM rests WHERE state = 'waiting' AND object = ? LIMIT 1"
    return journal.database.one(asked, object_id) is not None


def known(journal: Journal, sha256: str) -> list[Rest]:
    """What looking at the same content came to before, newest first."""
    asked = "SELECT * FROM rests WHERE sha256 = ? AND state <> 'waiting' ORDER BY changed DESC"
    return [_of(row) for row in journal.database.rows(asked, sha256)]


def _of(row: Any) -> Rest:  # noqa: ANN401 - a row of SQLite
    raw: dict[str, Any] = dict(row)
    return Rest(**raw | {"state": Look(row["state"])})
