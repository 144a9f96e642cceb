"""``dlp where``: the one place where each file that was handed over is now, and how it got there."""

from __future__ import annotations

import argparse
import contextlib
from typing import Any

from dlp.cli.room import Room, Words
from dlp.errors import UsageError
from dlp.language import Say

EXAMPLE = "dlp where A-1042"


def add(words: Words) -> None:
    """Declare the arguments."""
    words.add("what", metavar="NAME|NUMBER|SHA256", about=Say("what to look for", "文件名、编号或 SHA-256"))
    words.json()


def run(arguments: argparse.Namespace, room: Room) -> int:
    """Print each transfer that fits, newest first; raises UsageError when none does."""
    room.need_agent()
    found = _found(room, arguments.what)
    if not found:
        raise UsageError(
            Say("{what} was never handed over here", "本机从未交出过 {what}").format(what=arguments.what),
            Say("give the file's name, its number such as A-1042, or its SHA-256", "请给出文件名、编号或 SHA-256"),
        )
    for one in found:
        if arguments.json:
            room.json(one)
        else:
            _show(one, room)
    return 0


def _found(room: Room, what: str) -> list[dict[str, Any]]:
    """From this home's journal, which may be read while the agent runs; else from the machine's service."""
    if not room.home.settings.exists():
        from dlp.agent.requests import request

        answer: list[dict[str, Any]] = request(room.home, room.settings, {"do": "where", "what": what})["found"]
        return answer
    from dlp.custody import whereabouts
    from dlp.journal import Journal

    with contextlib.closing(Journal.open(room.home.agent / "journal.db")) as journal:
        return [one.to_json() for one in whereabouts(journal, what)]


def _show(one: dict[str, Any], room: Room) -> None:
    from dlp.model import State
    from dlp.outcome_words import STATES
    from dlp.verdict_words import shown

    print(f"{one['number']}  {shown(one['name'])}  {STATES[State(one['state'])].to(room.language)}")
    if one["path"]:
        print(f"  → {one['path']}")
    for step in one["history"]:
        print(f"  {step['at']}  {step['step']}")
