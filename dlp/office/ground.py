"""What every room of the office stands on: the store, the keystore, the clock, and writing with events."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy.orm import Session

from classifiers.model import Level
from dlp.office import chain
from dlp.office.refusals import no_right
from dlp.office.rights import Role
from dlp.office.store.database import Store
from dlp.office.store.tables import AccountRow, ChainRow, OrganisationRow


class Actor(Protocol):
    """An account as far as acting is concerned (``dlp.office.people.Account``)."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def roles(self) -> frozenset[Role]:
        """Its roles as the caller knows them."""
        ...

    @property
    def clearance(self) -> Level:
        """Its clearance as the caller knows it."""
        ...


class KeystoreLike(Protocol):
    """What the office asks of the keystore (``keys.keystore.Keystore`` is one)."""

    @property
    def revision(self) -> int:
        """Rises with every change of the keys."""
        ...

    @property
    def verify_key(self) -> bytes:
        """The public half of the signing key (Ed25519, 32 bytes)."""
        ...

    def epoch_recipient(self) -> str:
        """The current epoch key's public half, age1…."""
        ...

    def recovery_recipient(self) -> str:
        """The recovery key's public half, age1…."""
        ...

    def unwrap(self, header: bytes) -> bytes:
        """The file key of a sealed file, from its header."""
        ...

    def sign(self, content: bytes) -> bytes:
        """A signature with the office's signing key, the same for the same message (Ed25519)."""
        ...


def utc_now() -> datetime:
    """Now."""
    return datetime.now(UTC)


def moment(when: datetime) -> str:
    """A time as it is stored: UTC, fixed width, so that text order is time order."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_moment(text: str) -> str:
    """Any ISO 8601 time with a zone in the stored form; ValueError otherwise."""
    when = datetime.fromisoformat(text)
    if when.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment(when)


@dataclass(frozen=True, slots=True)
class Writing:
    """One change: its session, its time, and the events that go with it into the same transaction."""

    session: Session
    at: str
    organisation: str
    chain_row: ChainRow
    name_key: bytes

    def note(self, kind: str, actor: str, subject: str = "", **body: object) -> None:
        """Append one event; it is durable exactly when the change is."""
        line = chain.Line(kind, actor, subject, self.at, body)
        self.session.add(chain.append(self.chain_row, line))

    def name_digest(self, name: str) -> str:
        """A file name as events may hold it."""
        return hmac.new(self.name_key, name.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Ground:
    """The store, the keystore, the clock and the organisation."""

    store: Store
    keystore: KeystoreLike
    clock: Callable[[], datetime]
    organisation: str
    decided: threading.Condition = field(default_factory=threading.Condition)
    """Notified after each new ruling, for agents that wait for one."""
    closing: threading.Event = field(default_factory=threading.Event)
    """Set when the office closes; nobody waits any longer."""

    def now(self, plus: timedelta = timedelta()) -> str:
        """Now, or a time from now, as stored."""
        return moment(self.clock() + plus)

    def reading(self) -> AbstractContextManager[Session]:
        """A session that changes nothing."""
        return self.store.reading()

    @contextmanager
    def writing(self, by: Actor | None = None) -> Iterator[Writing]:
        """One change with its events. The lock on the chain's end puts writers, also of other processes, in a row.

        ``by`` is looked at again inside the transaction: Refused where that account was disabled, or its roles or
        clearance were changed, since the caller read it.
        """
        with self.store.writing() as session:
            end = session.get_one(ChainRow, (self.organisation, ""), with_for_update=True)
            name_key = session.get_one(OrganisationRow, self.organisation).name_key
            if by is not None:
                _still(session, by)
            yield Writing(session, self.now(), self.organisation, end, bytes.fromhex(name_key))


def _still(session: Session, by: Actor) -> None:
    row = session.get(AccountRow, by.id)
    if row is None or row.state != "active" or {*row.roles} != {*by.roles} or row.clearance != by.clearance.id:
        raise no_right()
