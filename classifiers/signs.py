"""Signs around a match: what makes it a mark, and what makes it only a mention.

Each sign is a question about one match with what stands around it. The built-in ones know about lines, pages and
quotation marks but no words of any language; those come from the packs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from classifiers.model import Place, Region
from classifiers.picture_signs import picture_head, unsure
from classifiers.pieces import Piece, table
from classifiers.places import LEFT_SHARE, TOP_SHARE
from classifiers.spelling import BLANK
from classifiers.standing import is_top
from classifiers.window import Window, address

LINE_REACH = 300
"""Code points of a line looked at on each side; some files are one single line."""
SHORT_LINE = 16
BIG_TYPE = 14.0
"""Points; GB/T 9704-2012 sets marks in 三号, 16 points."""
SEGMENT = re.compile(rf"[\t|｜│:：\u3000]|[{BLANK}]{{2,}}")
EMPTY = re.compile(rf"[{BLANK}\r]*")
NO_TEXT = re.compile(rf"[{BLANK}\s]")
QUOTES = frozenset("“”\"‘’'「」『』《》〈〉‹›«»")

Ask = Callable[["Spot"], bool]


@dataclass(slots=True)
class Spot:
    """A match in a window, and its line."""

    window: Window
    match: re.Match[str]
    start: int
    end: int
    line_start: int
    line_end: int
    piece: Piece
    index: int
    levels: re.Pattern[str] | None
    """Any word for a level, where the rule has several."""
    _above: list[str] | None = None
    _below: list[str] | None = None

    def above(self) -> list[str]:
        """The lines above that say something, split once for all signs that ask."""
        if self._above is None:
            text = self.window.text[max(0, self.line_start - LINE_REACH) : max(0, self.line_start - 1)]
            self._above = [line for line in text.split("\n") if line.strip()]
        return self._above

    def below(self) -> list[str]:
        """The lines below."""
        if self._below is None:
            text = self.window.text[self.line_end + 1 : self.line_end + 1 + LINE_REACH]
            self._below = [line for line in text.split("\n") if line.strip()]
        return self._below

    @property
    def place(self) -> Place:
        """Where the piece stands."""
        return self.piece.place

    def before(self) -> str:
        """The line up to the match."""
        return self.window.text[self.line_start : self.start]

    def after(self) -> str:
        """The line from the match on."""
        return self.window.text[self.end : self.line_end]

    def others(self) -> int:
        """Code points in the match's own segment of the line, besides the match."""
        left, right = SEGMENT.split(self.before())[-1], SEGMENT.split(self.after())[0]
        return len(NO_TEXT.sub("", left)) + len(NO_TEXT.sub("", right))


def spot(window: Window, match: re.Match[str], levels: re.Pattern[str] | None) -> Spot:
    """The match with its line and piece."""
    start, end = match.span()
    text = window.text
    line_start = text.rfind("\n", max(0, start - LINE_REACH), start) + 1 or max(0, start - LINE_REACH)
    line_end = text.find("\n", end, end + LINE_REACH)
    index = window.index(start)
    return Spot(
        window, match, start, end, line_start, min(len(text), end + LINE_REACH) if line_end < 0 else line_end,
        window.pieces[index], index, levels,
    )  # fmt: skip


# -- built in -----------------------------------------------------------------------------------------------------


def shape(at: Spot) -> str:
    """What else stands in the match's segment of the line: nothing, little, or running text."""
    others = at.others()
    return "long_line" if others > SHORT_LINE else "short_line" if others else "isolated_line"


def _shaped(name: str) -> Ask:
    return lambda at: shape(at) == name


def letter_before(at: Spot) -> bool:
    """A letter or 汉字 is written directly before it."""
    return at.start > at.line_start and at.window.text[at.start - 1].isalpha()


def letter_after(at: Spot) -> bool:
    """A letter or 汉字 is written directly after it."""
    return at.end < at.line_end and at.window.text[at.end].isalpha()


def quoted(at: Spot) -> bool:
    """A quotation mark touches it."""
    text = at.window.text
    return text[at.start - 1 : at.start] in QUOTES or text[at.end : at.end + 1] in QUOTES


def broken_line(at: Spot) -> bool:
    """It is spread over several lines, cells or boxes."""
    return "\n" in at.match[0].strip()


def several_levels(at: Spot) -> bool:
    """Different levels stand in the line, or in the cells of the same row: a list to choose from."""
    if at.levels is None:
        return False
    text = f"{at.window.text[at.line_start : at.line_end]}\n{_same_row(at)}"
    return len({NO_TEXT.sub("", word) for word in at.levels.findall(text)}) > 1


def _same_row(at: Spot) -> str:
    row = at.place.row if at.place.region is Region.CELL else None
    if row is None:
        return ""
    near = at.window.pieces[max(0, at.index - 6) : at.index + 7]
    return "\n".join(p.text[:SHORT_LINE] for p in near if p.place.row == row and table(p.place) == table(at.place))


def first_page_top(at: Spot) -> bool:
    """It stands at the top of the first page, where readers meet a mark."""
    return is_top(at.place, at.piece.depth + at.start - at.window.starts[at.index])


def top_left(at: Spot) -> bool:
    """It stands in the corner that GB/T 9704-2012 asks for."""
    x, y = at.place.x, at.place.y
    return x is not None and y is not None and x < LEFT_SHARE and y < TOP_SHARE


def big_type(at: Spot) -> bool:
    """It is set larger than running text."""
    return at.place.size is not None and at.place.size >= BIG_TYPE


def in_table(at: Spot) -> bool:
    """It is a cell beside others; a cell alone in its row is a line of text."""
    if at.place.region is not Region.CELL and not at.place.cell:
        return False
    row = address(at.place)[0]
    near = at.window.pieces[max(0, at.index - 1) : at.index + 2]
    return any(p is not at.piece and address(p.place)[0] == row and table(p.place) == table(at.place) for p in near)


IN_REGIONS: dict[str, frozenset[Region]] = {
    "in_header": frozenset({Region.HEADER, Region.FOOTER}),
    "in_title": frozenset({Region.TITLE}),
    "in_watermark": frozenset({Region.WATERMARK}),
    "in_text_box": frozenset({Region.TEXT_BOX}),
    "in_metadata": frozenset({Region.METADATA}),
    "in_file_name": frozenset({Region.FILE_NAME}),
    "in_comment": frozenset({Region.COMMENT, Region.NOTE}),
    "in_picture": frozenset({Region.PICTURE}),
}
"""Signs that the region alone answers."""
SHAPES = ("isolated_line", "short_line", "long_line")
"""Signs of which one always holds."""


def _in(regions: frozenset[Region]) -> Ask:
    return lambda at: at.place.region in regions


BUILT_IN: Mapping[str, Ask] = {
    **{
        ask.__name__: ask
        for ask in (
            letter_before, letter_after, quoted, broken_line, several_levels, first_page_top, top_left, big_type,
            in_table, picture_head, unsure,
        )
    },
    **{name: _shaped(name) for name in SHAPES},
    **{name: _in(regions) for name, regions in IN_REGIONS.items()},
    "always": lambda _at: True,
}  # fmt: skip
"""Sign name to its question."""
COUNTED = frozenset({"repeated", "teaching_document", "lone_mark"})
"""Signs that only the whole document answers (besides distinct_N); ``classifiers.gathering`` knows them."""
MOST_VALUES = 200
"""Distinct values of one rule that are told apart; of a list with more of them "at least" so many are said. A rule that
asked for more would not load."""
