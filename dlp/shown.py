"""Names and texts of others as a terminal may be given them: what moves the cursor or forges a line is replaced."""

from __future__ import annotations

TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
"""What turns the reading direction."""


def shown(name: str) -> str:
    """A text on one line that cannot move the cursor, break the line or turn the reading direction of a terminal."""
    if name.isprintable() and TURNS.isdisjoint(name):
        return name
    return "".join(c if c.isprintable() and c not in TURNS else "\ufffd" for c in name)


def shown_lines(text: str) -> str:
    """The same for a text whose line breaks are ours."""
    return "\n".join(map(shown, text.split("\n")))
