"""Finds what is new in WeChat's stores: a comparison with the ledger, cheap where nothing changed.

A file that appears changes its folder's time, so folders whose time is as before are not listed again; once in a while
all are, because a file that was rewritten in place changes no folder.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dlp.folder_names import is_temporary
from dlp.journal import Journal
from dlp.outbox.settled import Readiness, Stamp, readiness
from dlp.received import ledger
from dlp.received.places import Store

QUIET_SECONDS = 2.0
"""A file must be unchanged for so long, and nobody may be writing it: no name tells that a download is partial."""
EMPTY_SECONDS = 60.0
"""The same for an empty file."""
TICK_NANOSECONDS = 2_000_000_000
"""Coarsest clock of a file system in use (FAT: two seconds)."""
LAG_NANOSECONDS = 10_000_000
"""How far the clock that Linux stamps files with lags the one that programs read (a tick of the slowest kernel)."""
FULL_SECONDS = 3600.0
"""How often folders that did not change are listed all the same."""


@dataclass(frozen=True, slots=True)
class Found:
    """A new or changed file that is settled."""

    store: Store
    path: Path


@dataclass(slots=True)
class StoreScan:
    """Scans one store again and again."""

    store: Store
    journal: Journal
    _folders: dict[Path, tuple[int, list[Path]]] = field(default_factory=dict)
    """Time of change of each folder when it was last listed, and the folders in it."""
    _since: dict[Path, tuple[Stamp, float]] = field(default_factory=dict)
    """Unsettled files, and since when each is unchanged."""
    _listed: float = 0.0

    def begin(self) -> None:
        """From now on what comes is archived, also what comes while the baseline is taken, or before it is taken again.

        Without it a file that comes in the first seconds is history when a kill or a long list lies between.
        """
        if not ledger.known(self.journal, self.store.root):
            ledger.begin(self.journal, self.store.root, time.time_ns() - LAG_NANOSECONDS)

    def first(self) -> None:
        """Take the baseline, unless that was done: what was there before the first start is history."""
        if not ledger.known(self.journal, self.store.root):
            ledger.baseline(self.journal, self.store.root, self._history())

    def _history(self) -> Iterator[tuple[Path, Stamp]]:
        begun = ledger.begun(self.journal, self.store.root)
        for path, stamp in self._files(everything=True):
            if begun is None or _changed_at(path) < begun:
                yield path, stamp

    def look(self, named: set[Path] | None = None) -> tuple[list[Found], int]:
        """What is new and settled now, and how many files are still unsettled. Raises OSError for the store itself.

        ``named`` are paths that something happened to: then only those are looked at, and what is unsettled still.
        """
        now = time.monotonic()
        everything = not self._listed or now - self._listed > FULL_SECONDS
        changed = dict(self._changed(everything) if named is None or everything else self._of(named))
        if everything:
            self._listed = now
        waiting = {**{path: stamp for path in self._since if (stamp := _stamp(path))}, **changed}
        found = [Found(self.store, path) for path, stamp in sorted(waiting.items()) if self._settled(path, stamp, now)]
        self._since = {path: self._since[path] for path in waiting if path in self._since}
        for one in found:
            self._since.pop(one.path, None)
        return found, len(self._since)

    def _of(self, named: set[Path]) -> Iterator[tuple[Path, Stamp]]:
        """Those of the named paths that are new or changed files of this store; folders with all that is in them."""
        for folder in self.store.documents:
            for path in named:
                if path.is_relative_to(folder) and path != folder and not is_temporary(path.name):
                    yield from self._new(path)

    def _new(self, path: Path) -> Iterator[tuple[Path, Stamp]]:
        stamp = _stamp(path)
        if stamp is not None:
            before = ledger.look(self.journal, path)
            if before is None or ledger.key(before.stamp) != ledger.key(stamp):
                yield path, stamp
        elif path.is_dir() and not path.is_symlink():
            # A new month or chat: what came into it before it was watched rang no bell.
            with os.scandir(path) as entries:
                inner = [Path(entry.path) for entry in entries if not is_temporary(entry.name)]
            for one in inner:
                yield from self._new(one)

    def _changed(self, everything: bool) -> Iterator[tuple[Path, Stamp]]:
        if everything:
            known = ledger.stamps(self.journal, self.store.root)
            for path, stamp in self._files(everything=True):
                if known.get(os.fsencode(path)) != ledger.key(stamp):
                    yield path, stamp
            return
        for path, stamp in self._files(everything=False):
            before = ledger.look(self.journal, path)
            if before is None or ledger.key(before.stamp) != ledger.key(stamp):
                yield path, stamp

    def _settled(self, path: Path, stamp: Stamp, now: float) -> bool:
        before, since = self._since.get(path, (None, now))
        if before != stamp:
            since = now
        self._since[path] = (stamp, since)
        if now - since < (QUIET_SECONDS if stamp.size else EMPTY_SECONDS):
            return False
        # A file that may not be read is found all the same: the intake fails, and that stands on the retry list.
        return readiness(path) not in (Readiness.WRITTEN, Readiness.GONE)

    def _files(self, *, everything: bool) -> Iterator[tuple[Path, Stamp]]:
        """Regular files of the store's document folders; of all folders, or of those that changed."""
        pending = list(self.store.documents)
        while pending:
            folder = pending.pop()
            modified = folder.stat().st_mtime_ns
            before, inner = self._folders.get(folder, (0, []))
            if not everything and before == modified:
                pending += inner
                continue
            inner = []
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        inner.append(Path(entry.path))
                    elif entry.is_file(follow_symlinks=False) and not is_temporary(entry.name):
                        path = Path(entry.path)
                        if stamp := _stamp(path):
                            yield path, stamp
            pending += inner
            # A file may still appear within the same tick of the folder's clock: only a time that has passed is kept.
            old = time.time_ns() - modified > TICK_NANOSECONDS
            self._folders[folder] = (modified if old else 0, inner)


def _changed_at(path: Path) -> int:
    """When the file came or was changed last, nanoseconds; a copy that keeps its old date came when it was copied."""
    try:
        return path.lstat().st_ctime_ns
    except FileNotFoundError:
        return 0


def _stamp(path: Path) -> Stamp | None:
    """None where the file went away between listing and looking, or is none any more."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    return Stamp.of(status) if stat.S_ISREG(status.st_mode) else None
