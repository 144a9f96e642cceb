"""A Send and its Transfers as the journal keeps them: what was handed over at once, and each file in it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from dlp import ulid
from dlp.clock import now
from dlp.errors import UsageError
from dlp.journal import Journal, rests
from dlp.journal.schema import LEFT, OPEN
from dlp.language import Say
from dlp.model import Action, Choice, Direction, Origin, State
from dlp.naming import SEALED

OVER = frozenset({State.READY, State.SEALED, State.RELEASED, State.RETURNED, State.ARCHIVED, State.REFUSED})
"""States in which nothing is left to be decided."""
KEPT = frozenset({State.HELD, State.BLOCKED})
UNSETTLED = frozenset({State.CLAIMED, State.INSPECTED})


class Kind(StrEnum):
    """What was handed over at once."""

    FILE = "file"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class Transfer:
    """One file of a Send."""

    id: str
    send: str
    position: int
    number: str
    name: str
    """Path within the Send, with "/" between folders; for a single file its name."""
    modified: int = 0
    """Nanoseconds since 1970; a file that is given back has the time it had."""
    size: int = 0
    sha256: str = ""
    level: str = ""
    action: str = ""
    verdict: str = ""
    """The verdict's part of the report, as JSON; empty before it was judged."""
    choice: str = ""
    """What a reviewer decided about it."""
    object: str = ""
    """The sealed object in the vault while it is kept."""

    @property
    def judged(self) -> dict[str, Any]:
        """The verdict's part of the report."""
        found: dict[str, Any] = json.loads(self.verdict) if self.verdict else {}
        return found

    @property
    def bad(self) -> bool:
        """Whether a person must decide about this file, not only about the Send that it is in."""
        return self.action in (Action.HOLD, Action.BLOCK)


@dataclass(frozen=True, slots=True)
class Send:
    """One file or folder that was handed over; its files share one fate."""

    id: str
    number: str
    kind: Kind
    name: str
    origin: Origin
    outbox: Path
    state: State = State.CLAIMED
    path: Path | None = None
    """Where it stands now; while it is kept, none: the vault has it."""
    original: Path | None = None
    """Where the original of a sealed one stands."""
    receipt: Path | None = None
    folders: tuple[str, ...] = ()
    """Folders in it, also empty ones, so that a folder comes back as it was."""
    detail: str = ""
    at: str = ""
    changed: str = ""


def new(journal: Journal, kind: Kind, name: str, origin: Origin, outbox: Path) -> Send:
    """A Send that the journal does not have yet; its number is taken."""
    at = now()
    return Send(ulid.new(), journal.next_number(), kind, name, origin, outbox, at=at, changed=at)


def insert(journal: Journal, send: Send) -> None:
    """A new row."""
    origin = send.origin
    who = (origin.person, origin.program, origin.direction.value, origin.group)
    paths = (os.fsencode(path or "") for path in (send.path, send.original, send.receipt))
    rest = (json.dumps(send.folders), send.detail, send.at, send.changed)
    journal.database.run(
        f"INSERT INTO sends VALUES ({', '.join('?' * 17)})",  # noqa: S608 - question marks only
        *(send.id, send.number, send.kind.value, os.fsencode(send.name), *who),
        *(os.fsencode(send.outbox), send.state.value, *paths, *rest),
    )


def update(journal: Journal, send: Send, **changes: object) -> Send:
    """Write changed fields of a Send; returns it as it is now."""
    changed = replace(send, **changes, changed=now())  # type: ignore[arg-type]  # the callers name real fields
    paths = (os.fsencode(path or "") for path in (changed.path, changed.original, changed.receipt))
    journal.database.run(
        "UPDATE sends SET state = ?, path = ?, original = ?, receipt = ?, folders = ?, detail = ?, changed = ? "
        "WHERE id = ?",
        *(changed.state.value, *paths, json.dumps(changed.folders), changed.detail, changed.changed, changed.id),
    )
    return changed


def remove(journal: Journal, send: Send) -> None:
    """Forget a Send that was never taken over after all."""
    journal.database.run("DELETE FROM sends WHERE id = ?", send.id)


