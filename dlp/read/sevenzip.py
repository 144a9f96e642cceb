"""7z archives by py7zr, member by member into counted memory."""

from __future__ import annotations

import io
import lzma
import zlib
from typing import Any

from classifiers.model import Block, GapReason, Region
from dlp.read.visit import Parts, Visit


def read(visit: Visit) -> Parts:
    """Every member in the order of the archive."""
    import py7zr
    from py7zr.exceptions import ArchiveError, PasswordRequired

    visit.source.file.seek(0)
    try:
        with py7zr.SevenZipFile(visit.source.file) as archive:
            if archive.needs_password():
                yield from _locked(visit, archive.getnames())
                return
            _check(visit, archive)
            counted = _Counted(visit, _names(archive))
            archive.extractall(factory=counted)
    except PasswordRequired:
        yield visit.unread(GapReason.ENCRYPTED, "header")
        return
    except (ArchiveError, OSError, EOFError, ValueError, lzma.LZMAError, zlib.error) as error:
        yield visit.unread(GapReason.BROKEN, type(error).__name__)
        return
    for name in dict.fromkeys(counted.names):
        if name not in {member for member, _ in counted.members}:
            yield Block(name, visit.place(Region.FILE_NAME, part=name))
    for name, member in counted.members:
        yield from visit.inner(name, member.content())


def _names(archive: Any) -> list[str]:  # noqa: ANN401 - py7zr
    """The members' own names; for py7zr they are numbers from here on.

    It takes a name for a path, and would refuse the whole archive for one that leads out of a folder.
    """
    members = archive.files.files_list
    names = [str(member.get("filename", "")) for member in members]
    for number, member in enumerate(members):
        member["filename"] = str(number)
    return names


def _check(visit: Visit, archive: Any) -> None:  # noqa: ANN401 - py7zr
    """Before anything is unpacked: the sizes that the archive itself tells, which its decoder does not exceed."""
    total = 0
    for member in archive.list():
        visit.budget.ratio(member.uncompressed, visit.source.size)
        total += member.uncompressed
    visit.budget.held(total)


def _locked(visit: Visit, names: list[str]) -> Parts:
    for name in names:
        visit.budget.member(visit.source.depth)
        yield Block(name, visit.place(Region.FILE_NAME, part=name))
        yield visit.unread(GapReason.ENCRYPTED, part=name)


class _Member:
    """Where py7zr writes one member to; counted as it comes. No name ever becomes a path."""

    def __init__(self, visit: Visit) -> None:
        self._visit, self._file = visit, io.BytesIO()

    def write(self, content: bytes) -> int:
        """Take some more bytes."""
        self._visit.budget.unpacked(len(content))
        self._visit.budget.check_time()
        return self._file.write(content)

    def read(self, size: int | None = None) -> bytes:
        """Bytes from the position on."""
        return self._file.read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move the position."""
        return self._file.seek(offset, whence)

    def close(self) -> None:
        """What was written stays until it is taken."""

    def flush(self) -> None:
        """Nothing is buffered elsewhere."""

    def size(self) -> int:
        """Bytes written."""
        return len(self._file.getbuffer())

    def content(self) -> bytes:
        """Everything written."""
        return self._file.getvalue()


class _Counted:
    """Hands py7zr a place to write each member to."""

    def __init__(self, visit: Visit, names: list[str]) -> None:
        self._visit = visit
        self.names = names
        """Of all members, also of those that hold nothing."""
        self.members: list[tuple[str, _Member]] = []
        """Two may have one name."""

    def create(self, filename: str) -> _Member:
        """A place for the member of this number."""
        self._visit.budget.member(self._visit.source.depth)
        self.members.append((self.names[int(filename)], _Member(self._visit)))
        return self.members[-1][1]
