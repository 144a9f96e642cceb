"""Whether the folders that a person chose can be what they are chosen for, without one swallowing another.

All that lies in an outbox is handed over and moved away; a home or an archive in there would be handed over too.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from dlp.config import Home, Settings
from dlp.errors import UsageError
from dlp.folder_names import reserved
from dlp.language import Say
from dlp.system_words import why

OUTBOX = Say("outbox", "外发文件夹")
ARCHIVE = Say("archive", "归档文件夹")
HOME = Say("home", "主文件夹")
CHOOSE = Say(
    "choose another folder with --outbox or --archive; for a home that was set up: in its settings.toml",
    "请用 --outbox 或 --archive 另选文件夹；已初始化的，请修改其 settings.toml",
)


def check(home: Home, settings: Settings) -> None:
    """Raise UsageError where outbox, archive and home are in each other's way, or one of them is no folder."""
    outbox, archive = settings.outbox_folder(), settings.archive_folder(home)
    for what, folder in ((OUTBOX, outbox), (ARCHIVE, archive)):
        _is_folder(what, folder)
    _apart(OUTBOX, outbox, HOME, home.root)
    _apart(OUTBOX, outbox, ARCHIVE, archive)
    if _inside(home.root, archive):  # the other way round is the default
        raise _in_the_way(ARCHIVE, archive, HOME, home.root)


def strangers_in(folder: Path) -> int:
    """How many things lie in a folder that an outbox there would hand over. Raises UsageError."""
    try:
        with os.scandir(folder) as entries:
            return sum(entry.name not in reserved() for entry in entries)
    except FileNotFoundError:
        return 0
    except OSError as error:
        raise _no_folder(OUTBOX, folder, why(error)) from error


def _is_folder(what: Say, folder: Path) -> None:
    try:
        if stat.S_ISDIR(folder.stat().st_mode):
            return
    except FileNotFoundError:
        return  # it is made
    except OSError as error:
        raise _no_folder(what, folder, why(error)) from error
    raise _no_folder(what, folder, Say("it is a file", "是文件"))


def _no_folder(what: Say, folder: Path, reason: Say) -> UsageError:
    return UsageError(
        Say("{folder} cannot be the {what}: {why}", "{folder} 不能用作{what}：{why}").format(
            folder=folder, what=what, why=reason
        ),
        CHOOSE,
    )


def _apart(one: Say, first: Path, other: Say, second: Path) -> None:
    if _inside(first, second) or _inside(second, first):
        raise _in_the_way(one, first, other, second)


def _inside(inner: Path, outer: Path) -> bool:
    """Whether the first is the second or lies in it, by whatever links they are reached."""
    inner, outer = inner.resolve(), outer.resolve()
    return inner == outer or outer in inner.parents


def _in_the_way(one: Say, first: Path, other: Say, second: Path) -> UsageError:
    return UsageError(
        Say(
            "the {one} {first} and the {other} {second} are the same folder, or one lies in the other",
            "{one} {first} 与{other} {second} 相同，或互为上下级",
        ).format(one=one, first=first, other=other, second=second),
        CHOOSE,
    )
