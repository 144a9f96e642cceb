"""Why the system did not do something, in words for people: an error number has no Chinese of its own."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from dlp.errors import UsageError
from dlp.language import Say

_NO_RIGHT = Say("this account has no right to it", "当前账户无此权限")
_FULL = Say("no space is left there", "磁盘空间不足")
_BUSY = Say("too many files are open on this machine", "本机打开的文件过多")
_WHY: Mapping[int, Say] = MappingProxyType(
    {
        errno.ENOENT: Say("it is not there", "不存在"),
        errno.EACCES: _NO_RIGHT,
        errno.EPERM: _NO_RIGHT,
        errno.EEXIST: Say("it is there already", "已存在"),
        errno.ENOTDIR: Say("a part of its path is a file, not a folder", "路径中有一段是文件，而不是文件夹"),
        errno.EISDIR: Say("it is a folder", "是文件夹"),
        errno.ENOSPC: _FULL,
        errno.EDQUOT: _FULL,
        errno.EFBIG: Say("the file would be larger than is allowed there", "超出该处允许的文件大小"),
        errno.EROFS: Say("nothing can be written there", "该处为只读"),
        errno.EMFILE: _BUSY,
        errno.ENFILE: _BUSY,
        errno.EIO: Say("the device reports a fault", "设备读写出错"),
        errno.ENAMETOOLONG: Say("the name is too long", "名称过长"),
        errno.ELOOP: Say("too many links point at each other", "链接层数过多"),
        errno.ENOTEMPTY: Say("the folder is not empty", "文件夹非空"),
    }
)


def why(error: OSError) -> Say:
    """The reason alone, without the path; what the system itself calls it where it is a rare one."""
    if (known := _WHY.get(error.errno or 0)) is not None:
        return known
    named = error.strerror or type(error).__name__
    return Say(named, f"系统报告：{named}")


def said(error: Exception) -> Say | Exception:
    """An error as a field of a sentence: what the system said in both languages, any other as it is."""
    return why(error) if isinstance(error, OSError) else error


def home_not_usable(root: Path, error: OSError) -> UsageError:
    """The home is a file, or another account's."""
    if not isinstance(error, PermissionError) and root.is_file():
        return UsageError(
            Say(
                "{home} is a file, expected the folder that dlp run made", "{home} 是文件，应为 dlp run 创建的文件夹"
            ).format(home=root),
            Say("name a folder with --home", "请用 --home 指定文件夹"),
        )
    return UsageError(
        Say("the home {home} cannot be used: {why}", "无法使用主文件夹 {home}：{why}").format(
            home=root, why=why(error)
        ),
        Say(
            "name a home of this account with --home, or run it as the account that the home belongs to",
            "请用 --home 指定当前账户的文件夹，或以该文件夹所属账户运行",
        ),
    )
