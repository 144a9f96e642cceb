"""``dlp service``: installs the machine's service, in which the outbox's promises hold against the sender too."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from dlp import service
from dlp.cli.asked_again import check_profile
from dlp.cli.room import Room, Words, port
from dlp.config import Home, load, save
from dlp.errors import UsageError
from dlp.language import Say
from dlp.policy_file import PROFILES
from dlp.service import Layout

EXAMPLE = "sudo dlp service install --person li --person wang --profile standard"


def add(words: Words) -> None:
    """Declare the arguments."""
    words.add("what", choices=["install", "remove"], about=Say("install or remove", "安装或移除"))
    words.add(
        "--person",
        action="append",
        default=[],
        metavar="LOGIN",
        about=Say(
            "a login that gets an outbox; may be given again, also later",
            "获得外发文件夹的登录名，可多次指定，也可日后追加",
        ),
    )
    words.add("--profile", choices=PROFILES, about=Say("policy of the first start", "首次启动采用的策略"))
    words.add("--host", default="", about=Say("address of the console", "控制台监听地址"))
    words.add("--port", type=port, default=None, about=Say("port of the console", "控制台端口"))
    words.add(
        "--top", default="/", about=Say("install below this folder, for images", "安装到此文件夹之下，用于制作镜像")
    )
    words.add("--python", default=sys.executable, about=Say("interpreter that runs the services", "运行服务的解释器"))


def run(arguments: argparse.Namespace, room: Room) -> int:
    """Install or remove; data stays where it is in both cases."""
    service.need_root()
    layout = Layout(Path(arguments.top), arguments.python)
    if arguments.what == "remove":
        return _remove(layout, room)
    if not arguments.person:
        raise UsageError(
            Say("nobody was named", "未指定任何人员"),
            Say("--person LOGIN, once for each", "请用 --person 登录名 指定，可多次"),
        )
    service.make_account()
    service.check_reachable(layout)
    home = Home(service.make_state(layout))
    if home.settings.exists():
        check_profile(arguments.profile, home, load(home))
    else:
        _first_start(home, layout, arguments, room)
    _settings(home, layout, arguments.person)
    for person in arguments.person:
        room.say(
            Say("outbox of {person}: {folder}", "{person} 的外发文件夹：{folder}").format(
                person=person, folder=service.make_outbox(layout, person)
            )
        )
    for path in service.write_units(layout):
        room.say(Say("written: {path}", "已写入：{path}").format(path=path))
    return _start(room)


def _first_start(home: Home, layout: Layout, arguments: argparse.Namespace, room: Room) -> None:
    """Keys and accounts, made by the service's account, so that nothing of it belongs to root."""
    chosen = [
        arguments.profile or "standard",
        room.language.value,
        arguments.host or "127.0.0.1",
        str(arguments.port or 8443),
    ]
    command = ["runuser", "-u", service.ACCOUNT, "--", layout.python, "-P", "-m", "dlp.service_start"]
    command += [str(home.root), *chosen, str(layout.at(service.OUTBOXES))]
    done = subprocess.run(command, cwd="/", stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise UsageError(Say("the first start did not succeed; its error stands above", "首次启动未成功，原因见上文"))
    _hand_out(home, done.stdout, room)


def _hand_out(home: Home, words: str, room: Room) -> None:
    from dlp import first_start
    from dlp.files import write_whole

    if sys.stdout.isatty():
        print(words, flush=True)
        return
    path = home.root / first_start.LINKS
    write_whole(path, words.encode("utf-8"))
    room.say(
        Say(
            "one-time links and the recovery key stand in {file}; read it, keep the key offline, and remove the file",
            "一次性链接和恢复密钥已写入 {file}，请阅后离线保存密钥并删除该文件",
        ).format(file=path)
    )


def _settings(home: Home, layout: Layout, people: list[str]) -> None:
    """Add the people; the file stays the service account's."""
    import pwd

    settings = load(home)
    everybody = tuple(dict.fromkeys((*settings.people, *people)))
    save(home, replace(settings, service=True, people=everybody, outbox=str(layout.at(service.OUTBOXES))))
    account = pwd.getpwnam(service.ACCOUNT)
    os.chown(home.settings, account.pw_uid, account.pw_gid)


def _start(room: Room) -> int:
    started = service.systemctl("daemon-reload") and service.systemctl("enable", "--now", *service.UNITS)
    if started:
        room.say(Say("both services run", "两个服务均已运行"))
        return 0
    room.say(
        Say(
            "systemd does not run here; start them with: systemctl enable --now {units}",
            "此处未运行 systemd；请执行：systemctl enable --now {units}",
        ).format(units=" ".join(service.UNITS))
    )
    return 0


def _remove(layout: Layout, room: Room) -> int:
    service.systemctl("disable", "--now", *service.UNITS)
    for name in service.UNITS:
        layout.at(service.SYSTEMD).joinpath(name).unlink(missing_ok=True)
    service.systemctl("daemon-reload")
    room.say(
        Say(
            "the services are gone; keys, vault, archive and outboxes stay in {state} and {outboxes}",
            "服务已移除；密钥、保管库、归档和外发文件夹仍保留在 {state} 和 {outboxes}",
        ).format(state=layout.at(service.STATE), outboxes=layout.at(service.OUTBOXES))
    )
    return 0
