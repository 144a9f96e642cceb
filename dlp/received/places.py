"""Where WeChat and WeCom keep received files.

Roots move, so none is hard-coded alone: folders named by hand, the clients' own ini files, the platform's folders and
the layouts of all versions count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path


class Layout(StrEnum):
    """How a client arranges an account's folder."""

    WECHAT_4 = "wechat4"
    """Windows, macOS and Linux since 4.0: ``xwechat_files/<id>_<hex>/msg/file/YYYY-MM``."""
    WECHAT_3 = "wechat3"
    """Windows 3: ``WeChat Files/<id>/FileStorage/File/YYYY-MM``."""
    MAC_3 = "mac3"
    """macOS 3: ``…/<md5>/Message/MessageTemp/<md5 of the chat>/File``."""
    WECOM = "wecom"
    """WeCom: ``WXWork/<digits>/Cache/File/YYYY-MM``."""
    PLAIN = "plain"
    """A folder named by hand that has none of these layouts: every file below it counts."""


@dataclass(frozen=True, slots=True)
class Store:
    """The received files of one account."""

    root: Path
    """The account's folder."""
    layout: Layout
    account: str
    """The account as its folder names it; for people and records."""
    pictures: bool = False
    """Whether pictures and films count too; documents always do."""

    @property
    def documents(self) -> tuple[Path, ...]:
        """Folders that hold received files; looked for anew each time, because chats and months are added."""
        if self.layout is Layout.MAC_3:
            kinds = ("File", "Image", "Video") if self.pictures else ("File",)
            return tuple(folder for kind in kinds for folder in sorted(self.root.glob(f"Message/MessageTemp/*/{kind}")))
        inner = (INSIDE[self.layout], *(PICTURES[self.layout] if self.pictures else ()))
        return tuple(folder for parts in inner if (folder := self.root.joinpath(*parts)).is_dir())


INSIDE: Mapping[Layout, tuple[str, ...]] = {
    Layout.WECHAT_4: ("msg", "file"),
    Layout.WECHAT_3: ("FileStorage", "File"),
    Layout.WECOM: ("Cache", "File"),
    Layout.PLAIN: (),
}
PICTURES: Mapping[Layout, tuple[tuple[str, ...], ...]] = {
    Layout.WECHAT_4: (("msg", "attach"), ("msg", "video")),
    Layout.WECHAT_3: (("FileStorage", "MsgAttach"), ("FileStorage", "Image"), ("FileStorage", "Video")),
    Layout.WECOM: (("Cache", "Image"), ("Cache", "Video")),
    Layout.PLAIN: (),
}
PARENTS = ("xwechat_files", "WeChat Files", "WeChatAppStore Files", "WXWork")
"""Folders that hold one folder an account."""
OWN = frozenset({"all_users", "All Users", "Applet", "WMPF", "Backup", "backup", "old_backup", "Global"})
"""Folders beside the accounts' that are the client's own."""
SUFFIX = re.compile(r"_[0-9a-f]{4}$")
HEX32 = re.compile(r"[0-9a-f]{32}")


Unreadable = Callable[[Path, OSError], None]


def _raised(_folder: Path, error: OSError) -> None:
    raise error


def stores(
    named: Iterable[str], places: Mapping[str, str], home: Path, *, find: bool, unreadable: Unreadable = _raised
) -> list[Store]:
    """Every store that is there now, each once: those below folders named by hand, and those that are found.

    ``unreadable`` hears of each place that cannot be looked at; the others are looked at all the same. By default it
    raises the OSError.
    """
    found: dict[Path, Store] = {}
    looks = [(Path(folder), True) for folder in named]
    looks += [(parent, False) for parent in parents(places, home)] if find else []
    for folder, by_hand in looks:
        try:
            for store in below(folder) or (_plain(folder) if by_hand else []):
                found.setdefault(store.root, store)
        except OSError as error:
            unreadable(folder, error)
    return list(found.values())


ALL_ACCOUNTS = "*"


def chosen(found: Iterable[Store], named: Iterable[str], accounts: Iterable[str], *, pictures: bool) -> list[Store]:
    """The stores whose files are archived: those of work accounts, and those whose own folder was named by hand.

    A person's private account on the same machine is nobody's business: what is found and not named is left alone, also
    where a folder around it was named, which says no more than where to look.
    """
    folders, wanted = [Path(folder) for folder in named], frozenset(accounts)
    return [
        replace(store, pictures=pictures)
        for store in found
        if ALL_ACCOUNTS in wanted
        or store.account in wanted
        or any(folder.is_relative_to(store.root) for folder in folders)
    ]


