"""What stands in Ready and was not put there by us, or was changed since: it goes back and is judged like any drop.

The folder is listed first and the journal asked after: a file of ours is in the journal, as intended or as done, before
it is in the folder.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dlp.custody import plan as steps
from dlp.custody import send as sends
from dlp.custody.drafts import sealed_beside
from dlp.custody.send import Kind
from dlp.folder_names import is_temporary
from dlp.journal import Journal
from dlp.outbox.drops import Drop
from dlp.outbox.folders import Outbox
from dlp.outbox.settled import Readiness, readiness

LEAST_SECONDS = 2.0
"""Between looks while Ready changes."""
LONGEST_SECONDS = 30.0
"""Between looks in any case: a file edited in place changes no folder."""


@dataclass(slots=True)
class Strangers:
    """Looks at the Ready folders of the outboxes."""

    journal: Journal
    _looked: dict[Path, tuple[float, int]] = field(default_factory=dict)

    def look(self, outbox: Outbox) -> list[Drop]:
        """What in Ready must be judged, settled; empty while it is not due to look."""
        modified, now = outbox.ready.stat().st_mtime_ns, time.monotonic()
        before, seen = self._looked.get(outbox.ready, (-LONGEST_SECONDS, 0))
        if now - before < (LEAST_SECONDS if modified != seen else LONGEST_SECONDS):
            return []
        self._looked[outbox.ready] = (now, modified)
        with os.scandir(outbox.ready) as entries:
            found = sorted(entry.name for entry in entries if not is_temporary(entry.name))
        intended = {move.target for one in steps.open_intents(self.journal) for move in one.plan.moves}
        ours = sends.placed_in(self.journal, outbox.ready)
        paths = [os.path.join(outbox.ready, name) for name in found]  # noqa: PTH118 - a batch leaves thousands there
        strange = [Path(path) for path in paths if path not in intended and not self._ours(path, ours.get(path))]
        return [Drop(path, outbox, stranger=True) for path in strange if _settled(path)]

    def _ours(self, path: str, placed: tuple[str, Kind, int] | None) -> bool:
        """Whether it is what we put there, unchanged. Something that went away meanwhile is nobody's worry."""
        if placed is None:
            # A folder without a file was never judged, however it came there: there is nothing in it.
            return not os.path.lexists(path) or _is_empty(path)
        send, kind, modified = placed
        try:
            if kind is Kind.FILE:
                status = os.lstat(path)
                return stat.S_ISREG(status.st_mode) and status.st_mtime_ns == modified
            return self._are_ours(dict(_files(Path(path))), send)
        except FileNotFoundError:
            return True

    def _are_ours(self, found: dict[str, int], send: str) -> bool:
        """Whether these files, by name and time of change, are those of a folder that we put into Ready."""
        members = sends.members_of(self.journal, send)
        # As they were named when the copies were made: which were sealed is not asked, the name tells.
        names = {member.name for member in members}
        placed = {
            member.name if member.name in found else sealed_beside(member.name, names): member.modified
            for member in members
        }
        return placed == found


def _files(top: Path) -> Iterator[tuple[str, int]]:
    for folder, inner_folders, names in os.walk(top):
        # A link to a folder is walked past, and what it leads to would go out with what was judged.
        links = [name for name in inner_folders if os.path.islink(f"{folder}/{name}")]  # noqa: PTH114 - as above
        for name in (*names, *links):
            if not is_temporary(name):
                inner = Path(folder) / name
                yield inner.relative_to(top).as_posix(), inner.lstat().st_mtime_ns


def _is_empty(path: str) -> bool:
    return os.path.isdir(path) and not os.path.islink(path) and next(_files(Path(path)), None) is None  # noqa: PTH112, PTH114


def _settled(path: Path) -> bool:
    if path.is_dir() and not path.is_symlink():
        return True
    return readiness(path) not in (Readiness.WRITTEN, Readiness.GONE)
