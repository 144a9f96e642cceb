"""What lies in an outbox and is finished: the scan that is the truth, whatever the watcher missed."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Container, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from dlp.folder_names import is_temporary
from dlp.outbox.folders import Outbox
from dlp.outbox.settled import (
    EMPTY_SECONDS,
    FOLDER_SECONDS,
    QUIET_SECONDS,
    Readiness,
    Stamp,
    readiness,
)

LONGEST_PATH = 3500
"""Bytes of a path in a dropped folder; the system takes 4096 (PATH_MAX), and taken over the path is longer."""
MOST = 1_000_000
"""Drops of one look, where nobody says how much room there is."""


class Refusal(StrEnum):
    """Why a drop stays where it is."""

    SPECIAL = "special"
    """It is a link, a socket or the like, or holds one."""
    DENIED = "denied"
    """This account may not read it."""
    DEEP = "deep"
    """It holds paths that are too long for the system once it is taken over."""
    UNSEEN = "unseen"
    """The system gives an error where it is looked at."""
    FIXED = "fixed"
    """It cannot be moved out of the outbox."""


@dataclass(frozen=True, slots=True)
class Drop:
    """One file or folder that a person dropped."""

    path: Path
    outbox: Outbox
    group: str = ""
    """The group whose folder it was dropped into."""
    refused: Refusal | None = None
    """Why it cannot be taken."""
    stranger: bool = False
    """It was found in Ready, where nobody had judged it."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one scan found."""

    ready: tuple[Drop, ...] = ()
    waiting: int = 0
    """Drops that somebody is still writing."""
    more: int = 0
    """Drops that were not looked at, because there is no room for them yet."""


@dataclass(slots=True)
class Scan:
    """Scans one outbox again and again, and remembers since when each unfinished drop is unchanged."""

    outbox: Outbox
    groups: frozenset[str] = frozenset()
    """Folders of these names stand for groups."""
    _since: dict[str, tuple[object, float]] = field(default_factory=dict)

    def look(self, room: int = MOST, taken: Container[str] = ()) -> Sight:
        """What is finished now, at most so many, and nothing whose path is taken already.

        Raises OSError when the outbox itself cannot be listed.
        """
        now, ready, waiting, more, seen = time.monotonic(), list[Drop](), 0, 0, set[str]()
        for path, group in self._found():
            seen.add(path)
            if path in taken:
                continue
            if len(ready) >= room:
                more += 1
                continue
            drop = Drop(Path(path), self.outbox, group)
            try:
                readied = self._readied(drop, now)
            except OSError:
                # One drop that cannot be looked at must not keep the others waiting.
                readied = replace(drop, refused=Refusal.UNSEEN)
            if readied is None:
                waiting += 1
            else:
                ready.append(readied)
        for path in self._since.keys() - seen:
            del self._since[path]
        return Sight(tuple(ready), waiting, more)

    def _found(self) -> Iterator[tuple[str, str]]:
        """Path and group of each drop. Strings: a thousand that wait for room are listed again and again."""
        reserved, root = self.outbox.reserved, str(self.outbox.root)
        for name in _listed(root):
            if name in reserved or is_temporary(name):
                continue
            path = os.path.join(root, name)  # noqa: PTH118 - ten times as fast as a Path
            if name in self.groups and os.path.isdir(path) and not os.path.islink(path):  # noqa: PTH112, PTH114 - as above
                yield from ((os.path.join(path, one), name) for one in _listed(path) if not is_temporary(one))  # noqa: PTH118
            else:
                yield path, ""

    def _readied(self, drop: Drop, now: float) -> Drop | None:
        """The drop as it may be taken, None while it may not yet. One that went away is not there any more."""
        try:
            status = drop.path.lstat()
        except FileNotFoundError:
            return None
        if stat.S_ISDIR(status.st_mode):
            return self._folder(drop, now)
        if not stat.S_ISREG(status.st_mode):
            return replace(drop, refused=Refusal.SPECIAL)
        how = readiness(drop.path)
        if how is Readiness.DENIED:
            return replace(drop, refused=Refusal.DENIED)
        if how in (Readiness.WRITTEN, Readiness.GONE):
            self._since.pop(str(drop.path), None)
            return None
        needed = EMPTY_SECONDS if not status.st_size else 0.0 if how is Readiness.SETTLED else QUIET_SECONDS
        return drop if self._unchanged(str(drop.path), Stamp.of(status), now) >= needed else None

    def _unchanged(self, path: str, stamp: object, now: float) -> float:
        """Seconds since the stamp of a drop changed, as far as we looked."""
        before, since = self._since.get(path, (None, now))
        if before != stamp:
            since = now
        self._since[path] = (stamp, since)
        return now - since

    def _folder(self, drop: Drop, now: float) -> Drop | None:
        stamps, refused, written = [], None, False
        try:
            for path, status in _walk(drop.path):
                stamps.append((path, Stamp.of(status)))
                if len(os.fsencode(path)) > LONGEST_PATH:
                    return replace(drop, refused=Refusal.DEEP)
                if stat.S_ISDIR(status.st_mode):
                    continue
                how = readiness(path) if stat.S_ISREG(status.st_mode) else None
                if how is None or how is Readiness.DENIED:
                    refused = refused or (Refusal.SPECIAL if how is None else Refusal.DENIED)
                written |= how in (Readiness.WRITTEN, Readiness.GONE)
        except PermissionError:
            refused = Refusal.DENIED
        except FileNotFoundError:
            written = True
        quiet = self._unchanged(str(drop.path), tuple(stamps), now)
        if written or quiet < FOLDER_SECONDS:
            return None
        return replace(drop, refused=refused)


def _listed(folder: str) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries)


def _walk(top: Path) -> Iterator[tuple[Path, os.stat_result]]:
    yield top, top.lstat()
    for folder, inner, files in os.walk(top, onerror=_raise):
        inner.sort()
        for name in (*inner, *sorted(files)):
            path = Path(folder) / name
            yield path, path.lstat()


def _raise(error: OSError) -> None:
    raise error
