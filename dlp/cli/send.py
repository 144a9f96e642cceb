"""``dlp send``: a copy of a file through the same flow as the outbox."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from dlp.cli.room import Room, Words
from dlp.errors import UnreadableError
from dlp.language import Language, Say

EXAMPLE = "dlp send report.docx --to finance"


def add(words: Words) -> None:
    """Declare the arguments."""
    words.add("files", nargs="+", metavar="FILE", about=Say("files; they stay where they are", "文件，原件保持不动"))
    words.add("--to", default="", metavar="GROUP", about=Say("the group it goes to", "发送到的群组"))
    words.json()


def run(arguments: argparse.Namespace, room: Room) -> int:
    """Print each outcome; 0 when all may be sent, 1 when something was sealed, held or blocked, 3 unreadable."""
    from dlp.agent.requests import send_file

    room.need_agent()
    status = 0
    for name in arguments.files:
        path = Path(name).absolute()
        if not path.is_file():
            raise UnreadableError(
                Say("{path} is not there or is not a file", "{path} 不存在或不是普通文件").format(path=path)
            )
        answer = send_file(room.home, room.settings, path, arguments.to)
        status = max(status, 0 if answer["state"] == "ready" else 1)
        show(answer, arguments.json, room)
    return status


def show(answer: dict[str, Any], as_json: bool, room: Room) -> None:
    """Print one outcome."""
    if as_json:
        room.json(answer)
        return
    from dlp.model import State
    from dlp.outcome_words import STATES

    head = Say("{number}  {name}: {state}", "{number}  {name}：{state}")
    room.say(head.format(number=answer["number"], name=answer["name"], state=STATES[State(answer["state"])]))
    if why := answer["why_zh" if room.language is Language.ZH else "why_en"]:
        room.say(Say("  because: {why}", "  依据：{why}").format(why=why))
    if answer["state"] in ("ready", "sealed", "released"):
        room.say(Say("  stands at {path}", "  位于 {path}").format(path=answer["path"]))
    if answer["receipt"]:
        room.say(Say("  receipt: {path}", "  回执：{path}").format(path=answer["receipt"]))
