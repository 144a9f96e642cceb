"""Takes the fields of parsed YAML apart; every refusal names the pack, the place in it, and the effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeVar

from classifiers.pack import PackError

WORD = TypeVar("WORD", bound=Enum)


class Fields:
    """Reads values of one kind each, or raises PackError."""

    def __init__(self) -> None:
        self.pack = ""

    def fail(self, where: str, en: str, zh: str) -> PackError:
        """The error for a place in this pack."""
        return PackError(self.pack, where, en, zh)

    def fields(self, value: object, where: str, allowed: str) -> Mapping[str, Any]:
        """A mapping; ``allowed`` names its fields, or is empty where the names are free."""
        if not isinstance(value, dict):
            got = type(value).__name__
            raise self.fail(where, f"got {got}, expected fields", f"类型为 {got}，应为字段表")
        for key in value:
            if allowed and key not in allowed.split():
                raise self.fail(
                    where, f"unknown field {key!r}; it would have no effect", f"未知字段 {key!r}，写了也不会起作用"
                )
        return value

    def words(self, value: object, where: str) -> tuple[str, ...]:
        """A list of words; a number is refused, because YAML reads 007 as 7."""
        if not isinstance(value, list) or not all(isinstance(word, str) and word for word in value):
            raise self.fail(where, "expected a list of words in quotes", "应为文字列表，数字请加引号")
        return tuple(value)

    def number(self, value: object, where: str, low: int = -99, high: int = 99) -> int:
        """A whole number within bounds."""
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.fail(
                where, f"got {value!r}, expected {low} to {high}", f"值为 {value!r}，应在 {low} 到 {high} 之间"
            )
        return value

    def truth(self, value: object, where: str) -> bool:
        """True or false, not a word that reads like it."""
        if not isinstance(value, bool):
            raise self.fail(where, f"got {value!r}, expected true or false", f"值为 {value!r}，应为 true 或 false")
        return value

    def pair(self, value: object, where: str) -> tuple[str, str]:
        """A text in both languages."""
        both = self.fields(value, where, "en zh")
        if not all(isinstance(both.get(tongue), str) and both[tongue] for tongue in ("en", "zh")):
            raise self.fail(where, "expected text in en and zh", "应同时有 en 和 zh 文字")
        return both["en"], both["zh"]

    def word(self, kind: Callable[[str], WORD], value: object, where: str) -> WORD:
        """One of the words of an enum."""
        try:
            return kind(str(value))
        except ValueError as error:
            raise self.fail(where, str(error), f"取值无效：{value!r}") from None
