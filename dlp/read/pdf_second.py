"""The second opinion on a PDF's text, by pdfminer: pages that pdfium reads as nothing, or as signs without meaning."""

from __future__ import annotations

import io

from classifiers.model import Block, GapReason
from dlp.read.visit import Parts, Visit

_MOST_PAGES = 300
"""Pages at a time; pdfminer takes a hundred times as long as pdfium."""


def pages(visit: Visit, content: bytes, good: dict[int, int] | None) -> Parts:
    """Lines of the given pages (page number to the good characters pdfium found there), or of all pages.

    A page's lines are given where they hold at least twice as many good characters as pdfium's; where neither gives
    any, the page is a Gap.
    """
    from pdfminer.high_level import extract_pages
    from pdfminer.layout import LTTextContainer

    numbers = sorted(good) if good is not None else None
    chosen = [number - 1 for number in numbers[:_MOST_PAGES]] if numbers else None
    found: dict[int, list[str]] = {}
    try:
        for order, page in enumerate(extract_pages(io.BytesIO(content), page_numbers=chosen, maxpages=_MOST_PAGES)):
            number = chosen[order] + 1 if chosen else order + 1
            found[number] = [box.get_text() for box in page if isinstance(box, LTTextContainer)]
            visit.budget.check_time()
    except Exception as error:  # noqa: BLE001 - pdfminer raises whatever a broken file makes of it
        yield visit.unread(GapReason.BROKEN, f"second opinion: {type(error).__name__}", 0.0 if good is None else 1.0)
    for number in numbers or sorted(found):
        text = "\n".join(found.get(number, []))
        meaning = sum(character.isalnum() for character in text.replace("(cid:", ""))
        if meaning and meaning >= 2 * (good or {}).get(number, 0):
            yield Block(text, visit.place(page=number))
        elif good is not None:
            yield visit.unread(GapReason.BROKEN, "characters without meaning", page=number)
