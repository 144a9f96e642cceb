"""Which files WeChat may open without being asked about, by where they lie and what they begin with (wechat.toml)."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

HEAD = 512
"""Bytes looked at."""
DOCUMENTS = (
    *(b"PK\x03\x04", b"PK\x05\x06", b"%PDF", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b"),
    *(
        b"\xff\xfe",
        b"\xfe\xff",
        b"BZh",
        b"\xfd7zXZ",
        b"\x28\xb5\x2f\xfd",
        b"MSCF",
        b"%!PS",
        b"age-encryption",
        b"SQLite format 3",
    ),
)
"""First bytes of what people send; plain SQLite counts, because anyone can put a table of people into one."""
PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"RIFF", b"wxgf")
_TAR_AT, _TAR = 257, b"ustar"
_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13, 27})
_TEXT_SHARE = 0.02
"""Control bytes in what still counts as text, whatever its encoding; random bytes have an eighth."""


class Need(Enum):
    """What a file must be, besides lying there."""

    ROOT = "root"
    OPAQUE = "opaque"
    PICTURE = "picture"


class Standing(Enum):
    """How a file stands to the list."""

    FREE = "free"
    """It passes."""
    OWN = "own"
    """It lies in a folder of WeChat's own, but a document or text must still be looked at."""
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Exempt:
    """One list of folders."""

    need: Need
    paths: re.Pattern[str]


def of(table: Sequence[dict[str, object]], more: Sequence[str] = ()) -> tuple[Exempt, ...]:
    """From ``[[exempt]]`` of wechat.toml, and further patterns for files of root. Raises KeyError, ValueError."""
    rows = [(Need(str(row["need"])), _words(row["paths"])) for row in table]
    if more:
        rows.append((Need.ROOT, [*more]))
    return tuple(Exempt(need, compiled(patterns)) for need, patterns in rows)


def _words(found: object) -> list[str]:
    if not isinstance(found, list):
        raise ValueError(f"paths is {found!r}, expected a list")
    return [str(word) for word in found]


def compiled(patterns: Sequence[str]) -> re.Pattern[str]:
    """Patterns of whole paths as one expression; ``**`` crosses folders, ``*`` does not."""
    return re.compile("|".join(_expression(pattern) for pattern in patterns), re.DOTALL)


def _expression(pattern: str) -> str:
    parts = re.split(r"(\*\*/|\*\*|\*)", pattern)
    meant = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*"}
    return "(?:" + "".join(meant.get(part, re.escape(part)) for part in parts) + r")\Z"


def standing(rules: Sequence[Exempt], path: str, status: os.stat_result, fd: int) -> Standing:
    """How the open file stands, at the path where the asking program sees it. Raises OSError."""
    found = Standing.ASKED
    for rule in rules:
        if not rule.paths.match(path):
            continue
        if rule.need is Need.ROOT:
            if root_only(status):
                return Standing.FREE
            continue
        found = Standing.OWN
        head = os.pread(fd, HEAD, 0)
        if opaque(head) or (rule.need is Need.PICTURE and head.startswith(PICTURES)):
            return Standing.FREE
    return found


def root_only(status: os.stat_result) -> bool:
    """Whether only root can have written what is in it."""
    return status.st_uid == 0 and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def opaque(head: bytes) -> bool:
    """Whether these first bytes are neither text nor those of a document, an archive or a picture."""
    if head.startswith(DOCUMENTS) or head.startswith(PICTURES) or head[_TAR_AT : _TAR_AT + 5] == _TAR:
        return False
    # UTF-16 text is half zeros: looked at without them, so that it counts as the text that it is.
    seen = head.replace(b"\0", b"") if head.count(0) * 2 <= len(head) else head
    return len(seen) - len(seen.translate(None, _CONTROL)) > len(seen) * _TEXT_SHARE
