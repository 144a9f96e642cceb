"""``dlp enrol``: makes this machine one of an office that runs elsewhere; ``dlp run`` then starts its agent alone.

Over the home of a machine that was revoked and let back in, it changes nothing but the token.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from dlp import chosen_folders
from dlp.cli.room import Room, Words
from dlp.cli.run import add_take_what_is_there, take_what_is_there
from dlp.cli.secret_words import add_secret, secret
from dlp.config import Settings
from dlp.enrolment import enrol, in_use, renew
from dlp.errors import UsageError
from dlp.language import Say

EXAMPLE = "dlp enrol https://office.example:8443 --ca ca.pem"
TOKEN = Say("token of this machine", "本机令牌")


def add(words: Words) -> None:
    """Declare the arguments."""
    words.add("office", metavar="URL", about=Say("address of the office", "管理端地址"))
    words.add(
        "--ca",
        required=True,
        metavar="FILE",
        about=Say("the office's authority, from its page /trust/", "管理端证书，可从其 /trust/ 页下载"),
    )
    add_secret(words, "token", TOKEN)
    words.add("--outbox", about=Say("folder that people drop files into", "外发文件夹"))
    add_take_what_is_there(words)
    words.add("--archive", about=Say("folder for received files", "接收文件归档位置"))
    words.add(
        "--wechat",
        action="append",
        default=[],
        metavar="FOLDER",
        about=Say("a WeChat data folder, besides those found", "微信数据文件夹，可多次指定"),
    )
    words.add("--no-find-wechat", action="store_true", about=Say("look in no other place", "不自动查找微信数据文件夹"))


def run(arguments: argparse.Namespace, room: Room) -> int:
    """Enrol; 0, or the status of what was said."""
    try:
        ca = Path(arguments.ca).read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            Say("{file} cannot be read as PEM", "无法将 {file} 作为 PEM 读取").format(file=arguments.ca)
        ) from error
    if not arguments.office.startswith("https://"):
        raise UsageError(Say("got an address that is not https://…", "地址应以 https:// 开头"))
    if in_use(room.home):
        office = renew(room.home, arguments.office, ca, secret(arguments, "token", room, TOKEN))
        room.say(
            Say(
                "machine {letter} belongs to {office} again; its settings stay, a running agent goes on by itself",
                "终端 {letter} 已重新归属 {office}；设置不变，正在运行的代理会自行恢复",
            ).format(letter=office.letter, office=office.url)
        )
        return 0
    settings = replace(
        Settings(language=room.language.value),
        outbox=_absolute(arguments.outbox),
        archive=_absolute(arguments.archive),
        wechat=tuple(_absolute(folder) for folder in arguments.wechat),
        find_wechat=not arguments.no_find_wechat,
    )
    chosen_folders.check(room.home, settings)
    take_what_is_there(settings.outbox_folder(), arguments, room.language)
    settings = enrol(room.home, settings, arguments.office, ca, secret(arguments, "token", room, TOKEN))
    room.say(
        Say(
            "this machine belongs to {office} now; dlp run starts its agent, files go into {outbox}",
            "本机已归属 {office}；请用 dlp run 启动代理，外发文件夹为 {outbox}",
        ).format(office=arguments.office, outbox=settings.outbox_folder())
    )
    return 0


def _absolute(folder: str | None) -> str:
    return str(Path(folder).expanduser().absolute()) if folder else ""
