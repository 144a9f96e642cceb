"""What was seen in WeChat's stores, file by file, so that each is archived once and none is forgotten.

A file is known by its path and what changes when it does. The baseline of a store's first start is noted as
``baseline``: history is not archived. What failed is ``failed`` and stays on a list that people see until it succeeds.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from dlp.clock import now
from dlp.journal import Journal
from dlp.outbox.settled import Stamp

AT_ONCE = 2_000
"""Rows of the baseline written in one transaction."""


class Seen(StrEnum):
    """What became of a file in the store."""

    BASELINE = "baseline"
    ARCHIVED = "archived"
    OWN = "own"
    """Our own sent copy, recognised by its digest."""
    DUPLICATE = "duplicate"
    """Its content was archived before."""
    FAILED = "failed"
    """It could not be archived yet; it is tried again."""
    SWEPT = "swept"
    """History that a sweep judged and found clean."""
    REMOVED = "removed"
    """A secret file that was taken out of the store after it was sealed."""
    LOST = "lost"
    """It went away before it could be archived."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One file of a store as noted."""

    path: Path
    stamp: Stamp
    state: Seen
    tries: int = 0
    problem: str = ""
    transfer: str = ""
    at: str = ""


def known(journal: Journal, root: Path) -> bool:
    """Whether the baseline of a store was taken."""
    return journal.database.one("SELECT 1 FROM meta WHERE key = ?", _mark(root)) is not None


def begin(journal: Journal, root: Path, moment: int) -> None:
    """Write down, once, from which moment (nanoseconds of the system's clock) what comes into a store is archived."""
    with journal.transaction() as database:
        database.run("INSERT OR IGNORE INTO meta VALUES (?, ?)", _begin(root), str(moment))


def begun(journal: Journal, root: Path) -> int | None:
    """That moment; None where none was written down, and all that is there is history."""
    found = journal.database.one("SELECT value FROM meta WHERE key = ?", _begin(root))
    return None if found is None else int(found)


def _begin(root: Path) -> str:
    return "begun:" + os.fsencode(root).hex()


def _mark(root: Path) -> str:
    return "baseline:" + os.fsencode(root).hex()


def baseline(journal: Journal, root: Path, files: Iterable[tuple[Path, Stamp]]) -> int:
    """Note these as history; returns how many files that is. Interrupted, it is taken again."""
    count, rows = 0, iter(files)
    while chunk := [row for _, row in zip(range(AT_ONCE), rows, strict=False)]:
        with journal.transaction():
            for path, stamp in chunk:
                note(journal, root, Sighting(path, stamp, Seen.BASELINE))
        count += len(chunk)
    with journal.transaction() as database:
        database.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", _mark(root), now())
        journal.event("store.baseline", "agent", "", files=count)
    return count


def note(journal: Journal, root: Path, sighting: Sighting) -> None:
    """Write one file down, new or changed."""
    one, stamp = sighting, sighting.stamp
    place = (os.fsencode(one.path), os.fsencode(root))
    known_by = (_signed(stamp.device), _signed(stamp.inode), stamp.size, stamp.modified)
    rest = (one.state.value, one.tries, one.problem, one.transfer, now())
    marks = ", ".join("?" * 11)
    journal.database.run(f"INSERT OR REPLACE INTO stored VALUES ({marks})", *place, *known_by, *rest)  # noqa: S608 - marks


def look(journal: Journal, path: Path) -> Sighting | None:
    """What is noted of a path."""
    rows = journal.database.rows("SELECT * FROM stored WHERE path = ?", os.fsencode(path))
    return _of(rows[0]) if rows else None


def stamps(journal: Journal, root: Path) -> dict[bytes, tuple[int, int, int]]:
    """Inode, size and change time by path for all of a store; what a scan compares with."""
    asked = "SELECT path, inode, size, changed FROM stored WHERE root = ?"
    rows = journal.database.rows(asked, os.fsencode(root))
    return {row["path"]: (row["inode"], row["size"], row["changed"]) for row in rows}


def key(stamp: Stamp) -> tuple[int, int, int]:
    """A stamp as ``stamps`` has it."""
    return _signed(stamp.inode), stamp.size, stamp.modified


def failed(journal: Journal) -> Iterator[Sighting]:
    """The retry list, oldest first."""
    for row in journal.database.rows("SELECT * FROM stored WHERE state = 'failed' ORDER BY at"):
        yield _of(row)


def _of(row: Any) -> Sighting:  # noqa: ANN401 - a row of SQLite
    stamp = Stamp(row["device"], row["inode"], row["size"], row["changed"])
    rest = (row["tries"], row["problem"], row["transfer"], row["at"])
    return Sighting(Path(os.fsdecode(row["path"])), stamp, Seen(row["state"]), *rest)


def _signed(number: int) -> int:
    """Inodes of some file systems use all 64 bits; SQLite's integers have a sign."""
    return number - (1 << 64) if number >= 1 << 63 else number