def members_of(journal: Journal, send: str) -> list[Transfer]:
    """The files of a Send, in order."""
    rows = journal.database.rows("SELECT * FROM transfers WHERE send = ? ORDER BY position", send)
    return [transfer_of(row) for row in rows]


def members_with_objects(journal: Journal, send: str) -> list[Transfer]:
    """Those of its files that still need an object of the vault."""
    rows = journal.database.rows("SELECT * FROM transfers WHERE send = ? AND object <> ''", send)
    return [transfer_of(row) for row in rows]


def keep_member(journal: Journal, transfer: Transfer) -> None:
    """Write one file's row, new or changed."""
    one = transfer
    row = (one.id, one.send, one.position, one.number, os.fsencode(one.name), one.modified, one.size, one.sha256)
    journal.database.run(
        "INSERT INTO transfers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
        "size = excluded.size, sha256 = excluded.sha256, level = excluded.level, action = excluded.action, "
        "verdict = excluded.verdict, choice = excluded.choice, object = excluded.object",
        *(*row, one.level, one.action, one.verdict, one.choice, one.object),
    )


def get(journal: Journal, send: str) -> Send:
    """By id. Raises KeyError where there is none."""
    rows = journal.database.rows("SELECT * FROM sends WHERE id = ?", send)
    if not rows:
        raise KeyError(send)
    return send_of(rows[0])


def at_path(journal: Journal, path: Path) -> Send | None:
    """The latest Send whose outcome was put there."""
    asked = "SELECT * FROM sends WHERE path = ? AND state IN ('ready', 'sealed', 'released') ORDER BY id DESC LIMIT 1"
    rows = journal.database.rows(asked, os.fsencode(path))
    return send_of(rows[0]) if rows else None


def placed_in(journal: Journal, folder: Path) -> dict[str, tuple[str, Kind, int]]:
    """What was put into a folder: by path the latest Send there, its kind, and the time that a single file has."""
    beginning = os.fsencode(folder) + b"/"
    asked = (
        "SELECT sends.id, sends.kind, sends.path, max(transfers.modified) AS modified FROM sends "
        "JOIN transfers ON transfers.send = sends.id WHERE sends.path >= ? AND sends.path < ? "
        "AND sends.state IN ('ready', 'sealed', 'released') GROUP BY sends.id ORDER BY sends.id"
    )
    rows = journal.database.rows(asked, beginning, beginning[:-1] + b"0")
    return {os.fsdecode(row["path"]): (row["id"], Kind(row["kind"]), row["modified"]) for row in rows}


def transfer_with(journal: Journal, transfer: str) -> Transfer | None:
    """One file by the id of its transfer."""
    rows = journal.database.rows("SELECT * FROM transfers WHERE id = ?", transfer)
    return transfer_of(rows[0]) if rows else None


def of_transfer(journal: Journal, transfer: str) -> Send | None:
    """The Send of a transfer that this machine has."""
    asked = "SELECT sends.* FROM sends JOIN transfers ON transfers.send = sends.id WHERE transfers.id = ?"
    rows = journal.database.rows(asked, transfer)
    return send_of(rows[0]) if rows else None


def known(journal: Journal, send: str) -> bool:
    """Whether the journal has a Send of this id."""
    return journal.database.one("SELECT 1 FROM sends WHERE id = ?", send) is not None


def with_objects(journal: Journal) -> list[Send]:
    """Sends that still need objects of the vault."""
    asked = "SELECT * FROM sends WHERE id IN (SELECT send FROM transfers WHERE object <> '') ORDER BY id"
    return [send_of(row) for row in journal.database.rows(asked)]


def needed(journal: Journal, object_id: str) -> bool:
    """Whether any Send still needs this object of the vault, or what is still to be looked at."""
    kept = journal.database.one("SELECT 1 FROM transfers WHERE object = ? LIMIT 1", object_id) is not None
    return kept or rests.needs(journal, object_id)


