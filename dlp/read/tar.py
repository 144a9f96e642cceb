"""Tar archives, by name and content only: nothing is ever written."""

from __future__ import annotations

import tarfile

from classifiers.model import Block, GapReason, Region
from dlp.read import unpacked
from dlp.read.archive import legacy
from dlp.read.visit import Parts, Visit


def read(visit: Visit) -> Parts:
    """Every file in its order; links and folders by their names alone."""
    visit.source.file.seek(0)
    try:
        with tarfile.open(fileobj=visit.source.file, mode="r:", errors="surrogateescape") as archive:
            for member in archive:
                visit.progress = min(1.0, member.offset / max(1, visit.source.size))
                yield from _member(visit, archive, member)
            end = archive.offset
    except tarfile.TarError as error:
        yield visit.unread(GapReason.BROKEN, type(error).__name__, 1.0 - visit.progress)
        return
    if _holds(visit, end):
        # A broken header ends the list as the true end does, and a second archive may follow the first.
        left = 1.0 - end / max(1, visit.source.size)
        yield visit.unread(GapReason.BROKEN, "bytes behind the last member", left)


def _member(visit: Visit, archive: tarfile.TarFile, member: tarfile.TarInfo) -> Parts:
    name = legacy(member.name.encode("utf-8", "surrogateescape"))
    stream = archive.extractfile(member) if member.isfile() else None
    if stream is None:
        visit.budget.member(visit.source.depth)
        yield Block(name, visit.place(Region.FILE_NAME, part=name))
        return
    yield from unpacked.read(visit, name, stream, member.size, max(member.size, 1))


def _holds(visit: Visit, at: int) -> bool:
    """Whether anything but zeros stands here or behind."""
    visit.source.file.seek(at)
    while chunk := visit.source.file.read(1 << 20):
        visit.budget.check_time()
        if chunk.strip(b"\0"):
            return True
    return False
