"""One document being read: its Source, what may still be spent, and how parts inside it are read."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, Protocol

from classifiers.model import Block, Gap, GapKind, GapReason, Place, Region
from classifiers.unplaced import Cells
from dlp.read import placing
from dlp.read.budget import Budget
from dlp.read.eyes import Eyes
from dlp.read.source import Source

Part = Block | Gap


class Together(list[Block]):
    """Blocks of one document, handed on together; whoever takes the parts of a Reading is given them one by one.

    From its reader to there a Block passes a dozen hands, each of which asks what it is.
    """

    def __init__(self, path: tuple[str, ...]) -> None:
        super().__init__()
        self.path = path


Parts = Iterator[Part | Together | Cells]
Blocks = Iterator[Block]
"""Of what can be nothing else."""
_MOST_TOGETHER = 256
_CHUNK = 1 << 16


class Unpacking(Protocol):
    """A stream that an unpacker gives out."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end."""


@dataclass(slots=True)
class Visit:
    """What a reader is given. A reader is a function from a Visit to an iterator of Blocks and Gaps."""

    source: Source
    budget: Budget
    inward: Callable[[Source, Budget], Parts]
    """Reads a part as a document of its own."""
    media_type: str = ""
    progress: float = 0.0
    """How much of this document was read so far, 0..1; a limit that is reached leaves the rest."""
    told: str = ""
    """The same in words for the log, such as ``40 of 60 pages``."""
    eyes: Eyes | None = None
    """Who looks at pictures; None: nobody, and each is a Gap."""

    def place(self, region: Region = Region.BODY, **where: Any) -> Place:  # noqa: ANN401 - the fields of Place
        """A Place in this document."""
        # As placing.place makes it: a call more for each would be a tenth of making it.
        made = placing.Open(region, self.source.path, **where)
        made.__class__ = Place  # type: ignore[assignment]
        return made  # type: ignore[return-value]

    def property(self, name: str, value: str) -> tuple[Block, ...]:
        """A property of the document, where it says anything."""
        if value and value.strip():
            return (placing.block(value, placing.part(Region.METADATA, self.source.path, name)),)
        return ()

    def together(self, blocks: Iterable[Block]) -> Iterator[Together]:
        """The same Blocks, many at a time; also those before an error."""
        left = iter(blocks)
        while True:
            found = Together(self.source.path)
            try:
                found.extend(islice(left, _MOST_TOGETHER))
            except BaseException:
                yield found
                raise
            if not found:
                return
            yield found

    def unread(self, reason: GapReason, detail: str = "", coverage: float = 1.0, **where: Any) -> Gap:  # noqa: ANN401
        """A Gap of kind unreadable for this document or a place in it."""
        return Gap(GapKind.UNREADABLE, reason, self.place(**where), coverage, detail=detail)

    def unseen(self, reason: GapReason, coverage: float, size: int | None = None, **where: Any) -> Gap:  # noqa: ANN401
        """A Gap of kind unseen for a place in this document."""
        return Gap(GapKind.UNSEEN, reason, self.place(**where), min(1.0, coverage), size)

    def inner(
        self,
        name: str,
        file: BinaryIO | bytes,
        size: int | None = None,
        coverage: float | None = None,
        declared: str = "",
    ) -> Parts:
        """Everything in a part that is a document of its own: an archive member, an attachment, an embedded object."""
        opened = io.BytesIO(file) if isinstance(file, bytes) else file
        length = size if size is not None else len(file) if isinstance(file, bytes) else 0
        source = Source(opened, length, name, (*self.source.path, name), self.source.depth + 1, declared, coverage)
        yield from self.inward(source, self.budget)

    def held(self, stream: Unpacking, packed: int) -> bytes:
        """All bytes of an unpacking stream, counted while they come, whatever its header said of their number."""
        found = io.BytesIO()
        for chunk in self.counted(stream, packed):
            found.write(chunk)
            self.budget.held(found.tell())
        return found.getvalue()

    def counted(self, stream: Unpacking, packed: int) -> Iterator[bytes]:
        """Chunks of an unpacking stream, counted against the limits before they are handed on."""
        total = 0
        while chunk := stream.read(_CHUNK):
            total += len(chunk)
            self.budget.unpacked(len(chunk))
            self.budget.ratio(total, packed)
            yield chunk


def singly(parts: Parts) -> Iterator[Part]:
    """One by one, for whoever looks at each."""
    for part in parts:
        if isinstance(part, (Together, Cells)):
            yield from part
        else:
            yield part
