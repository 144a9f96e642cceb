"""What goes between the agent and a reading process: length-prefixed JSON, checked on arrival.

A reading process is taken for lost to the file that it reads. What it says is therefore inert (JSON, never pickle),
bounded, and rebuilt here field by field; anything unexpected is a ``WireError`` and the process is given up.
"""

from __future__ import annotations

import json
import struct
from dataclasses import fields
from typing import Any

from classifiers.model import Category, Classification, Finding, Gap, GapKind, GapReason, Level, Place, Region
from dlp.model import Excerpt

LENGTH = struct.Struct(">I")
MOST_BYTES = 16 * 1024 * 1024
"""Of one message; a Classification with 200 findings and 200 gaps has about 100 kB."""
MOST_CHARACTERS = 4096
"""Of one text field in an answer."""
_COUNTS = ("page", "slide", "table", "row", "column", "line")
_SHARES = ("x", "y", "size")
_WORDS = ("part", "sheet", "cell")


class WireError(Exception):
    """A message is not what the other side may say."""


def pack(message: dict[str, Any]) -> bytes:
    """A message with its length before it."""
    body = json.dumps(message, separators=(",", ":")).encode("ascii")
    return LENGTH.pack(len(body)) + body


def unpack(body: bytes) -> dict[str, Any]:
    """The message in a body; raises WireError."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        raise WireError("not JSON") from None
    if not isinstance(message, dict):
        raise WireError("not an object")
    return message


def classification_out(classification: Classification) -> dict[str, Any]:
    """A Classification as plain JSON values."""
    return {
        "level": int(classification.level),
        "findings": [_finding_out(finding) for finding in classification.findings],
        "gaps": [
            {
                "kind": gap.kind,
                "reason": gap.reason,
                "place": _place_out(gap.place),
                "coverage": gap.coverage,
                "size": gap.size,
                "detail": gap.detail[:MOST_CHARACTERS],
            }
            for gap in classification.gaps
        ],
        "rules": classification.rules,
        "characters": classification.characters,
    }


def _finding_out(finding: Finding) -> dict[str, Any]:
    told = {name.name: getattr(finding, name.name) for name in fields(finding)}
    return told | {"level": int(finding.level), "place": _place_out(finding.place), "supports": list(finding.supports)}


def _place_out(place: Place) -> dict[str, Any]:
    empty = Place()
    told = {field.name: getattr(place, field.name) for field in fields(place)}
    short = {name: value for name, value in told.items() if value != getattr(empty, name)}
    return {name: _cut(value) for name, value in short.items()}


def _cut(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Names come from the file and may be longer than what is accepted on the other side."""
    if isinstance(value, tuple):
        return [step[:MOST_CHARACTERS] for step in value]
    return value[:MOST_CHARACTERS] if isinstance(value, str) else value


def classification_in(told: Any) -> Classification:  # noqa: ANN401 - JSON
    """The Classification in a message from a reading process; raises WireError for anything unexpected."""
    try:
        return Classification(
            level=Level(_count(told["level"])),
            findings=tuple(_finding_in(finding) for finding in told["findings"]),
            gaps=tuple(_gap_in(gap) for gap in told["gaps"]),
            rules=_text(told["rules"]),
            characters=_count(told["characters"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise WireError(f"not a classification: {type(error).__name__}") from None


def _finding_in(told: dict[str, Any]) -> Finding:
    return Finding(
        rule=_text(told["rule"]),
        level=Level(_count(told["level"])),
        category=Category(told["category"]),
        score=min(99, _count(told["score"])),
        place=_place_in(told["place"]),
        masked=_text(told["masked"]),
        fingerprint=_text(told["fingerprint"]),
        count=_count(told["count"]),
        supports=tuple(_text(support) for support in told["supports"]),
        title_en=_text(told["title_en"]),
        title_zh=_text(told["title_zh"]),
        at_least=told["at_least"] is True,
    )


def _gap_in(told: dict[str, Any]) -> Gap:
    size = told["size"]
    return Gap(
        kind=GapKind(told["kind"]),
        reason=GapReason(told["reason"]),
        place=_place_in(told["place"]),
        coverage=min(1.0, max(0.0, _number(told["coverage"]))),
        size=None if size is None else _count(size),
        detail=_text(told["detail"]),
    )


def _place_in(told: dict[str, Any]) -> Place:
    known: dict[str, Any] = {name: _count(told[name]) for name in _COUNTS if told.get(name) is not None}
    known |= {name: _number(told[name]) for name in _SHARES if told.get(name) is not None}
    known |= {name: _text(told[name]) for name in _WORDS if name in told}
    path = tuple(_text(step) for step in told.get("path", ()))
    return Place(region=Region(told.get("region", Region.BODY)), path=path, **known)


def excerpts_out(excerpts: list[Excerpt]) -> list[dict[str, str]]:
    """Excerpts as plain JSON values."""
    return [{name.name: getattr(one, name.name) for name in fields(Excerpt)} for one in excerpts]


def excerpts_in(told: Any) -> tuple[Excerpt, ...]:  # noqa: ANN401 - JSON
    """The Excerpts in a message from a reading process; raises WireError for anything unexpected."""
    try:
        return tuple(Excerpt(**{name.name: _text(one[name.name]) for name in fields(Excerpt)}) for one in told)
    except (KeyError, TypeError, ValueError) as error:
        raise WireError(f"no excerpts: {type(error).__name__}") from None


def _text(value: Any) -> str:  # noqa: ANN401 - JSON
    if not isinstance(value, str) or len(value) > MOST_CHARACTERS:
        raise ValueError("text")
    return value


def _count(value: Any) -> int:  # noqa: ANN401 - JSON
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 62:
        raise ValueError("count")
    return value


def _number(value: Any) -> float:  # noqa: ANN401 - JSON
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise ValueError("number")
    return float(value)
