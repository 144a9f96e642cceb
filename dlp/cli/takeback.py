"""``dlp takeback``: a held or blocked file back to its owner, who asks nobody: that is not sending."""

from __future__ import annotations

import argparse

from dlp.cli.room import Room, Words
from dlp.language import Say
from dlp.shown import shown

EXAMPLE = "dlp takeback A-1042"


def add(words: Words) -> None:
    """Declare the arguments."""
    words.add("number", about=Say("the number on the receipt", "回执上的编号"))
    words.json()


def run(arguments: argparse.Namespace, room: Room) -> int:
    """Say where the file stands now."""
    from dlp.agent.requests import request

    room.need_agent()
    answer = request(room.home, room.settings, {"do": "takeback", "number": arguments.number})
    if arguments.json:
        room.json(answer)
    else:
        room.say(Say("given back: {path}", "已取回：{path}").format(path=shown(answer["path"])))
    return 0
