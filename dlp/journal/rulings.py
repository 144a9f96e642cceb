"""Decisions that came down the link: taken once each, applied when their file can be moved."""

from __future__ import annotations

import json
from typing import Any

from dlp.clock import now
from dlp.journal.journal import Journal
from dlp.model import Choice, Ruling


def take(journal: Journal, ruling: Ruling) -> None:
    """Keep a ruling; the same sequence again changes nothing."""
    row = (ruling.sequence, ruling.transfer, ruling.choice.value, json.dumps(list(ruling.by), ensure_ascii=False))
    with journal.transaction() as database:
        database.run(
            "INSERT OR IGNORE INTO rulings VALUES (?, ?, ?, ?, ?, ?, ?, '')", *row, ruling.reason, ruling.expires, now()
        )


def last(journal: Journal) -> int:
    """Sequence of the last ruling that was taken; 0 before the first."""
    return int(journal.database.one("SELECT coalesce(max(sequence), 0) FROM rulings"))


def unapplied(journal: Journal) -> list[Ruling]:
    """Taken and not applied yet, oldest first."""
    return [_of(row) for row in journal.database.rows("SELECT * FROM rulings WHERE applied = '' ORDER BY sequence")]


def waits(journal: Journal, sequence: int) -> bool:
    """Whether it was taken and is not applied yet."""
    return journal.database.one("SELECT 1 FROM rulings WHERE sequence = ? AND applied = ''", sequence) is not None


def applied(journal: Journal, sequence: int) -> None:
    """What it wanted was done, or was not possible any more."""
    journal.database.run("UPDATE rulings SET applied = ? WHERE sequence = ?", now(), sequence)


def _of(row: Any) -> Ruling:  # noqa: ANN401 - a row of SQLite
    people = tuple(json.loads(row["people"]))
    return Ruling(row["sequence"], row["transfer"], Choice(row["choice"]), people, row["reason"], row["expires"])
