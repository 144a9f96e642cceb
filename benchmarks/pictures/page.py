"""The part of docs/accuracy.md that is about pictures: taken out and put in by whoever writes the rest of the page."""

from __future__ import annotations

import re

BEGIN, END = "<!-- pictures -->", "<!-- end of pictures -->"
PART = re.compile(rf"{BEGIN}.*?{END}\n", re.DOTALL)
NEXT = "## Papers written apart"
"""It stands before this."""


def part_of(page: str) -> str:
    """The part, or nothing."""
    found = PART.search(page)
    return found[0] if found else ""


def written_into(page: str, part: str) -> str:
    """The page with the part in place of its old one, or before what was judged apart, or at its end."""
    if not part:
        return page
    if old := PART.search(page):
        return page[: old.start()] + part + page[old.end() :]
    at = page.find(NEXT)
    return page[:at] + part + "\n" + page[at:] if at >= 0 else page + "\n" + part
