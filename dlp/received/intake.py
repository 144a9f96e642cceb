"""One received file, from WeChat's store into the archive. The store is only read; nothing in it is changed."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from classifiers.model import GapReason, Level
from dlp import ulid
from dlp.archive import Archive, Record
from dlp.clock import now
from dlp.custody import Ground, afterwards, reports
from dlp.custody import send as sends
from dlp.custody.faults import Point, Reach, go_on
from dlp.custody.send import Kind, Send, Transfer
from dlp.files import ChangedError, opened_inside
from dlp.inspect import Context, inspect
from dlp.journal import Journal, rests
from dlp.journal.rests import Rest
from dlp.language import Say
from dlp.model import Because, Direction, Origin, State, Verdict
from dlp.objects import StoredObject
from dlp.outbox.settled import Stamp
from dlp.received import ledger
from dlp.received.ledger import Seen, Sighting
from dlp.received.places import Store
from dlp.received.readable import Readable, readable
from dlp.verdict_words import to_report

WATCHED = Level.SENSITIVE
"""From this level on a file in WeChat's store is an incident: it came, or went, unsealed (R5.8, R5.9)."""
PROGRAM = "WeChat"
_SAID = Say(
    "It lies in WeChat's own store and did not pass the outbox: it was received unsealed, or sent past the outbox.",
    "该文件位于微信自己的存储目录，未经过外发文件夹：可能是未加密接收，或绕过外发文件夹发送。",
)
BYPASS = Because("bypass", "微信使用保密管理制度 五·1、五·2", _SAID.en, _SAID.zh)


@dataclass(frozen=True, slots=True)
class Found:
    """One file of a store, as far as it was read."""

    store: Store
    path: Path
    stamp: Stamp
    content: Readable


@dataclass(frozen=True, slots=True)
class Intake:
    """What received files are judged and kept with."""

    journal: Journal
    archive: Archive
    context: Callable[[], Context]
    person: Callable[[Store], str]
    """Whose account a store is."""
    reach: Reach = go_on
    ground: Ground | None = None
    """Where a copy waits of what is still to be looked at; None: whoever judges has taken all the time there is."""

    def take(self, store: Store, path: Path) -> Sighting:
        """Judge and archive one file; what was noted of it.

        Raises ChangedError while it is still changing, OSError and KeysError when it cannot be kept now: try again.
        """
        with opened_inside(store.root, path.relative_to(store.root).as_posix()) as descriptor:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise IsADirectoryError(f"expected a regular file, got mode {status.st_mode:o}")
            with readable(descriptor, path) as content:
                return self._judged(Found(store, path, Stamp.of(status), content))

    def judge(self, found: Found) -> Verdict:
        """What it is, and what policy says of it. Raises ChangedError while it is still changing."""
        origin = Origin(self.person(found.store), PROGRAM, Direction.RECEIVED)
        verdict = inspect(found.content.descriptor, found.content.name, origin, self.context())
        if any(gap.reason is GapReason.CHANGED for gap in verdict.classification.gaps):
            raise ChangedError("the file changed while it was judged")
        return verdict

    def _judged(self, found: Found) -> Sighting:
        verdict = self.judge(found)
        sha256 = verdict.document.sha256
        if self._own(sha256):
            return self._noted(found, Sighting(found.path, found.stamp, Seen.OWN))
        before = self.archive.of_content(sha256)
        if before is not None and self.archive.objects.path(sha256).exists():
            return self._noted(found, Sighting(found.path, found.stamp, Seen.DUPLICATE, transfer=before.transfer))
        stored = self.archive.store(found.content.descriptor, sha256)
        self.reach(Point.RECEIVED_STORED)
        return self._record(found, verdict, stored)

    def _own(self, sha256: str) -> bool:
        """Whether this machine let it be sent: WeChat keeps a copy of what it sends in the same folders."""
        asked = (
            "SELECT 1 FROM transfers JOIN sends ON sends.id = transfers.send WHERE transfers.sha256 = ? "
            "AND transfers.sha256 <> '' "
            "AND sends.direction = 'outgoing' AND sends.state IN ('ready', 'released') LIMIT 1"
        )
        return self.journal.sealed_here(sha256) or self.journal.database.one(asked, sha256) is not None

    def _noted(self, found: Found, sighting: Sighting) -> Sighting:
        with self.journal.transaction():
            ledger.note(self.journal, found.store.root, sighting)
        return sighting

    def _record(self, found: Found, verdict: Verdict, stored: StoredObject) -> Sighting:
        """Everything about it in one transaction: after a kill it is all there, or the file is taken again."""
        rest = self._rest(found, verdict)
        origin = Origin(self.person(found.store), PROGRAM, Direction.RECEIVED)
        with self.journal.transaction():
            send = sends.new(self.journal, Kind.FILE, found.content.name, origin, found.store.root)
            path = self.archive.objects.path(stored.id)
            send = replace(send, state=State.ARCHIVED, path=path, detail=found.content.detail)
            sends.insert(self.journal, send)
            member = _member(send, found, verdict)
            sends.keep_member(self.journal, member)
            sighting = Sighting(found.path, found.stamp, Seen.ARCHIVED, transfer=member.id)
            ledger.note(self.journal, found.store.root, sighting)
            self._tell(found, send, member, stored)
            if rest is not None:
                rests.note(self.journal, replace(rest, transfer=member.id))
                told = afterwards.noted(replace(rest, transfer=member.id))
                self.journal.append([(told.kind, told.who, told.subject, told.body)])
        if rest is not None and self.ground is not None:
            self.ground.rested.set()
        self.reach(Point.RECEIVED_NOTED)
        return sighting

    def _rest(self, found: Found, verdict: Verdict) -> Rest | None:
        """What is still to be looked at in its pictures; the archive does not open for this machine, a copy does."""
        if self.ground is None or not afterwards.wanted(self.journal, verdict):
            return None
        document = verdict.document
        return afterwards.rest_of(self.ground, Rest("", document.sha256, document.size), found.content.descriptor)

    def _tell(self, found: Found, send: Send, member: Transfer, stored: StoredObject) -> None:
        what = (ulid.new(), member.id, stored.id, found.content.name, member.size, member.level)
        days = self.context().policy.keeping.days(Level.of(member.level))
        record = Record(*what, found.store.account, str(found.path), _until(days), now())
        if self.archive.of_content(stored.id) is None:
            self.archive.write(record)
            self.journal.report("record", _body(record, stored))
        for kind, told in reports.transfers(send, [member], State.ARCHIVED):
            self.journal.report(kind, told)
        self.journal.event("record.archived", send.origin.person, record.id, transfer=member.id, level=member.level)


def _member(send: Send, found: Found, verdict: Verdict) -> Transfer:
    watched = verdict.level >= WATCHED
    if watched:
        # Nothing was kept back that could be returned or released: it has come, or gone; a copy is in the archive.
        options = afterwards.ending(verdict.options)
        verdict = replace(verdict, because=(BYPASS, *verdict.because), options=options)
    return Transfer(
        ulid.new(),
        send.id,
        0,
        send.number,
        found.content.name,
        found.stamp.modified,
        verdict.document.size,
        verdict.document.sha256,
        verdict.level.id,
        verdict.action.value,
        json.dumps(to_report(verdict) | {"incident": watched}, ensure_ascii=True),
    )


def _until(days: int | None) -> str:
    """The date until which a Record is kept; empty: without end."""
    if days is None:
        return ""
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _body(record: Record, stored: StoredObject) -> dict[str, object]:
    """A ``record`` report (dlp.office.bodies)."""
    return {
        "record": record.id,
        "transfer": record.transfer,
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