def below(folder: Path) -> list[Store]:
    """The stores in a folder: it is an account's folder, a folder of accounts, or one that holds such a folder."""
    if store := account_at(folder):
        return [store]
    if not folder.is_dir():
        return []
    inner = sorted(child for child in folder.iterdir() if child.is_dir() and child.name not in OWN)
    found = [store for child in inner if (store := account_at(child))]
    for name in PARENTS:
        if not found and (folder / name).is_dir():
            found = below(folder / name)
    return found


def account_at(folder: Path) -> Store | None:
    """The store of an account whose folder this is, by its layout; None where it has none."""
    for layout in (Layout.WECHAT_4, Layout.WECHAT_3, Layout.WECOM):
        if folder.joinpath(*INSIDE[layout][:1]).is_dir() and _is_account(folder, layout):
            return Store(folder, layout, SUFFIX.sub("", folder.name))
    if HEX32.fullmatch(folder.name) and (folder / "Message" / "MessageTemp").is_dir():
        return Store(folder, Layout.MAC_3, folder.name)
    return None


def _is_account(folder: Path, layout: Layout) -> bool:
    """A new account has no month yet, and WeChat makes msg/file with its first file; its database is there before."""
    if folder.joinpath(*INSIDE[layout]).is_dir():
        return True
    return layout is Layout.WECHAT_4 and (folder / "db_storage").is_dir()


def _plain(folder: Path) -> list[Store]:
    return [Store(folder, Layout.PLAIN, folder.name)] if folder.is_dir() else []


def parents(places: Mapping[str, str], home: Path) -> Iterator[Path]:
    """Folders in which accounts may lie, as platform and clients name them; not all exist."""
    documents = [Path(places["XDG_DOCUMENTS_DIR"])] if "XDG_DOCUMENTS_DIR" in places else []
    documents += [*_xdg_documents(places, home), home / "Documents", home / "文档", home]
    for folder in dict.fromkeys(documents):
        yield from (folder / name for name in PARENTS)
    yield home / ".var/app/com.tencent.WeChat/xwechat_files"
    yield home / "Documents/WeChat_Data/xwechat_files"
    container = home / "Library/Containers/com.tencent.xinWeChat/Data"
    yield container / "Documents/xwechat_files"
    yield container / "Library/Application Support/com.tencent.xinWeChat/2.0b4.0.9"
    yield from sorted((home / ".deepinwine").glob("*/drive_c/users/*/Documents/WeChat Files"))
    if "LOCALAPPDATA" in places:
        store = Path(places["LOCALAPPDATA"]) / "Packages/TencentWeChatLimited.forWindows10_sdtnhv12zgd7a"
        yield store / "LocalCache/Roaming/Tencent/WeChatAppStore/WeChatAppStore Files"
    yield from _configured(places, home)


def _configured(places: Mapping[str, str], home: Path) -> Iterator[Path]:
    """Roots that the clients' own settings name; the text of each ini file is one folder, in UTF-8 or GBK."""
    folders = [home / ".xwechat/config", home / ".var/app/com.tencent.WeChat/.xwechat/config"]
    if "APPDATA" in places:
        folders.append(Path(places["APPDATA"]) / "Tencent/xwechat/config")
    for folder in folders:
        for file in sorted(folder.glob("*.ini")):
            text = _text(file).strip().strip("\0")
            if text and not text.startswith("MyDocument:") and Path(text).is_absolute():
                yield Path(text) / "xwechat_files"
                yield Path(text)


def _text(file: Path) -> str:
    """An ini file that cannot be read names no folder; the others are still looked at."""
    try:
        raw = file.read_bytes()[:4096]
    except OSError:
        return ""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def _xdg_documents(places: Mapping[str, str], home: Path) -> Iterator[Path]:
    """The Documents folder in the person's language, as xdg-user-dirs wrote it down."""
    config = Path(places["XDG_CONFIG_HOME"]) if "XDG_CONFIG_HOME" in places else home / ".config"
    for line in _text(config / "user-dirs.dirs").splitlines():
        key, _, value = line.partition("=")
        if key.strip() == "XDG_DOCUMENTS_DIR":
            yield Path(value.strip().strip('"').replace("$HOME", str(home)))
