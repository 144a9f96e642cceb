"""The office with its people, a machine and a clock, for the tests of this folder."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from classifiers.model import Level
from dlp import ulid
from dlp.model import Report
from dlp.office import Account, Machine, Office, Role, first_start
from keys import age
from keys.keystore import Keystore

PASSWORD = "kupferne lampe tanzt quer 七里"


@dataclass
class Clock:
    """A clock that the test moves."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class World:
    """The office with its first people, signed in, and one machine."""

    office: Office
    clock: Clock
    url: str
    keystore: Keystore
    people: dict[str, Account]
    machine: Machine
    token: str

    def __getattr__(self, name: str) -> Account:
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None

    def person(self, name: str, *roles: Role, clearance: Level = Level.SENSITIVE) -> Account:
        invited = self.office.accounts.create(self.sysadmin, name)
        self.office.accounts.redeem(invited.token, PASSWORD)
        self.people[name] = self.office.accounts.grant(
            self.secadmin, invited.account.id, roles or (Role.USER,), clearance
        )
        return self.people[name]

    def again(self, name: str) -> Account:
        self.people[name] = self.office.accounts.get(self.people[name].id)
        return self.people[name]

    def tell(self, kind: str, **body: object) -> Report:
        report = Report(ulid.new(), kind, self.office.ground.now(), body)
        assert self.office.intake.take(self.machine, report).accepted
        return report

    def held(self, **change: object) -> str:
        """A held transfer's incident id."""
        body = transfer_body(at=self.office.ground.now(), **change)
        self.tell("transfer", **body)
        return self.office.transfers.show(self.secadmin, str(body["transfer"])).incident

    def sealed(self, content: bytes = b"customers", **change: object) -> bytes:
        """Seal and register; the header."""
        target = io.BytesIO()
        made = age.seal(
            io.BytesIO(content), target, [self.keystore.epoch_recipient(), self.keystore.recovery_recipient()]
        )
        self.tell("sealed", **sealed_body(made.digest, content, **change))
        return made.header


def transfer_body(**change: object) -> dict[str, object]:
    body: dict[str, object] = {
        "transfer": ulid.new(),
        "number": "A-1042",
        "send": ulid.new(),
        "name": "客户名单.xlsx",
        "size": 12,
        "sha256": "ab" * 32,
        "type": "text/plain",
        "direction": "outgoing",
        "group": "",
        "person": "sender",
        "program": "outbox",
        "state": "held",
        "level": "secret",
        "action": "hold",
        "complete": True,
        "findings": [
            {"rule": "cn.mark.star", "level": "secret", "category": "state_secret", "score": 97, "masked": "机密★**"}
        ],
        "gaps": [{"kind": "unreadable", "reason": "encrypted", "where_en": "a.zip"}],
        "because": [{"rule": "state-secret", "clause": "R5.9", "text_en": "never", "text_zh": "不得"}],
        "options": [
            {"choice": "false_positive", "people": 2, "reason": True},
            {"choice": "return", "people": 1, "reason": False},
            {"choice": "keep", "people": 1, "reason": True},
        ],
        "policy": "p",
        "rules": "r",
        "at": "2026-11-24T11:00:00.000000Z",
        "incident": True,
    }
    return {**body, **change}


def sealed_body(digest: str, content: bytes, **change: object) -> dict[str, object]:
    body: dict[str, object] = {
        "file_id": "0f" * 16,
        "header_digest": digest,
        "sha256": hashlib.sha256(content).hexdigest(),
        "sealed_sha256": "cd" * 32,
        "size": len(content),
        "name": "客户名单.xlsx",
        "level": "sensitive",
        "group": "",
        "sender": "sender",
        "transfer": ulid.new(),
    }
    return {**body, **change}


def made(url: str, keystore: Keystore) -> World:
    clock = Clock()
    office = Office.open(url, keystore, clock)
    started = first_start.set_up(office, "某单位")
    people = {}
    for link in started.links:
        people[link.account.name] = office.accounts.redeem(link.token, PASSWORD)
    enrolled = office.machines.enrol("desk")
    return World(office, clock, url, keystore, people, enrolled.machine, enrolled.token)
