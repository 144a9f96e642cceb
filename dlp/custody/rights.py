"""Whose files are when they are given to people in service mode: Ready stays the agent's, Originals are theirs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from dlp.custody.plan import Place
from dlp.outbox.folders import Outbox

READABLE = 0o644
"""Mode of a file in Ready; the folder above it lets only its person in."""


def dress(source: Path, to: Place, outbox: Outbox) -> None:
    """Give a file or folder the owner and mode that its place asks for, before it gets its name there.

    Does nothing in portable mode, where everything belongs to the one person, nor to one that is gone. Raises OSError.
    """
    if not outbox.owner or sys.platform == "win32" or not os.path.lexists(source):
        return
    if to is Place.READY:
        for path in _all(source):
            path.chmod(0o755 if path.is_dir() else READABLE)
    elif to is Place.ORIGINAL:
        import pwd

        person = pwd.getpwnam(outbox.owner)
        for path in _all(source):
            if path.lstat().st_uid != person.pw_uid:
                os.chown(path, person.pw_uid, person.pw_gid, follow_symlinks=False)


def _all(top: Path) -> Iterator[Path]:
    """The file, or the folder with all in it, what is inside first: a folder given away could not be entered again."""
    if top.is_dir() and not top.is_symlink():
        for folder, inner, files in os.walk(top, topdown=False):
            yield from (Path(folder) / name for name in (*files, *inner))
    yield top
