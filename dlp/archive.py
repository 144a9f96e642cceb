"""The designated storage for received files: sealed objects, and a Record for each content (regulation R5.10).

What is here is sealed to the epoch and the recovery key only: the machine that archived a file cannot open it again; a
person with the clearance does, through the office, which writes that down first.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dlp.clock import now
from dlp.errors import UsageError
from dlp.journal import Journal
from dlp.language import Say
from dlp.model import Recipients
from dlp.objects import Objects, StoredObject


@dataclass(frozen=True, slots=True)
class Record:
    """An archived received file."""

    id: str
    transfer: str
    object: str
    """sha256 of the content, and the object's name."""
    name: str
    size: int
    level: str
    account: str
    """The WeChat account that received it."""
    path: str
    """Where it lay in WeChat's store."""
    retain: str
    at: str
    verified: str = ""
    """When its object was last read again."""
    sound: bool = True


@dataclass(frozen=True, slots=True)
class Archive:
    """One archive."""

    folder: Path
    journal: Journal
    recipients: Callable[[], Recipients]

    @property
    def objects(self) -> Objects:
        """The sealed objects."""
        return Objects(self.folder / "objects")

    def store(self, descriptor: int, sha256: str) -> StoredObject:
        """Seal the content of an open file, durable and read again. Raises ChangedError, OSError, KeysError."""
        keys = self.recipients()
        return self.objects.put(descriptor, [keys.epoch, keys.recovery], sha256)

    def of_content(self, sha256: str) -> Record | None:
        """The Record of a content, if it was archived before."""
        return next(iter(self._records("object = ? ORDER BY id LIMIT 1", sha256)), None)

    def write(self, record: Record) -> None:
        """A new Record; inside the caller's transaction."""
        one = record
        what = (one.id, one.transfer, one.object, os.fsencode(one.name), one.size, one.level, one.account)
        rest = (os.fsencode(one.path), one.retain, one.at, one.verified, int(one.sound))
        marks = ", ".join("?" * 12)
        self.journal.database.run(f"INSERT INTO records VALUES ({marks})", *what, *rest)  # noqa: S608 - marks only

    def search(self, what: str = "") -> list[Record]:
        """All Records, newest first; only those whose name, id or sha256 fits where something is asked for."""
        if not what:
            return list(self._records("1 ORDER BY id DESC"))
        part = "%" + what.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        fits = "CAST(name AS TEXT) LIKE ? ESCAPE '\\' OR id = upper(?) OR object = lower(?) ORDER BY id DESC"
        return list(self._records(fits, part, what, what))

    def find(self, what: str) -> Record:
        """The one Record that fits. Raises UsageError where none or several do."""
        found = self.search(what)
        if len(found) == 1:
            return found[0]
        raise UsageError(
            Say("{count} records fit {what}, expected one", "有 {count} 条归档记录符合 {what}，应为一条").format(
                count=len(found), what=what
            ),
            Say("name the record by its id (dlp archive list)", "请用记录编号指定（dlp archive list）"),
        )

    def verify(self, record: Record) -> bool:
        """Read the object again, and note whether it is what was stored. An object that is gone is not sound."""
        try:
            sound = self.objects.verify(record.object)
        except FileNotFoundError:
            sound = False
        with self.journal.transaction() as database:
            at = now()
            database.run("UPDATE records SET verified = ?, sound = ? WHERE id = ?", at, int(sound), record.id)
            self.journal.report("verified", {"record": record.id, "sound": sound, "at": at})
            if not sound:
                self.journal.event("record.unsound", "agent", record.id)
        return sound

    def due(self, moment: str) -> list[Record]:
        """Records whose date was before this moment, oldest first; those without a date never are."""
        return list(self._records("retain <> '' AND retain < ? ORDER BY retain", moment))

    def prune(self, record: Record) -> None:
        """Forget a Record, and remove its object. The office is told; the event stays for ever. Raises OSError."""
        with self.journal.transaction() as database:
            database.run("DELETE FROM records WHERE id = ?", record.id)
            self.journal.report("pruned", {"record": record.id, "at": now()})
            self.journal.event("record.pruned", "agent", record.id, level=record.level)
        # After the journal: a kill in between leaves an object that verify and the next prune know to be nobody's.
        if self.of_content(record.object) is None:
            self.objects.remove(record.object)

    def orphans(self) -> list[str]:
        """Objects that no Record needs: a kill came between storing one and writing it down, or while pruning."""
        return [object_id for object_id in self.objects.all() if self.of_content(object_id) is None]

    def sealed_path(self, record: Record) -> Path:
        """The sealed object, which opens through the office."""
        return self.objects.path(record.object)

    def _records(self, where: str, *values: object) -> Iterator[Record]:
        for row in self.journal.database.rows(f"SELECT * FROM records WHERE {where}", *values):  # noqa: S608 - constants
            raw = dict(row)
            raw |= {"name": os.fsdecode(raw["name"]), "path": os.fsdecode(raw["path"]), "sound": bool(raw["sound"])}
            yield Record(**raw)


def relabel(journal: Journal, transfer: str, level: str) -> None:
    """The level of an archived file turned out to be another; inside the caller's transaction."""
    journal.database.run("UPDATE records SET level = ? WHERE transfer = ?", level, transfer)
