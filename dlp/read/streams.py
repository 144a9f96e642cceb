"""The streams of a compound file (MS-CFB): an ordinary one is read from its bytes in whole runs of sectors.

olefile reads sector by sector, and notes each step for a log that nobody keeps; embedded objects are small and many, so
that opening them cost more than what is in them. It still reads every file that is damaged, unusual or not held in
memory, and says what is wrong.
"""

from __future__ import annotations

import io
import struct
import sys
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from dlp.read import wide

if TYPE_CHECKING:
    from olefile import OleFileIO

Path = tuple[str, ...]
_Entry = tuple[bytes, int, int, int, int, int, int, int, int]
"""Name, its length, kind, left, right and inner neighbour, first sector, size in two halves."""
_HEADER = struct.Struct("<8s18x4H10x2I4x3I4xI")
_ENTRY = struct.Struct("<64sHBxIII16x20xIII")
_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ROOT, _STORAGE, _STREAM = 5, 1, 2
_NONE, _END, _LAST = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFA
"""No entry; end of a chain; the last number that a sector can have."""
_SMALL_SECTOR, _CUT_OFF = 64, 4096
"""Streams of fewer bytes than the second lie in small sectors of the first size."""
_IN_HEADER = 109
_MOST_DEPTH = 64


class _Odd(Exception):
    """This is for olefile."""


@dataclass(slots=True)
class Streams:
    """The streams of one file by their path, in the order of their names."""

    file: BinaryIO
    _plain: _Plain | None = None
    _ole: OleFileIO | None = None

    def names(self) -> list[Path]:
        """Every stream."""
        if self._plain:
            return list(self._plain.found)
        return [tuple(name) for name in self._by_olefile().listdir(streams=True, storages=False)]

    def top(self) -> set[str]:
        """What stands at the top, streams and storages, in lower case."""
        if self._plain:
            return self._plain.top
        return {kid.name.lower() for kid in self._by_olefile().root.kids}

    def size(self, path: Path) -> int:
        """Bytes of a stream, as the directory tells. Raises OSError where there is none."""
        if self._plain:
            return self._plain.place(path)[1]
        return int(self._by_olefile().get_size(list(path)))

    def content(self, path: Path) -> bytes:
        """What is there of a stream. Raises OSError where there is none."""
        if self._plain:
            place = self._plain.place(path)
            try:
                return self._plain.content(*place)
            except (_Odd, ValueError):
                # Cut off, or its chain leads nowhere.
                pass
        return bytes(self._by_olefile().openstream(list(path)).read())

    def _by_olefile(self) -> OleFileIO:
        import olefile

        if self._ole is None:
            self.file.seek(0)
            self._ole = olefile.OleFileIO(self.file)
        return self._ole


def opened(file: BinaryIO) -> Streams:
    """The streams of a compound file. Raises what olefile raises where it is none."""
    if isinstance(file, io.BytesIO) and sys.byteorder == "little":
        try:
            return Streams(file, _read(file.getvalue()))
        except (_Odd, struct.error, ValueError, IndexError):
            pass
    streams = Streams(file)
    streams.names()
    return streams


