"""File names as people may be shown them: nothing in one moves the cursor, breaks the line or turns how it is read."""

from __future__ import annotations

import unicodedata

TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
"""Signs that turn the reading direction: with them a program's name looks like a PDF's."""
JOINER = "\u200d"
DRESSED = frozenset("\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
"""What may stand between a picture and its joiner: the sign that asks for colour, and the tones of skin."""
INSTEAD = "\ufffd"


def shown(name: str) -> str:
    """The name with a sign in place of each that is not for showing; a family of emoji stays one picture."""
    return "".join(
        c if (c.isprintable() and c not in TURNING) or (c == JOINER and _joins(name, at)) else INSTEAD
        for at, c in enumerate(name)
    )


def _joins(name: str, at: int) -> bool:
    """Whether a joiner stands between two pictures, where it hides nothing; anywhere else it could."""
    before = name[:at].rstrip("".join(DRESSED))
    return all(unicodedata.category(c) == "So" for c in (before[-1:] or " ", name[at + 1 : at + 2] or " "))
