"""Plain text of any size: decoded in pieces that end where a line ends."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from classifiers.model import Block, GapReason
from dlp.read import charset
from dlp.read.visit import Parts, Visit

PIECE = 1 << 16
"""Characters of one Block at most; long enough to keep the cost per Block away, short enough to bound memory."""
_CHUNK = 1 << 17
_BROKEN = "\ufffd"


def read(visit: Visit) -> Parts:
    """The text as large Blocks with the line they begin at."""
    head = visit.source.head()
    codec = charset.of(head) or "gb18030"
    line, lost, total = 1, 0, 0
    for piece in pieces(_decoded(visit, codec)):
        yield Block(piece, visit.place(line=line))
        line += piece.count("\n")
        lost += piece.count(_BROKEN)
        total += len(piece)
    if charset.is_doubtful(head, codec):
        from dlp.read import second_vote

        # Read as if it were text, which a binary file without control characters and an unknown encoding pass for too.
        yield visit.unread(GapReason.UNKNOWN_TYPE, second_vote.vote(head) or f"no language in {codec}")
    if lost:
        yield visit.unread(GapReason.BROKEN, f"{lost} characters are not valid {codec}", lost / total)


def _decoded(visit: Visit, codec: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(codec)("replace")
    visit.source.file.seek(0)
    done = 0
    while chunk := visit.source.file.read(_CHUNK):
        yield decoder.decode(chunk)
        done += len(chunk)
        visit.progress = done / max(done, visit.source.size)
        visit.told = f"{done} of {visit.source.size} bytes"
    yield decoder.decode(b"", final=True)


def pieces(texts: Iterator[str]) -> Iterator[str]:
    """The same text cut at line ends, in pieces of at most ``PIECE`` characters; a longer line is cut inside."""
    rest = ""
    for text in texts:
        rest += text
        while len(rest) > PIECE:
            cut = rest.rfind("\n", 0, PIECE) + 1 or PIECE
            yield rest[:cut]
            rest = rest[cut:]
    if rest:
        yield rest