@dataclass(slots=True)
class _Plain:
    raw: bytes
    sector: int
    table: array[int]
    small_start: int
    small_count: int
    root: tuple[int, int] = (0, 0)
    found: dict[Path, tuple[int, int]] = field(default_factory=dict)
    """First sector and size of each stream."""
    lowered: dict[Path, tuple[int, int]] = field(default_factory=dict)
    top: set[str] = field(default_factory=set)
    _small: tuple[bytes, array[int]] | None = None

    def place(self, path: Path) -> tuple[int, int]:
        """Where a stream is, whatever the case of its name."""
        found = self.found.get(path) or self.lowered.get(tuple(step.lower() for step in path))
        if found is None:
            raise FileNotFoundError(path[-1])
        return found

    def content(self, start: int, size: int) -> bytes:
        if size >= _CUT_OFF:
            return _chain(self.raw, self.sector, self.sector, self.table, start, size)
        if self._small is None:
            table = _chain(self.raw, self.sector, self.sector, self.table, self.small_start, self.small_count)
            whole = _chain(self.raw, self.sector, self.sector, self.table, *self.root)
            self._small = whole, array("I", table)[: -(-self.root[1] // _SMALL_SECTOR)]
        return _chain(self._small[0], 0, _SMALL_SECTOR, self._small[1], start, size)


def _read(raw: bytes) -> _Plain:
    magic, version, order, shift, small_shift, tables, directory, cut_off, small, smalls, more = _HEADER.unpack_from(
        raw
    )
    ordinary = magic == _MAGIC and order == 0xFFFE and (version, shift) in {(3, 9), (4, 12)} and small_shift == 6
    if not ordinary or cut_off != _CUT_OFF or more or not 0 < tables <= _IN_HEADER:
        raise _Odd
    sector = 1 << shift
    table: array[int] = array("I")
    for number in struct.unpack_from(f"<{tables}I", raw, 76):
        at = (number + 1) * sector
        if number > _LAST or at + sector > len(raw):
            raise _Odd
        table.frombytes(raw[at : at + sector])
    plain = _Plain(raw, sector, table[: -(-len(raw) // sector) - 1], small, smalls * sector)
    _tree(plain, _entries(plain, directory))
    return plain


def _entries(plain: _Plain, at: int) -> bytes:
    """The directory, whose size nothing tells."""
    pieces: list[bytes] = []
    while at != _END:
        if at >= len(plain.table) or len(pieces) > len(plain.table):
            raise _Odd
        pieces.append(plain.raw[(at + 1) * plain.sector : (at + 2) * plain.sector])
        at = plain.table[at]
    return b"".join(pieces)


def _tree(plain: _Plain, raw: bytes) -> None:
    entries = list(_ENTRY.iter_unpack(raw[: len(raw) // 128 * 128]))
    if not entries or entries[0][2] != _ROOT:
        raise _Odd
    plain.root = entries[0][6], entries[0][7]
    _storage(plain, entries, entries[0][5], (), set())
    plain.lowered = {tuple(step.lower() for step in path): place for path, place in plain.found.items()}
    if len(plain.lowered) != len(plain.found):
        raise _Odd


def _storage(plain: _Plain, entries: list[_Entry], child: int, path: Path, used: set[int]) -> None:
    """The streams of one storage and of those in it, by name."""
    kids: dict[str, _Entry] = {}
    waiting = [child]
    while waiting:
        number = waiting.pop()
        if number == _NONE:
            continue
        if number in used or number >= len(entries) or len(path) > _MOST_DEPTH:
            raise _Odd
        used.add(number)
        raw, length, kind, left, right, _, _, _, _ = entries[number]
        if kind not in {_STORAGE, _STREAM} or length < 2 or length > 64 or length % 2:
            raise _Odd
        called = wide.text(raw[: length - 2])
        if called in kids:
            raise _Odd
        kids[called] = entries[number]
        waiting += [left, right]
    if not path:
        plain.top = {name.lower() for name in kids}
    for name in sorted(kids):
        _, _, kind, _, _, inner, start, low, high = kids[name]
        if kind == _STREAM:
            plain.found[(*path, name)] = start, low if plain.sector == 512 else low + (high << 32)
        else:
            _storage(plain, entries, inner, (*path, name), used)


def _chain(raw: bytes, offset: int, sector: int, table: array[int], start: int, size: int) -> bytes:
    """So many bytes along a chain of sectors, read in runs of sectors that follow each other."""
    left = -(-size // sector)
    pieces: list[bytes] = []
    # Most streams lie in one run, which one comparison tells.
    if left > 1 and start + left <= len(table) and table[start : start + left - 1] == _onward(start, left):
        pieces.append(raw[offset + start * sector : offset + (start + left) * sector])
        left = 0
    while left:
        if start >= len(table) or left > len(table):
            raise _Odd
        run, after = 1, table[start]
        while run < left and after == start + run and after < len(table):
            after = table[after]
            run += 1
        pieces.append(raw[offset + start * sector : offset + (start + run) * sector])
        left, start = left - run, after
    found = pieces[0] if len(pieces) == 1 else b"".join(pieces)
    if len(found) < size:
        raise _Odd
    return found[:size]


def _onward(start: int, count: int) -> array[int]:
    """What the table says of sectors that follow each other, but for the last."""
    return array("I", range(start + 1, start + count))
