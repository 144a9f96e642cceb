"""Which WeChat is installed here, and how it is started."""

from __future__ import annotations

import glob
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dlp.config import whole_environment
from dlp.errors import UsageError
from dlp.gate.launch import Plan
from dlp.gate.settings import read_table
from dlp.language import Say


def plan(words: Sequence[str], folder: Path) -> Plan:
    """What ``dlp wechat`` starts: the command that was named, or the first WeChat that is installed.

    Raises UsageError where there is none.
    """
    table = read_table()["program"]
    command = tuple(words) or _installed(table)
    program = shutil.which(command[0])
    if program is None:
        raise UsageError(
            Say("{name} is not there or cannot be run", "{name} 不存在或不可执行").format(name=command[0]),
            Say("name the program with its full path", "请写出程序的完整路径"),
        )
    return Plan((program, *command[1:]), _nests(program, table), folder, _environment(program))


def _installed(table: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    for row in table:
        there = any(glob.glob(os.path.expanduser(path)) for path in row["paths"])
        for command in row["commands"] if there else ():
            if shutil.which(command[0]):
                return tuple(str(word) for word in command)
    raise UsageError(
        Say("no WeChat was found", "未找到微信"),
        Say(
            "name its command: dlp wechat /path/to/wechat, or wechat_command in settings.toml",
            "请指定命令：dlp wechat /路径/wechat，或在 settings.toml 中设置 wechat_command",
        ),
    )


def _nests(program: str, table: Sequence[dict[str, Any]]) -> bool:
    """Whether a program makes mount namespaces of its own: flatpak and bubblewrap, and what is started by them."""
    name = os.path.basename(os.path.realpath(program))
    nesting = {os.path.basename(command[0]) for row in table if row["nests"] for command in row["commands"]}
    return name in nesting | {"bwrap", "flatpak"}


def _environment(program: str) -> dict[str, str]:
    environment = whole_environment()
    if program.lower().endswith(".appimage"):
        # It would mount itself by a program with root's rights, which nothing in the namespace can have.
        environment["APPIMAGE_EXTRACT_AND_RUN"] = "1"
    return environment
