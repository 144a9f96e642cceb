"""``read``: everything in one file, as a stream of Blocks and Gaps, for the reading process and for tests alike.

This is the one place where what goes wrong in a reader becomes a Gap. Nothing is swallowed: a part either gives its
text, or a Gap that says why it did not.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Any

from classifiers.model import Block, GapReason, Region
from classifiers.unplaced import Cells
from dlp.model import Limits
from dlp.read import placing, registry, sniff, truth
from dlp.read.budget import Budget, Exceeded
from dlp.read.eyes import Eyes
from dlp.read.gaps import merged
from dlp.read.source import Source, opened
from dlp.read.visit import Part, Parts, Together, Visit


class Reading:
    """A file being read: what it is, and its parts as they come."""

    def __init__(self, media_type: str, parts: Parts, budget: Budget | None = None) -> None:
        self.media_type = media_type
        """By content, never by name."""
        self._parts, self._budget, self._inside = parts, budget, False

    @property
    def parts(self) -> Iterator[Part]:
        """One by one."""
        return chain.from_iterable(self._sequences(Together, Cells))

    @property
    def joined(self) -> Iterator[Part | Cells]:
        """The same, but for cells, which stay together: as the classifier takes them."""
        return chain.from_iterable(self._sequences(Together))

    def _sequences(self, *several: type) -> Iterator[Any]:
        """What the reader gives, in sequences: these types are such, all else is alone in one."""
        self._inside = True
        try:
            for part in self._parts:
                self._inside = False
                yield part if isinstance(part, several) else (part,)
                self._inside = True
        finally:
            self._inside = False

    def alarm(self) -> None:
        """Called by a timer: raises inside the reader at work when its time is used up, and nowhere else."""
        if self._inside and self._budget is not None:
            self._budget.check_time()


def read(descriptor: int, name: str, limits: Limits, eyes: Eyes | None = None) -> Reading:
    """Read the file behind a descriptor, by position only; ``name`` is the file's own, without folders.

    ``eyes`` look at its pictures; without them each picture is a Gap.

    The parts may be taken once. Nothing is raised for what the file holds; OSError when its bytes cannot be read.
    """
    source = opened(descriptor, name)
    budget = Budget(limits)
    media_type = sniff.media_type(source)
    parts = _document(source, budget, media_type, eyes)
    return Reading(media_type, merged(parts if eyes is None else _seen(parts, eyes)), budget)


def _seen(parts: Parts, eyes: Eyes) -> Parts:
    yield from parts
    yield from eyes.rest()


def _document(source: Source, budget: Budget, media_type: str = "", eyes: Eyes | None = None) -> Parts:
    visit = Visit(source, budget, partial(_document, eyes=eyes), eyes=eyes)
    try:
        yield from _opened(visit, media_type)
    except Exceeded as exceeded:
        if exceeded.whole and source.depth:
            raise
        yield visit.unread(exceeded.reason, _told(exceeded.limit, visit), 1.0 - visit.progress)
    except MemoryError:
        yield visit.unread(GapReason.TOO_BIG, _told("memory", visit), 1.0 - visit.progress)
    except RecursionError:
        yield visit.unread(GapReason.TOO_DEEP, "recursion", 1.0 - visit.progress)
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001 - whatever a hostile file makes a library raise (Rust's panics are no
        # Exception) is a Gap and not clean.
        yield visit.unread(GapReason.BROKEN, type(error).__name__, 1.0 - visit.progress)


def _opened(visit: Visit, media_type: str) -> Parts:
    source, budget = visit.source, visit.budget
    budget.member(source.depth)
    yield placing.block(source.name, visit.place(Region.FILE_NAME))
    visit.media_type = media_type or sniff.media_type(source)
    if visit.media_type == "text/plain" and source.declared == "text/html":
        visit.media_type = source.declared
    yield from truth.told(visit)
    if source.depth:
        budget.enter()
    try:
        path = source.path
        for part in registry.reader(visit.media_type)(visit):
            # Parts of inner documents were counted where they were read.
            if isinstance(part, (Together, Cells)):
                if part.path == path:
                    yield from _counted(part, budget)
                else:
                    yield part
                continue
            if isinstance(part, Block) and part.place.path == path:
                budget.tick(len(part.text))
            yield part
    finally:
        if source.depth:
            budget.leave()


def _counted(blocks: Together | Cells, budget: Budget) -> Parts:
    """The Blocks together; one by one where they come to the limit, so that all up to it are given."""
    characters = blocks.characters if isinstance(blocks, Cells) else sum([len(block.text) for block in blocks])
    if budget.holds(characters):
        budget.tick(characters)
        yield blocks
        return
    for block in blocks:
        budget.tick(len(block.text))
        yield block


def _told(limit: str, visit: Visit) -> str:
    return f"{limit}: {visit.told} read" if visit.told else limit
