"""Words drawn in a metafile: what the records of EMF and WMF have in common once they are taken apart.

A program draws a line in as many records as it likes, down to one for each character; ``lines`` puts together what
stands together, since a mark that is cut in two is found by no rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from dlp.read import charset

MOST_RUNS = 200_000
"""Texts of one picture; a map has thousands."""
_CODECS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "big5hkscs", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250",
}  # fmt: skip
"""CharacterSet of a font (MS-WMF 2.1.1.5) to codec; others are the code page of the machine that drew."""
_APART = 0.7
"""Widths of a character between two runs from which there is a space."""


class Run(NamedTuple):
    """One text record: where it begins, in the picture's own units, and how far it reaches."""

    text: str
    x: int
    y: int
    advance: int = 0
    """0 where the record does not tell."""
    left: float | None = None
    top: float | None = None
    """Share of the picture, 0..1, where it can be told."""


@dataclass(slots=True)
class Drawn:
    """What a metafile says, and whether it shows anything that could be text nobody read."""

    runs: list[Run] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Descriptions and comments."""
    unread: bool = False
    """Pictures made of dots, curves, or text by glyph numbers."""


def decoded(raw: bytes, character_set: int) -> str:
    """Text of one byte or two a character, by the character set of its font."""
    codec = _CODECS.get(character_set) or charset.of(raw) or "gb18030"
    return raw.decode(codec, "replace")


def lines(runs: list[Run]) -> Iterator[Run]:
    """Runs that follow each other on one line, as one; each keeps the place of its first."""
    together: list[str] = []
    first = last = None
    for run in runs:
        if first is not None and last is not None and run.y == last.y:
            together.append(_between(last, run) + run.text)
        else:
            yield from _line(first, together)
            first, together = run, [run.text]
        last = run
    yield from _line(first, together)


def _line(first: Run | None, together: list[str]) -> Iterator[Run]:
    text = "".join(together).strip("\0 \r\n")
    if first is not None and text:
        yield Run(text, first.x, first.y, 0, first.left, first.top)


def _between(last: Run, run: Run) -> str:
    if not last.advance or not last.text:
        return ""
    width = abs(last.advance) / len(last.text)
    return " " if abs(run.x - last.x - last.advance) > _APART * width else ""
