"""What the rooms of the office hand out: rows as frozen types, for the console and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from classifiers.model import Level
from dlp.language import Say
from dlp.model import Choice, Option
from dlp.office.store.tables import MachineRow, RecordRow, SealedRow, TransferRow


@dataclass(frozen=True, slots=True)
class Transfer:
    """One sending or receiving, as its agent reported it; findings are masked already."""

    id: str
    number: str
    send: str
    machine: str
    name: str
    size: int
    sha256: str
    type: str
    direction: str
    group: str
    person: str
    program: str
    state: str
    level: Level
    action: str
    complete: bool
    findings: tuple[Mapping[str, Any], ...]
    gaps: tuple[Mapping[str, Any], ...]
    because: tuple[Mapping[str, Any], ...]
    options: tuple[Option, ...]
    policy: str
    rules: str
    at: str
    detail: str
    incident: str
    """Id of its incident, or empty."""


@dataclass(frozen=True, slots=True)
class TransferFilter:
    """Which transfers to list; an empty field asks nothing."""

    direction: str = ""
    state: str = ""
    action: str = ""
    level: str = ""
    """This level or a higher one."""
    group: str = ""
    person: str = ""
    text: str = ""
    """Part of the name, or the whole number or sha256."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What ended an incident."""

    choice: Choice
    by: tuple[str, ...]
    reason: str
    at: str
    expires: str


@dataclass(frozen=True, slots=True)
class Incident:
    """A Transfer that a person must look at, and how far the looking is."""

    id: str
    transfer: Transfer
    state: str
    """open, asked (one of two people said so), decided, or closed (it resolved itself)."""
    opened: str
    asked_by: str = ""
    asked_choice: str = ""
    asked_reason: str = ""
    asked_at: str = ""
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class IncidentFilter:
    """Which incidents to list."""

    state: str = "waiting"
    """waiting (open or asked), open, asked, decided, closed or all."""
    level: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """One option of an incident, as it stands for one account."""

    option: Option
    may: bool
    confirms: bool = False
    """This account would be the second of two."""
    why_not: Say | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """An enrolled workstation."""

    id: str
    name: str
    letter: str
    state: str
    enrolled: str
    last_seen: str
    head_sequence: int
    head_hash: str


@dataclass(frozen=True, slots=True)
class Group:
    """The people that a file is declared to go to; names are account names."""

    id: str
    name: str
    purpose: str
    owner: str
    highest: Level
    members: tuple[str, ...]
    closed: bool


@dataclass(frozen=True, slots=True)
class Sealed:
    """A registered encrypted file."""

    id: str
    file_id: str
    header_digest: str
    sha256: str
    sealed_sha256: str
    size: int
    name: str
    level: Level
    group: str
    sender: str
    transfer: str
    machine: str
    at: str
    expires: str
    revoked: bool
    openings: int


@dataclass(frozen=True, slots=True)
class ArchiveRecord:
    """An archived received file."""

    id: str
    transfer: str
    object: str
    header_digest: str
    file_id: str
    sha256: str
    name: str
    size: int
    level: Level
    account: str
    retain_until: str
    at: str
    machine: str
    held: bool
    pruned: str
    verified: str
    sound: bool


@dataclass(frozen=True, slots=True)
class Opening:
    """One try to open a file."""

    account: str
    at: str
    outcome: str
    why: str


def transfer_view(row: TransferRow, incident: str) -> Transfer:
    """A row as people see it."""
    plain = {name: getattr(row, name) for name in PLAIN}
    return Transfer(
        **plain,
        level=Level(row.level),
        findings=tuple(row.findings),
        gaps=tuple(row.gaps),
        because=tuple(row.because),
        options=options_of(row),
        incident=incident,
    )


PLAIN = (
    *("id", "number", "send", "machine", "name", "size", "sha256", "type", "direction", "group", "person", "program"),
    *("state", "action", "complete", "policy", "rules", "at", "detail"),
)


def options_of(row: TransferRow) -> tuple[Option, ...]:
    """What policy leaves to a reviewer; keeping it where it is is always possible, or an incident would never end."""
    options = tuple(Option(Choice(one["choice"]), one["people"], one["reason"]) for one in row.options)
    return options or (Option(Choice.KEEP),)


def machine_view(row: MachineRow) -> Machine:
    """A row without its token's hash."""
    return Machine(
        row.id, row.name, row.letter, row.state, row.enrolled, row.last_seen, row.head_sequence, row.head_hash
    )


def sealed_view(row: SealedRow, openings: int) -> Sealed:
    """A row as people see it."""
    names = [name for name in Sealed.__slots__ if name not in {"level", "openings"}]
    return Sealed(**{name: getattr(row, name) for name in names}, level=Level(row.level), openings=openings)


def record_view(row: RecordRow) -> ArchiveRecord:
    """A row as people see it."""
    names = [name for name in ArchiveRecord.__slots__ if name != "level"]
    return ArchiveRecord(**{name: getattr(row, name) for name in names}, level=Level(row.level))
