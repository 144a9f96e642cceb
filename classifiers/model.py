"""The nouns of reading and classifying, as frozen types.

Everything here is plain data: no input or output, no imports of ours. ``Place`` is structured and is rendered for
people late, in their language (``classifiers.places``); offsets are code points.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

HIGHEST = 99
"""No score is higher: nothing is certain."""


class Level(IntEnum):
    """How confidential a file is; ordered, so that the highest finding decides (就高从严)."""

    PUBLIC = 0
    INTERNAL = 1
    SENSITIVE = 2
    SECRET = 3
    HIGHLY_SECRET = 4
    TOP_SECRET = 5

    @property
    def id(self) -> str:
        """The word used in JSON, packs, policies and the database."""
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Level:
        """The level with this id; ValueError names the words that exist."""
        try:
            return cls[word.upper()]
        except KeyError:
            known = ", ".join(level.id for level in cls)
            raise ValueError(f"got level {word!r}, expected one of {known}") from None


class Category(StrEnum):
    """Why a file is confidential."""

    STATE_SECRET = "state_secret"
    WORK_SECRET = "work_secret"
    TRADE_SECRET_CORE = "trade_secret_core"
    TRADE_SECRET = "trade_secret"
    PERSONAL_INFO = "personal_info"
    SENSITIVE_PERSONAL_INFO = "sensitive_personal_info"
    CREDENTIAL = "credential"
    EXAM_PAPER = "exam_paper"
    INTERNAL = "internal"
    PUBLIC = "public"


class Region(StrEnum):
    """Which part of a document a Block stands in; a mark in a header weighs more than one in the body."""

    BODY = "body"
    TITLE = "title"
    HEADER = "header"
    FOOTER = "footer"
    CELL = "table_cell"
    TEXT_BOX = "text_box"
    COMMENT = "comment"
    NOTE = "note"
    METADATA = "metadata"
    FILE_NAME = "file_name"
    WATERMARK = "watermark"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a Block, Gap or Finding is. Every field that is not known stays at its default."""

    region: Region = Region.BODY
    path: tuple[str, ...] = ()
    """Container path below the file itself: ("b.docx",) for b.docx inside the inspected a.zip."""
    part: str = ""
    """Name of a header, property, comment or archive part, as the format calls it."""
    page: int | None = None
    """From 1."""
    slide: int | None = None
    """From 1."""
    sheet: str = ""
    cell: str = ""
    """Spreadsheet address such as B12."""
    table: int | None = None
    row: int | None = None
    column: int | None = None
    """Table number within the part, row and column within the table, all from 0."""
    line: int | None = None
    """Line of the Block's first character, from 1, for text formats and pages read line by line."""
    x: float | None = None
    y: float | None = None
    """Top left corner as a share (0..1) of page width and height, y downwards."""
    size: float | None = None
    """Font size in points."""


@dataclass(frozen=True, slots=True)
class Block:
    """A run of text (a paragraph, a cell, a line of a page) and its Place; line breaks inside are ``\\n``."""

    text: str
    place: Place = field(default_factory=Place)
    sure: float = 1.0
    """How surely a line of a picture was read, 0..1; what a format holds as text is certain."""


class GapKind(StrEnum):
    """Unread is not clean: the two ways of not having read a part."""

    UNREADABLE = "unreadable"
    UNSEEN = "unseen"


class GapReason(StrEnum):
    """Why a part was not read."""

    ENCRYPTED = "encrypted"
    BROKEN = "broken"
    TOO_DEEP = "too_deep"
    TOO_BIG = "too_big"
    TOO_MANY = "too_many"
    TOO_SLOW = "too_slow"
    WORKER_LOST = "worker_lost"
    UNKNOWN_TYPE = "unknown_type"
    NO_READER = "no_reader"
    CHANGED = "changed"
    NO_TEXT = "no_text"
    PICTURE = "picture"
    PICTURE_IN_PART = "picture_in_part"
    """It was looked at for marks, and the rest of it was not read."""
    AUDIO = "audio"
    VIDEO = "video"
    FONT = "font"


@dataclass(frozen=True, slots=True)
class Gap:
    """A part that was not read, and why."""

    kind: GapKind
    reason: GapReason
    place: Place = field(default_factory=Place)
    coverage: float = 1.0
    """How much of its page (where ``place.page`` or ``place.slide`` is set) or file the part covers, 0..1."""
    size: int | None = None
    """Bytes of the part, where known; policy lets small embedded pictures pass by it."""
    detail: str = ""
    """For the log and the reviewer: the name of the limit, the type found. Never content."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule fired here. Holds no matched text: a masked form and a keyed fingerprint only."""

    rule: str
    level: Level
    category: Category
    score: int
    """0..99; high from 85, medium 65 to 84, below 65 logged only."""
    place: Place
    masked: str
    fingerprint: str
    """First 16 hex digits of HMAC-SHA256(machine's fingerprint key, normalised match)."""
    count: int = 1
    """Distinct values for identifiers, occurrences for marks."""
    supports: tuple[str, ...] = ()
    title_en: str = ""
    title_zh: str = ""
    at_least: bool = False
    """There were more than ``count``: the document had enough of them, and the rest was not looked at one by one."""

    @property
    def certainty(self) -> Certainty:
        """The band that policy speaks of."""
        return Certainty.of(self.score)


class Certainty(IntEnum):
    """The bands of a score (facts: Purview's model, DESIGN 5.2)."""

    LOW = 0
    MEDIUM = 65
    HIGH = 85

    @classmethod
    def of(cls, score: int) -> Certainty:
        """The highest band whose threshold the score reaches."""
        return cls.HIGH if score >= cls.HIGH else cls.MEDIUM if score >= cls.MEDIUM else cls.LOW

    @property
    def id(self) -> str:
        """The word used in JSON, packs and policies."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Classification:
    """What the file is: the highest level among findings of medium or high certainty, with all that was found."""

    level: Level
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    rules: str
    """Digest of the rule packs that were used."""
    characters: int = 0
    """Code points read."""

    @property
    def complete(self) -> bool:
        """False while any part is unreadable; unseen parts (pictures) do not count here."""
        return not any(gap.kind is GapKind.UNREADABLE for gap in self.gaps)
