"""Drops that cannot be taken: links, sockets, files this account may not read. They stay; a note in Held says why."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import structlog

from dlp.files import write_whole
from dlp.language import Language, Say
from dlp.naming import fitting
from dlp.outbox.drops import Drop
from dlp.outbox.folders import Outbox

TITLE = Say("Not taken over: {name}", "未接收：{name}")
SPECIAL = Say(
    "It is a link, a device or the like, or a folder with one in it. What a link points to may change after it was "
    "judged, so only files and folders of files are taken. Copy the file itself here.",
    "这是链接、设备等特殊文件，或文件夹内含有此类文件。链接所指内容可能在检查后改变，因此只接收普通文件和由其组成的文件夹。"
    "请把文件本身复制到此处。",
)
DENIED = Say(
    "This account may not read it. Change its rights, or ask its owner.",
    "当前账户无权读取。请调整权限，或联系文件所有者。",
)
ENDING = Say(" (not taken).html", "（未接收）.html")


@dataclass(slots=True)
class Refusals:
    """The notes about drops that lie in the outboxes and cannot be taken."""

    _told: dict[Path, Path] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, outbox: Outbox, refused: Sequence[Drop]) -> None:
        """Write a note for each refused drop, once, and remove those of drops that went away. Raises OSError."""
        with self._lock:
            here = {drop.path: drop for drop in refused}
            for path in [path for path in self._told if path.is_relative_to(outbox.root) and path not in here]:
                with contextlib.suppress(OSError):  # a note that stays is a nuisance, and nothing more
                    self._told.pop(path).unlink(missing_ok=True)
            for path, drop in here.items():
                if path not in self._told:
                    self._told[path] = self._write(drop)

    def tell(self, drop: Drop) -> None:
        """Write the note for one drop that turned out to be special while it was taken."""
        with self._lock, contextlib.suppress(OSError):
            self._told[drop.path] = self._write(drop)

    def _write(self, drop: Drop) -> Path:
        structlog.get_logger().warning("drop.refused", special=drop.special, denied=drop.denied)
        tongue = drop.outbox.language
        title = TITLE.format(name=drop.path.name).to(tongue)
        why = (DENIED if drop.denied else SPECIAL).to(tongue)
        language = "zh-CN" if tongue is Language.ZH else "en"
        page = (
            f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{escape(title)}</title>'
            f"<h1>{escape(title)}</h1><p>{escape(why)}</p></html>\n"
        )
        note = drop.outbox.held / fitting(drop.path.name, ENDING.to(tongue))
        write_whole(note, page.encode("utf-8", "replace"), 0o644)
        return note
