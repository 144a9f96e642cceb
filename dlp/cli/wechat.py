"""``dlp wechat``: WeChat behind the gate; ``--status`` shows the gate, ``--seal`` sends what a card lists."""

from __future__ import annotations

import argparse
import signal
from pathlib import Path
from typing import Any

from dlp.cli.room import Room, Words
from dlp.errors import UsageError
from dlp.language import Say

EXAMPLE = "dlp wechat"


def add(words: Words) -> None:
    """Declare the arguments."""
    words.add(
        "command",
        nargs=argparse.REMAINDER,
        metavar="COMMAND",
        about=Say("what to start instead of the WeChat that is installed", "要启动的命令，默认为已安装的微信"),
    )
    words.add("--status", action="store_true", about=Say("how the gate is", "显示门卫状态"))
    words.add(
        "--seal",
        metavar="NUMBER",
        default="",
        about=Say("sealed copies of the files on a card, for sending", "为某张提示卡上的文件制作加密副本"),
    )
    words.add("--gate", action="store_true", about=Say("run the gate itself, as root", "以 root 运行门卫本身"))
    words.json()


def run(arguments: argparse.Namespace, room: Room) -> int:
    """WeChat's own exit status; 0 or 1 for the other forms."""
    if arguments.gate:
        from dlp.gate.__main__ import run as run_gate

        return run_gate(room.home, room.settings)
    if arguments.status:
        return _status(room, as_json=arguments.json)
    if arguments.seal:
        return _seal(arguments.seal, room)
    return _start([word for word in arguments.command if word != "--"], room)


def _start(words: list[str], room: Room) -> int:
    from dlp.gate import launch
    from dlp.gate.beside import Beside
    from dlp.gate.programs import plan

    asked: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda got, _frame: asked.append(got))
    chosen = plan(words or list(room.settings.wechat_command), Path(room.settings.gate_folder))
    launched = launch.launch(chosen)
    if not launched.apart:
        room.warn(
            Say(
                "no user namespace here: files that other programs hold open can be reached through /proc",
                "本机不支持用户命名空间：经 /proc 可访问其他程序已打开的文件",
            )
        )
    beside = Beside(launched, chosen.folder, float(room.settings.gate_lost_seconds), room.warn)
    return beside.stay(lambda: bool(asked))


def _status(room: Room, *, as_json: bool) -> int:
    from dlp.gate import launch

    end = launch.knock(Path(room.settings.gate_folder))
    told: dict[str, Any] = launch.ask(end, {"status": True})["status"]
    end.close()
    if as_json:
        room.json(told)
        return 0 if told["agent"] else 1
    words = Say(
        "agent: {agent}\nguarded: {spaces}\nopens: {opens}, known {known}, asked about {asked}, refused {refused}, "
        "told to come again {late}",
        "代理：{agent}\n受控微信：{spaces}\n打开次数：{opens}，已知 {known}，检查 {asked}，"
        "拒绝 {refused}，稍后再试 {late}",
    )
    away = Say("away; what is not known is refused", "未连接，未知文件一律拒绝")
    there = Say("there", "已连接") if told["agent"] else away
    counts = {name: told["counts"][name] for name in ("opens", "known", "asked", "refused", "late")}
    room.say(words.format(agent=there, spaces=len(told["spaces"]), **counts))
    for space in told["spaces"]:
        for point, kind in space["uncovered"]:
            room.say(Say("not covered: {point} ({kind})", "未覆盖：{point}（{kind}）").format(point=point, kind=kind))
    return 0 if told["agent"] else 1


def _seal(number: str, room: Room) -> int:
    """Hand over copies of the files on a card that policy lets go sealed; 0 where there was one."""
    from dlp.agent.requests import request, send_file
    from dlp.cli.send import show

    room.need_agent()
    found = request(room.home, room.settings, {"do": "where", "what": number})["found"]
    files = [(one, file) for one in found if one["state"] == "refused" for file in one["files"]]
    wanted = [Path(one["path"]) / file["name"] for one, file in files if file["action"] == "encrypt"]
    if not wanted:
        raise UsageError(
            Say("{number} is no card with files that may go sealed", "{number} 中没有可加密发送的文件").format(
                number=number
            ),
            Say("the number stands on the card in Held, such as A-1042", "编号见“已扣留”中的提示卡，例如 A-1042"),
        )
    for path in wanted:
        show(send_file(room.home, room.settings, path, ""), False, room)
    return 0
