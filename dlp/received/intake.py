"""One received file, from WeChat's store into the archive. The store is only read; nothing in it is changed."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from classifiers.model import GapReason, Level
from dlp import ulid
from dlp.archive import Archive, Record
from dlp.clock import now
from dlp.custody import reports
from dlp.custody import send as sends
from dlp.custody.faults import Point, Reach, go_on
from dlp.custody.send import Kind, Send, Transfer
from dlp.files import ChangedError, opened_inside
from dlp.inspect import Context, inspect
from dlp.journal import Journal
from dlp.model import Direction, Origin, State, Verdict
from dlp.objects import StoredObject
from dlp.outbox.settled import Stamp
from dlp.received import ledger
from dlp.received.ledger import Seen, Sighting
from dlp.received.places import Store
from dlp.verdict_words import to_report

WATCHED = Level.SENSITIVE
"""From this level on a file in WeChat's store is an incident: it came, or went, unsealed (R5.8, R5.9)."""
PROGRAM = "WeChat"


@dataclass(frozen=True, slots=True)
class Intake:
    """What received files are judged and kept with."""

    journal: Journal
    archive: Archive
    context: Callable[[], Context]
    person: str
    reach: Reach = go_on

    def take(self, store: Store, path: Path) -> Sighting:
        """Judge and archive one file; what was noted of it.

        Raises ChangedError while it is still changing, OSError and KeysError when it cannot be kept now: try again.
        """
        with opened_inside(store.root, path.relative_to(store.root).as_posix()) as descriptor:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise IsADirectoryError(f"expected a regular file, got mode {status.st_mode:o}")
            return self._judged(store, path, descriptor, Stamp.of(status))

    def _judged(self, store: Store, path: Path, descriptor: int, stamp: Stamp) -> Sighting:
        origin = Origin(self.person, PROGRAM, Direction.RECEIVED)
        verdict = inspect(descriptor, path.name, origin, self.context())
        if any(gap.reason is GapReason.CHANGED for gap in verdict.classification.gaps):
            raise ChangedError("the file changed while it was judged")
        sha256 = verdict.document.sha256
        if self._own(sha256):
            return self._noted(store, Sighting(path, stamp, Seen.OWN))
        before = self.archive.of_content(sha256)
        if before is not None and self.archive.objects.path(sha256).exists():
            return self._noted(store, Sighting(path, stamp, Seen.DUPLICATE, transfer=before.transfer))
        stored = self.archive.store(descriptor, sha256)
        self.reach(Point.RECEIVED_STORED)
        return self._record(store, path, stamp, verdict, stored)

    def _own(self, sha256: str) -> bool:
        """Whether this machine let it be sent: WeChat keeps a copy of what it sends in the same folders."""
        asked = (
            "SELECT 1 FROM transfers JOIN sends ON sends.id = transfers.send WHERE transfers.sha256 = ? "
            "AND sends.direction = 'outgoing' AND sends.state IN ('ready', 'released') LIMIT 1"
        )
        return self.journal.sealed_here(sha256) or self.journal.database.one(asked, sha256) is not None

    def _noted(self, store: Store, sighting: Sighting) -> Sighting:
        with self.journal.transaction():
            ledger.note(self.journal, store.root, sighting)
        return sighting

    def _record(self, store: Store, path: Path, stamp: Stamp, verdict: Verdict, stored: StoredObject) -> Sighting:
        document = verdict.document
        with self.journal.transaction():
            origin = Origin(self.person, PROGRAM, Direction.RECEIVED)
            send = sends.new(self.journal, Kind.FILE, path.name, origin, store.root)
            send = replace(send, state=State.ARCHIVED, path=self.archive.objects.path(stored.id))
            member = Transfer(ulid.new(), send.id, 0, send.number, path.name, stamp.modified, document.size)
            judged = to_report(verdict) | {"incident": verdict.level >= WATCHED}
            member = replace(
                member,
                sha256=document.sha256,
                level=verdict.level.id,
                action=verdict.action.value,
                verdict=json.dumps(judged, ensure_ascii=True),
            )
            sends.insert(self.journal, send)
            sends.keep_member(self.journal, member)
            sighting = Sighting(path, stamp, Seen.ARCHIVED, transfer=member.id)
            ledger.note(self.journal, store.root, sighting)
            self._tell(store, path, send, member, stored)
        self.reach(Point.RECEIVED_NOTED)
        return sighting

    def _tell(self, store: Store, path: Path, send: Send, member: Transfer, stored: StoredObject) -> None:
        record = Record(
            ulid.new(),
            member.id,
            stored.id,
            path.name,
            member.size,
            member.level,
            store.account,
            str(path),
            retain="",
            at=now(),
        )
        if self.archive.of_content(stored.id) is None:
            self.archive.write(record)
            body = {
                "record": record.id,
                "transfer": member.id,
                "object": record.object,
                "header_digest": stored.header_digest,
                "file_id": stored.file_id,
                "sha256": record.object,
                "name": record.name,
                "size": record.size,
                "level": record.level,
                "account": record.account,
                "path_digest": "",
                "retain_until": record.retain,
                "at": record.at,
            }
            self.journal.report("record", body)
        for kind, told in reports.transfers(send, [member], State.ARCHIVED):
            self.journal.report(kind, told)
        self.journal.event("record.archived", self.person, record.id, transfer=member.id, level=member.level)
