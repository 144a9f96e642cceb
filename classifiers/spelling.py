"""How one word is written in practice: spaces or invisible characters inside, full width, traditional, look-alikes.

Patterns are spelled out once when a pack loads and then run on the text as it is. So there is no normalised copy of the
text, and every offset is an offset into the original.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import cache

BLANK = (
    " \\t\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f"
    "\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001f000-\U0001faff\U000e0000-\U000e0fff"
)
"""Inside of a character class: what may stand between the characters of a word without being read: blanks, format
characters, emoji."""
GAP = f"[{BLANK}]{{0,4}}"
BREAK = f"[{BLANK}\\n]{{0,6}}"
"""A gap that may also cross the end of a line, a cell or a text box."""
COMPATIBLE = (
    (0x2460, 0x24FF),
    (0x2E80, 0x2FDF),
    (0x3200, 0x33FF),
    (0xF900, 0xFAFF),
    (0xFF01, 0xFF60),
    (0x2F800, 0x2FA1F),
)
"""Where Unicode keeps characters that NFKC reads as another one: enclosed, radicals, compatibility, full width."""
FIXED = {
    "gap": GAP,
    "break": BREAK,
    "blank": f"[{BLANK}]",
    "blank_in": BLANK,
    "digit": "[0-9０-９]",
    "left": "(?<![0-9A-Za-z０-９Ａ-Ｚａ-ｚ])",
    "right": "(?![0-9A-Za-z０-９Ａ-Ｚａ-ｚ])",
    "han": "[\u3400-\u9fff\uf900-\ufaff]",
}
"""Macros of patterns that every pack has."""
MACRO = re.compile(r"\{([a-z_]+)\}")

INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
"""Characters that show nothing at all."""
Alike = Mapping[str, str]
"""A character to the others that are read as it."""


@cache
def gap_characters() -> frozenset[str]:
    """The characters of ``BLANK`` and the line end."""
    ranges = re.findall(r"(\\t|.)(?:-(.))?", BLANK)
    codes = (range(ord(a.replace("\\t", "\t")), ord(b or a.replace("\\t", "\t")) + 1) for a, b in ranges)
    return frozenset(chr(code) for some in codes for code in some) | {"\n"}


@cache
def compatible() -> dict[str, str]:
    """Each character to those that NFKC reads as exactly it."""
    found: dict[str, str] = {}
    for first, last in COMPATIBLE:
        for code in range(first, last + 1):
            plain = unicodedata.normalize("NFKC", chr(code))
            if len(plain) == 1 and plain != chr(code):
                found[plain] = found.get(plain, "") + chr(code)
    return found


def character(one: str, alike: Alike) -> str:
    """A pattern for one character in all its forms."""
    forms = one + alike.get(one, "")
    return re.escape(one) if len(forms) == 1 else "[" + "".join(map(re.escape, dict.fromkeys(forms))) + "]"


def spelled(words: Iterable[str], alike: Alike, gap: str = GAP) -> str:
    """A pattern for any of the words, the longest first, each spelled in every usual way; a blank is any gap."""
    longest_first = sorted(set(words), key=lambda word: (-len(word), word))
    return "(?:" + "|".join(gap.join(character(c, alike) for c in word if c != " ") for word in longest_first) + ")"


def expand(pattern: str, macros: Mapping[str, str], unknown: Callable[[str], Exception]) -> str:
    """The pattern with every ``{name}`` replaced; ``unknown`` makes the error for a name nobody defined."""

    def one(match: re.Match[str]) -> str:
        name = match[1]
        if name not in macros:
            raise unknown(name)
        return macros[name]

    return MACRO.sub(one, pattern)


def with_plain_digits(pattern: str) -> str:
    """``\\d`` as the digits that people here write, ASCII and full width; Unicode has six hundred others."""
    found, at, inside = [], 0, False
    while at < len(pattern):
        one = pattern[at : at + 2] if pattern[at] == "\\" else pattern[at]
        inside = one == "[" or (inside and one != "]")
        found.append(("0-9０-９" if inside else "[0-9０-９]") if one == "\\d" else one)
        at += len(one)
    return "".join(found)


PLAIN = re.compile(r"[\w!-~★☆▲△]*")
"""Nothing in such a text is a gap."""


class Folding:
    """What matches say, for comparing and counting."""

    def __init__(self, read_as: Mapping[str, str]) -> None:
        self._read_as = str.maketrans(dict(read_as))
        self._leaves_ascii = not any(one.isascii() for one in read_as)

    def folded(self, text: str) -> str:
        """NFKC, gaps dropped, look-alikes put back, in capitals."""
        plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
        if not PLAIN.fullmatch(plain):
            plain = "".join(c for c in plain if not _gap(c))
        return plain.upper() if self._leaves_ascii and text.isascii() else plain.translate(self._read_as).upper()


def _gap(one: str) -> bool:
    return unicodedata.category(one)[0] in "ZC" or 0x1F000 <= ord(one) <= 0x1FAFF or 0xFE00 <= ord(one) <= 0xFE0F
