"""Small system files that travel along (.DS_Store): the readable runs in them, marked as salvage."""

from __future__ import annotations

from classifiers.model import Block, Region
from dlp.read import salvage
from dlp.read.visit import Parts, Visit


def read(visit: Visit) -> Parts:
    """Every readable run."""
    visit.budget.held(visit.source.size)
    text = "\n".join(salvage.strings(visit.source.all()))
    if text:
        yield Block(text, visit.place(Region.METADATA, part="salvage"))