def in_states(journal: Journal, *states: State) -> list[Send]:
    """All in one of these states, oldest first."""
    return [send_of(row) for row in journal.database.rows(_in_states("*", states), *states)]


def ids_in_states(journal: Journal, *states: State) -> list[str]:
    """The same, ids only: thousands of them are told in no time."""
    return [row["id"] for row in journal.database.rows(_in_states("id", states), *states)]


def _in_states(columns: str, states: tuple[State, ...]) -> str:
    marks = ", ".join("?" for _ in states)
    left = f"{OPEN} AND " if set(states) <= set(LEFT) else ""
    return f"SELECT {columns} FROM sends WHERE {left}state IN ({marks}) ORDER BY id"  # noqa: S608 - question marks


def by_number(journal: Journal, number: str) -> Send:
    """By the short number that people type, also that of one file in it. Raises UsageError where there is none."""
    asked = "SELECT * FROM sends WHERE number = upper(?) OR id IN (SELECT send FROM transfers WHERE number = upper(?))"
    text = os.fsencode(number.strip()).decode("utf-8", "replace")
    rows = journal.database.rows(asked, text, text)
    if not rows:
        raise no_such_number(number)
    return send_of(rows[0])


_SEALED = os.fsencode(SEALED)


def no_such_number(number: str) -> UsageError:
    """What is said of a number that nobody has, and of one that the person may not see."""
    return UsageError(
        Say("there is no transfer {number} on this machine", "本机没有编号为 {number} 的记录").format(number=number),
        Say("the number stands on the receipt, such as A-1042", "编号见回执，例如 A-1042"),
    )


def alike(journal: Journal, what: str) -> list[Send]:
    """By name, number or sha256, of the whole or of a file in it, or by what its sealed copy is called; newest first.

    Where there is none, by the name that a file has in a folder of a dropped folder.
    """
    name = os.fsencode(what)
    text = name.decode("utf-8", "replace")
    names = [name, *([name.removesuffix(_SEALED)] if name.endswith(_SEALED) else [])]
    inner = "SELECT send FROM transfers WHERE name = ? OR number = upper(?) OR sha256 <> '' AND sha256 = lower(?)"
    asked = f"SELECT * FROM sends WHERE name = ? OR number = upper(?) OR id IN ({inner}) ORDER BY id DESC"  # noqa: S608
    for one in names:
        if rows := journal.database.rows(asked, one, text, one, text, text):
            return [send_of(row) for row in rows]
    # No index has the end of a name: every file is looked at, and only where nothing else was found.
    ending = "SELECT send FROM transfers WHERE substr(name, -length(?1)) = ?1 OR substr(name, -length(?2)) = ?2"
    asked = f"SELECT * FROM sends WHERE id IN ({ending}) ORDER BY id DESC"  # noqa: S608
    return [send_of(row) for row in journal.database.rows(asked, b"/" + names[0], b"/" + names[-1])]


def send_of(row: Any) -> Send:  # noqa: ANN401 - a row of SQLite
    """A row as a Send."""
    origin = Origin(row["person"], row["program"], Direction(row["direction"]), row["party"])
    path, original, receipt = (_path(row[name]) for name in ("path", "original", "receipt"))
    named = (os.fsdecode(row["name"]), origin, Path(os.fsdecode(row["outbox"])), State(row["state"]))
    folders = tuple(json.loads(row["folders"])) if row["folders"] != "[]" else ()
    rest = (row["detail"], row["at"], row["changed"])
    return Send(row["id"], row["number"], Kind(row["kind"]), *named, path, original, receipt, folders, *rest)


def transfer_of(row: Any) -> Transfer:  # noqa: ANN401 - a row of SQLite
    """A row as a Transfer."""
    raw: dict[str, Any] = dict(row)
    raw["name"] = os.fsdecode(row["name"])
    return Transfer(**raw)


def _path(stored: bytes) -> Path | None:
    return Path(os.fsdecode(stored)) if stored else None


def choice_of(transfer: Transfer) -> Choice | None:
    """What a reviewer decided about it, if anything yet."""
    return Choice(transfer.choice) if transfer.choice else None
