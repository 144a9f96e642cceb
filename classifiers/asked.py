"""Signs that packs define: words and patterns looked for at one place around a match."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial

from classifiers.model import Region
from classifiers.pieces import table
from classifiers.rules import Sign, Where
from classifiers.signs import BUILT_IN, Ask, Spot
from classifiers.window import address

SEPARATORS = "\t,，|;"
"""Between the fields of a line of text that is a row of a table."""
END = re.compile(r"(\\.|\[(?:\\.|[^\]\\])*\])|\$")
"""A line's end in a pattern, or in the group something else that may hold its sign."""
Search = Callable[[str], bool]


def question(sign: Sign, ignore_case: bool) -> Ask | None:
    """The question that a sign asks; None where the check or the whole document answers it."""
    if sign.where is Where.CHECK:
        return None
    if sign.where is Where.BUILT_IN:
        return BUILT_IN.get(sign.name)
    pattern = sign.pattern
    if sign.where is Where.BEFORE:
        # The end of what is before a match is the match itself, never the end of a line above it.
        pattern = END.sub(lambda at: at[1] or r"\Z", pattern)
    return partial(ASKED[sign.where], sign, search(pattern, ignore_case) if pattern else None)


def search(pattern: str, ignore_case: bool) -> Search:
    """A search for the pattern. Words among its choices are compared as words, which is several times faster."""
    choices = [pattern] if ignore_case else _choices(pattern)
    words = tuple(choice for choice in choices if re.escape(choice) == choice)
    others = [choice for choice in choices if choice not in words]
    if not others:
        return partial(_any_word, words)
    compiled = re.compile("|".join(others), re.MULTILINE | (re.IGNORECASE if ignore_case else 0))
    if not words:
        return lambda text: compiled.search(text) is not None
    return lambda text: _any_word(words, text) or compiled.search(text) is not None


def _choices(pattern: str) -> list[str]:
    """The choices of a pattern, where it is one: cut at each ``|`` outside of brackets."""
    found, depth, inside, at, start = [], 0, False, 0, 0
    while at < len(pattern):
        one = pattern[at]
        if one == "\\":
            at += 1
        elif inside:
            inside = one != "]"
        elif one == "|" and not depth:
            found.append(pattern[start:at])
            start = at + 1
        else:
            inside = one == "["
            depth += (one == "(") - (one == ")")
        at += 1
    return [*found, pattern[start:]]


def _any_word(words: tuple[str, ...], text: str) -> bool:
    for word in words:  # noqa: SIM110 - any() with a generator costs three times as much, and this is the inner loop
        if word in text:
            return True
    return False


def _group(sign: Sign, pattern: Search | None, at: Spot) -> bool:
    if sign.group == "match":
        said: str | None = at.match[0]
    else:
        said = at.match[sign.group] if sign.group in at.match.re.groupindex else None
    return bool(said) and (pattern is None or bool(pattern(said or "")))


def _line(_sign: Sign, pattern: Search, at: Spot) -> bool:
    return bool(pattern(at.before()) or pattern(at.after()))


def _before(sign: Sign, pattern: Search, at: Spot) -> bool:
    return bool(pattern(at.window.text[max(0, at.start - sign.within) : at.start]))


def _after(sign: Sign, pattern: Search, at: Spot) -> bool:
    return bool(pattern(at.window.text[at.end : at.end + sign.within]))


def _near(sign: Sign, pattern: Search, at: Spot) -> bool:
    return _before(sign, pattern, at) or _after(sign, pattern, at)


def _above(sign: Sign, pattern: Search, at: Spot) -> bool:
    return any(pattern(line) for line in at.above()[-sign.within :])


def _below(sign: Sign, pattern: Search, at: Spot) -> bool:
    return any(pattern(line) for line in at.below()[: sign.within])


def _around(sign: Sign, pattern: Search, at: Spot) -> bool:
    return _above(sign, pattern, at) or _below(sign, pattern, at)


def _column(_sign: Sign, pattern: Search, at: Spot) -> bool:
    return bool(pattern(header(at)))


def _part(_sign: Sign, pattern: Search, at: Spot) -> bool:
    return bool(pattern(at.place.part))


def header(at: Spot) -> str:
    """The header of the column that the match stands in: of a table, or of text with separators."""
    place = at.place
    if place.region is Region.CELL or place.cell:
        row, column = address(place)
        if not row or column is None:
            return ""
        return at.window.columns.get(table(place), {}).get(column, "")
    before, first = at.before(), at.window.first_lines.get(place.path, "")
    for separator in SEPARATORS:
        if separator in first and (separator in before or separator in at.after()):
            fields = first.split(separator)
            number = before.count(separator)
            return fields[number] if number < len(fields) and at.piece.depth + at.start > len(first) else ""
    return ""


ASKED: Mapping[Where, Callable[..., bool]] = {
    Where.GROUP: _group,
    Where.LINE: _line,
    Where.BEFORE: _before,
    Where.AFTER: _after,
    Where.NEAR: _near,
    Where.ABOVE: _above,
    Where.BELOW: _below,
    Where.AROUND: _around,
    Where.COLUMN: _column,
    Where.PART: _part,
}
