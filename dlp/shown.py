"""Names and texts of others as people may be shown them: nothing in one moves the cursor or turns how it is read."""

from __future__ import annotations

import unicodedata

TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
"""Signs that turn the reading direction: with them a program's name looks like a PDF's."""
JOINER = "\u200d"
DRESSED = "\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
"""What may stand between a picture and its joiner: the sign that asks for colour, and the tones of skin."""
MOST_DRESSED = 3
"""Characters before a joiner that are looked at."""
INSTEAD = "\ufffd"


def shown(name: str) -> str:
    """One line with a sign in place of each that is not for showing; a family of emoji stays one picture."""
    if name.isprintable() and TURNING.isdisjoint(name):
        return name
    return "".join(
        c if (c.isprintable() and c not in TURNING) or (c == JOINER and _joins(name, at)) else INSTEAD
        for at, c in enumerate(name)
    )


def shown_lines(text: str) -> str:
    """The same for a text whose line breaks are ours."""
    return "\n".join(map(shown, text.split("\n")))


def _joins(name: str, at: int) -> bool:
    """Whether a joiner stands between two pictures, where it hides nothing; anywhere else it could."""
    before = name[max(0, at - MOST_DRESSED) : at].rstrip(DRESSED)
    return all(unicodedata.category(c) == "So" for c in (before[-1:] or " ", name[at + 1 : at + 2] or " "))
