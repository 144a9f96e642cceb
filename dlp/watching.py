"""Hints that something happened in a folder. A hint may be missed, doubled or late; the scan behind it is the truth.

The library watchdog tells at once where the platform can; folders on network file systems, where it cannot, are
looked at again and again. Health says for each folder which of it is so.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

POLLED = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "davfs", "fuse", "fuseblk"}
)
"""File systems whose changes by others the kernel does not tell of."""


class Health(StrEnum):
    """How a folder is watched."""

    WATCHED = "watched"
    POLLING = "polling"
    UNREADABLE = "unreadable"
    ABSENT = "absent"


@dataclass(slots=True)
class Hints:
    """Watches folders and sets one event when something happened in any of them."""

    stir: threading.Event
    polled: frozenset[str] = POLLED
    """File systems that are looked at again and again."""
    gone_too: bool = False
    """Whether a file that goes away is something that happened."""
    naming: bool = False
    """Whether to remember which paths something happened to, for ``named``."""
    health: dict[Path, Health] = field(default_factory=dict)
    _observer: Any = None
    _watches: dict[Path, Any] = field(default_factory=dict)
    _named: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def watch(self, folder: Path, *, recursive: bool) -> Health:
        """Begin to watch a folder, once; says how. A folder that cannot be watched is polled by whoever scans it."""
        if self.health.get(folder) is Health.WATCHED and folder.is_dir():
            return Health.WATCHED
        self._forget(folder)
        self.health[folder] = self._begin(folder, recursive)
        return self.health[folder]

    def _begin(self, folder: Path, recursive: bool) -> Health:
        if not folder.is_dir():
            return Health.ABSENT
        if not os.access(folder, os.R_OK | os.X_OK):
            return Health.UNREADABLE
        if file_system(folder) in self.polled:
            return Health.POLLING
        from watchdog import events

        # Not "opened" and not "modified": our own scans open files, and a large copy would ring all the time.
        kinds = [events.FileCreatedEvent, events.FileMovedEvent, events.FileClosedEvent]
        kinds += [events.DirCreatedEvent, events.DirMovedEvent]
        kinds += [events.FileDeletedEvent] if self.gone_too else []
        try:
            if self._observer is None:
                self._observer = _observer()
                self._observer.start()
            bell = _Bell(self._rung)
            self._watches[folder] = self._observer.schedule(bell, str(folder), recursive=recursive, event_filter=kinds)
        except OSError:
            # No watches left (inotify's limit): the folder is polled, and health says so.
            return Health.POLLING
        return Health.WATCHED

    def _rung(self, path: str) -> None:
        if self.naming and path:
            with self._lock:
                self._named.add(path)
        self.stir.set()

    def named(self) -> set[Path]:
        """The paths that something happened to since this was asked last; some may have been missed."""
        with self._lock:
            named, self._named = self._named, set()
        return {Path(path) for path in named}

    def _forget(self, folder: Path) -> None:
        watch = self._watches.pop(folder, None)
        if watch is not None:
            self._observer.unschedule(watch)

    @property
    def polling(self) -> bool:
        """Whether any folder has to be looked at again and again."""
        return Health.POLLING in self.health.values()

    def stop(self) -> None:
        """End the watching."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join(2)


def _observer() -> Any:  # noqa: ANN401 - which class it is depends on the platform
    """An observer of watchdog; on Linux one that does not wait for the other half of a move.

    A file that leaves a folder, as each claim does, makes watchdog keep back all later events of that folder for half a
    second, in case the file turns up elsewhere. Where it went is nothing that we ask.
    """
    if not sys.platform.startswith("linux"):
        from watchdog.observers import Observer

        return Observer()
    from watchdog.observers.api import DEFAULT_OBSERVER_TIMEOUT, BaseObserver
    from watchdog.observers.inotify import InotifyEmitter, InotifyObserver
    from watchdog.observers.inotify_c import InotifyConstants, InotifyFD

    class Prompt(InotifyEmitter):
        def get_event_mask_from_filter(self) -> Any:  # noqa: ANN401 - watchdog's own type
            mask = super().get_event_mask_from_filter()
            # Below a recursive watch folders may move, and watchdog must follow them.
            return mask if self.watch.is_recursive else type(mask)(mask & ~InotifyConstants.IN_MOVED_FROM)

    class PromptObserver(InotifyObserver):
        def __init__(self) -> None:
            self._inotify_fd = InotifyFD()
            self._inotify_fd.start()
            BaseObserver.__init__(self, Prompt, timeout=DEFAULT_OBSERVER_TIMEOUT, inotify_fd=self._inotify_fd)

    return PromptObserver()


class _Bell:
    """What watchdog calls with each event; which one it was does not matter to a scan."""

    def __init__(self, ring: Callable[[str], None]) -> None:
        self._ring = ring

    def dispatch(self, event: object) -> None:
        """Something happened to a path; after a move to the one that it has now."""
        path = getattr(event, "dest_path", "") or getattr(event, "src_path", "")
        self._ring(os.fsdecode(path))


def file_system(folder: Path) -> str:
    """The type of the file system a folder lies on (proc(5), mountinfo); empty where the platform does not tell."""
    if not sys.platform.startswith("linux"):
        return ""
    wanted, best, kind = os.path.realpath(folder), "", ""
    try:
        lines = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return ""
    for line in lines:
        before, _, after = line.partition(" - ")
        point = before.split(" ")[4].encode("latin-1", "backslashreplace").decode("unicode_escape", "replace")
        if (wanted == point or wanted.startswith(point.rstrip("/") + "/")) and len(point) >= len(best):
            best, kind = point, after.split(" ")[0].split(".")[0]
    return kind
