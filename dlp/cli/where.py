"""``dlp where``: the one place where each file that was handed over is now, and how it got there."""

from __future__ import annotations

import argparse
import contextlib
from typing import Any

from dlp.cli.room import Room, Words
from dlp.clock import local_time
from dlp.errors import DlpError, UsageError
from dlp.language import Say

EXAMPLE = "dlp where A-1042"
PLACES = {
    "claim": Say("taken over, in work", "已接收，处理中"),
    "vault": Say("in the vault; dlp takeback {number} gives it back", "在保管库中；dlp takeback {number} 可取回"),
    "ready": Say("stands at {path}", "位于 {path}"),
    "originals": Say("stands at {path}", "位于 {path}"),
    "archive": Say("in the archive", "在归档中"),
}
STEPS = {
    "claim": Say("taken over", "接收"),
    "place": Say("judged and put into Ready", "判定并放入“可发送”"),
    "keep": Say("judged and kept in the vault", "判定并存入保管库"),
    "release": Say("released by a reviewer", "审核放行"),
    "return": Say("given back", "退还"),
    "decide": Say("decided by a reviewer", "审核处理"),
    "looked": Say(
        "its pictures were looked at to their end afterwards; nothing was found", "事后已完整查看图片，未发现问题"
    ),
    "found": Say(
        "looked at further afterwards: something was found, a reviewer decides", "事后查看图片发现问题，等待审核处理"
    ),
    "left": Say("a part of its pictures stays unseen", "图片有一部分未能查看"),
}
TAKEN = Say("(it is not there any more: somebody took it)", "（已不在该处：已被取走）")
ORIGINAL = Say("original:", "原件：")
RECEIPT = Say("receipt:", "说明：")
WAITS = Say("its pictures are looked at to their end when nothing else waits", "图片将在空闲时完整查看")
STUCK = Say("it does not go on: {why}; it is tried again by itself", "暂时无法继续：{why}；系统会自动重试")
UNFINISHED = Say("not finished", "未完成")


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
        found = [one.to_json() for one in whereabouts(journal, what)]
    stuck = _stuck(room) if any(one["place"] == "claim" for one in found) else {}
    return [one | {"stuck": stuck.get(one["number"])} for one in found]


def _stuck(room: Room) -> dict[str, dict[str, Any]]:
    """Why what is in work does not go on, by number; only a running agent knows."""
    from dlp.agent import door
    from dlp.agent.here import running

    if not running(room.home):
        return {}
    with contextlib.suppress(DlpError):  # it ends just now: the journal has told where the files are
        return {row["number"]: row for row in door.ask(room.home.run, {"do": "status"})["stuck"]}
    return {}


def _show(one: dict[str, Any], room: Room) -> None:
    from dlp.model import State
    from dlp.outcome_words import STATES
    from dlp.shown import shown

    state = STATES[State(one["state"])].to(room.language)
    print(f"{one['number']}  {shown(one['name'])}  {state}")
    print(f"  → {PLACES[one['place']].format(number=one['number'], path=shown(one['path'])).to(room.language)}")
    if one["path"] and not one["there"]:
        print(f"    {TAKEN.to(room.language)}")
    if stuck := one["stuck"]:
        tongue = room.language.value
        print(f"    {STUCK.format(why=stuck[f'why_{tongue}']).to(room.language)}")
    for name, label in (("original", ORIGINAL), ("receipt", RECEIPT)):
        if one[name] and one[name] != one["path"]:
            print(f"    {label.to(room.language)} {shown(one[name])}")
    for step in one["history"]:
        open_ = "" if step["phase"] == "done" else f" ({UNFINISHED.to(room.language)})"
        print(f"  {local_time(step['at'])}  {STEPS[step['step']].to(room.language)}{open_}")
    _show_rests(one, room)


def _show_rests(one: dict[str, Any], room: Room) -> None:
    """What of its pictures is still to be looked at, or will not be, and why."""
    from dlp.custody.afterwards import WORDS, Why

    for file in one["files"]:
        rest = file.get("rest") or {}
        said = WAITS if rest.get("state") == "waiting" else WORDS[Why(rest["why"])] if rest.get("why") else None
        if said is not None:
            print(f"    {file['number']}: {said.to(room.language)}")
