"""The nouns of the product that agent and office share, as frozen types (DESIGN, part 2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from classifiers.model import Classification, Level


class Action(StrEnum):
    """What policy wants done."""

    ALLOW = "allow"
    ENCRYPT = "encrypt"
    HOLD = "hold"
    BLOCK = "block"


class Direction(StrEnum):
    """Which way a file goes."""

    OUTGOING = "outgoing"
    RECEIVED = "received"


class State(StrEnum):
    """Custody states of a Transfer (DESIGN 5.4)."""

    CLAIMED = "claimed"
    INSPECTED = "inspected"
    READY = "ready"
    SEALED = "sealed"
    HELD = "held"
    BLOCKED = "blocked"
    RELEASED = "released"
    RETURNED = "returned"
    ARCHIVED = "archived"
    REFUSED = "refused"
    """The gate did not let WeChat open it; it is where its owner has it, and nothing was handed over."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who handed the bytes over, through which program, which way, for which group."""

    person: str = ""
    program: str = ""
    direction: Direction = Direction.OUTGOING
    group: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A Source as found."""

    name: str
    size: int
    """Bytes."""
    sha256: str
    """64 hex digits."""
    type: str
    """Media type sniffed from content, such as application/pdf."""


class Choice(StrEnum):
    """What a reviewer may decide about an incident."""

    RELEASE = "release"
    """Pass it once, as it is."""
    RELEASE_SEALED = "release_sealed"
    FALSE_POSITIVE = "false_positive"
    """Nothing confidential in it: pass it as it is."""
    RETURN = "return"
    """Give it back to its owner; it is not sent."""
    KEEP = "keep"
    """It stays where it is and the incident ends."""


@dataclass(frozen=True, slots=True)
class Option:
    """One Choice that policy leaves to a reviewer, and how many different people it takes."""

    choice: Choice
    people: int = 1
    reason: bool = True


@dataclass(frozen=True, slots=True)
class Because:
    """The policy rule that decided, and the clause of the organisation's own regulation that it enforces."""

    rule: str
    clause: str
    text_en: str
    text_zh: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What policy wants done with a Document, and why. Nothing has happened yet."""

    document: Document
    classification: Classification
    action: Action
    because: tuple[Because, ...]
    options: tuple[Option, ...]
    """What a reviewer may do; empty where nothing is held."""
    policy: str
    """Digest of the policy that decided."""
    notice: bool = False
    """Tell the sender although the file passes (internal files)."""
    elapsed_ms: float = 0.0

    @property
    def level(self) -> Level:
        """The level of the file."""
        return self.classification.level


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may cost. Every limit is named; a part beyond it becomes a Gap that says which."""

    seconds: float = 20.0
    """Wall time for one file."""
    memory: int = 768 * 1024 * 1024
    """Address space a worker may grow by while it reads, bytes."""
    depth: int = 8
    """Containers inside containers."""
    members: int = 20_000
    """Members of all containers of one file together."""
    expanded_bytes: int = 1024 * 1024 * 1024
    """Bytes unpacked from all containers together."""
    expanded_characters: int = 200_000_000
    """Code points of text; a 40 kB spreadsheet can expand to 12 billion."""
    pages: int = 5_000
    findings: int = 200
    """Findings kept with their places; further ones are counted only."""
    ratio: int = 2_000
    """Unpacked to packed bytes of one member; beyond it the member is taken for a bomb."""


@dataclass(frozen=True, slots=True)
class Recipients:
    """The public keys an agent seals to (age1… strings)."""

    epoch: str
    recovery: str
    machine: str = ""


@dataclass(frozen=True, slots=True)
class SealedFile:
    """An encrypted file that the office registers by the digest of its header."""

    file_id: str
    header_digest: str
    sha256: str
    """Of the plaintext."""
    sealed_sha256: str
    size: int
    name: str
    level: Level
    group: str
    sender: str
    transfer: str


@dataclass(frozen=True, slots=True)
class Report:
    """One message from an agent to its office; the office takes each id once."""

    id: str
    kind: str
    at: str
    """UTC, ISO 8601."""
    body: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ruling:
    """A Decision as it travels down the link to the agent that keeps the file."""

    sequence: int
    """Rising per machine; the agent asks for all after the last it applied."""
    transfer: str
    choice: Choice
    by: tuple[str, ...]
    reason: str
    expires: str = ""
    """UTC, ISO 8601; until when the same content to the same group passes again. Empty: this once."""


@dataclass(frozen=True, slots=True)
class Unmask:
    """A reviewer's wish to see what was found in a kept file, as it travels down the link; its event is written."""

    id: str
    transfer: str
    by: str


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What a rule matched, in clear, with a few words around it: for one page of one reviewer, and kept nowhere."""

    rule: str
    fingerprint: str
    before: str
    match: str
    after: str

    def __repr__(self) -> str:
        """Without content, whoever prints it."""
        return f"Excerpt({self.rule!r})"
