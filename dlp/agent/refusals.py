"""Drops that cannot be taken: links, sockets, files this account may not read. They stay; a note in Held says why."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import structlog

from dlp.files import write_whole
from dlp.language import Language, Say
from dlp.naming import fitting
from dlp.outbox.drops import Drop, Refusal
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
DEEP = Say(
    "Folders in it are nested so deep, or have names so long, that the system could not open what lies in them. "
    "Pack it as a zip, or shorten the names.",
    "其中文件夹嵌套过深或名称过长，系统无法打开其中的内容。请打包为 zip，或缩短名称。",
)
UNSEEN = Say(
    "The system gives an error where it is looked at. Copy it here anew; if that does not help, ask the administrator.",
    "系统在查看它时出错。请重新复制；若仍不行，请联系管理员。",
)
FIXED = Say(
    "It cannot be moved out of this folder: it is read-only, belongs to somebody else, or something is mounted there. "
    "Change its rights, or put a copy here; it is tried again by itself.",
    "无法将其移出此文件夹：它是只读的、属于他人，或其上有挂载点。请调整权限，或改放一份副本；系统会自动重试。",
)
WHY = {
    Refusal.SPECIAL: SPECIAL,
    Refusal.DENIED: DENIED,
    Refusal.DEEP: DEEP,
    Refusal.UNSEEN: UNSEEN,
    Refusal.FIXED: FIXED,
}
ENDING = Say(" (not taken).html", "（未接收）.html")


@dataclass(slots=True)
class Refusals:
    """The notes about drops that lie in the outboxes and cannot be taken."""

    _told: dict[Path, Path] = field(default_factory=dict)
    _stay: set[Path] = field(default_factory=set)
    """Of these nobody tells again at each look, only when they are tried again."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, outbox: Outbox, refused: Sequence[Drop]) -> None:
        """Write a note for each refused drop, once, and remove those of drops that went away. Raises OSError."""
        with self._lock:
            here = {drop.path: drop for drop in refused}
            for path in [path for path in self._told if path.is_relative_to(outbox.root) and path not in here]:
                if path in self._stay and os.path.lexists(path):
                    continue
                self._stay.discard(path)
                with contextlib.suppress(OSError):  # a note that stays is a nuisance, and nothing more
                    self._told.pop(path).unlink(missing_ok=True)
            for path, drop in here.items():
                if path not in self._told:
                    self._told[path] = self._write(drop)

    def tell(self, drop: Drop) -> None:
        """Write the note for one drop that turned out, while it was taken, to be what cannot be; once."""
        with self._lock, contextlib.suppress(OSError):
            self._stay.add(drop.path)
            if drop.path not in self._told:
                self._told[drop.path] = self._write(drop)

    def _write(self, drop: Drop) -> Path:
        refused = drop.refused or Refusal.SPECIAL
        structlog.get_logger().warning("drop.refused", why=refused.value)
        tongue = drop.outbox.language
        title = TITLE.format(name=drop.path.name).to(tongue)
        why = WHY[refused].to(tongue)
        language = "zh-CN" if tongue is Language.ZH else "en"
        page = (
            f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{escape(title)}</title>'
            f"<h1>{escape(title)}</h1><p>{escape(why)}</p></html>\n"
        )
        note = drop.outbox.held / fitting(drop.path.name, ENDING.to(tongue))
        write_whole(note, page.encode("utf-8", "replace"), 0o644)
        return note
