"""The bodies of agents' reports, checked field by field before anything believes them.

A wrong field is named with what was expected and never with what stood there, because that may be content. Fields that
this version does not know are left aside: an agent that was updated first must not lose its incidents.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from classifiers.model import Level
from dlp.office.ground import parse_moment

TOKEN = re.compile(r"[0-9A-Za-z_.-]{1,64}")
DIGEST = re.compile(r"[0-9a-f]{64}")
BIGGEST = 2**63 - 1
LONGEST_TEXT = 4000
MOST_ROWS = 2000
LONGEST_PLACE = 4000


class Malformed(ValueError):
    """A report is not as agreed; the text names the field and what was expected there."""


@dataclass(frozen=True, slots=True)
class Fields:
    """One JSON object of a report."""

    raw: Mapping[str, Any]
    where: str = ""

    @classmethod
    def of(cls, raw: object, where: str = "") -> Fields:
        """The object; Malformed where it is none."""
        if not isinstance(raw, dict) or not all(isinstance(key, str) for key in raw):
            raise Malformed(f"{where or 'body'}: expected an object")
        return cls(raw, where)

    def wrong(self, name: str, expected: str) -> Malformed:
        """The error for one field."""
        return Malformed(f"{self.where}{name}: expected {expected}")

    def text(self, name: str, default: str | None = None) -> str:
        """A text; half of a surrogate pair and NUL, which not every database takes, become U+FFFD."""
        value = self.raw.get(name, default)
        if not isinstance(value, str) or len(value) > LONGEST_TEXT:
            raise self.wrong(name, f"a text of at most {LONGEST_TEXT} signs")
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "�")

    def token(self, name: str, default: str | None = None) -> str:
        """An id or a short number."""
        value = self.raw.get(name, default)
        if value == default and value is not None:
            return str(value)
        if not isinstance(value, str) or not TOKEN.fullmatch(value):
            raise self.wrong(name, "an id")
        return value

    def digest(self, name: str) -> str:
        """A SHA-256 in hex."""
        value = self.raw.get(name)
        if not isinstance(value, str) or not DIGEST.fullmatch(value):
            raise self.wrong(name, "64 hex digits")
        return value

    def whole(self, name: str, default: int | None = None, least: int = 0, most: int = BIGGEST) -> int:
        """A whole number; truth values are none."""
        value = self.raw.get(name, default)
        if type(value) is not int or not least <= value <= most:
            raise self.wrong(name, f"a whole number from {least} to {most}")
        return value

    def truth(self, name: str, default: bool | None = None) -> bool:
        """True or false."""
        value = self.raw.get(name, default)
        if not isinstance(value, bool):
            raise self.wrong(name, "true or false")
        return value

    def share(self, name: str) -> float:
        """A share from 0 to 1; 1 where it is not said, because what is not known to be small is not small."""
        value = self.raw.get(name, 1.0)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise self.wrong(name, "a share from 0 to 1")
        return float(value)

    def word(self, name: str, words: type[StrEnum], default: str | None = None) -> str:
        """One of the words of an enum."""
        value = self.raw.get(name, default)
        if value not in {word.value for word in words}:
            raise self.wrong(name, "one of " + ", ".join(word.value for word in words))
        return str(value)

    def level(self, name: str) -> Level:
        """A level by its word or its number."""
        value = self.raw.get(name)
        try:
            return Level.of(value) if isinstance(value, str) else Level(self.whole(name, most=max(Level)))
        except ValueError as error:
            raise self.wrong(name, "a level") from error

    def moment(self, name: str, default: str | None = None) -> str:
        """A time in the stored form."""
        try:
            return parse_moment(self.text(name, default))
        except ValueError as error:
            raise self.wrong(name, "a time in ISO 8601 with a zone") from error

    def words(self, name: str) -> list[str]:
        """A list of short texts."""
        value = self.raw.get(name, [])
        if not isinstance(value, list) or len(value) > MOST_ROWS or not all(isinstance(one, str) for one in value):
            raise self.wrong(name, "a list of texts")
        return [one[:LONGEST_TEXT] for one in value]

    def rows(self, name: str, shape: Callable[[Fields], dict[str, Any]]) -> list[dict[str, Any]]:
        """A list of objects, each checked by ``shape``."""
        value = self.raw.get(name, [])
        if not isinstance(value, list) or len(value) > MOST_ROWS:
            raise self.wrong(name, f"a list of at most {MOST_ROWS}")
        return [shape(Fields.of(one, f"{self.where}{name}[{number}].")) for number, one in enumerate(value)]

    def small(self, name: str) -> dict[str, Any]:
        """A small object that is kept as it is, such as a place."""
        value = self.raw.get(name, {})
        try:
            if isinstance(value, dict) and len(json.dumps(value, allow_nan=False)) <= LONGEST_PLACE:
                return json.loads(json.dumps(value).replace("\\u0000", "\\ufffd"))  # type: ignore[no-any-return]
        except ValueError:
            pass
        raise self.wrong(name, "a small object")
