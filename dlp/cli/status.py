"""``dlp status``: how the running agent is: what waits, what is stuck and why, how each folder is watched."""

from __future__ import annotations

import argparse
from typing import Any

from dlp.cli.room import Room, Words
from dlp.errors import UsageError
from dlp.language import Language, Say
from dlp.shown import shown

EXAMPLE = "dlp status --json"
OFFICE = {
    "unknown": Say("not asked yet", "尚未连接"),
    "talking": Say("reached", "已连接"),
    "away": Say("not reached; reports wait", "无法连接，报告等待中"),
    "revoked": Say("does not know this machine any more", "已撤销本机"),
}
HEALTH = {
    "watched": Say("watched", "实时监视"),
    "polling": Say("looked at again and again", "轮询"),
    "unreadable": Say("not readable", "不可读"),
    "absent": Say("not there", "不存在"),
    "unusable": Say("cannot be used: something else has its name, or it is shut", "无法使用：名称被占用或无权访问"),
}


def add(words: Words) -> None:
    """Declare the arguments."""
    words.json()


def run(arguments: argparse.Namespace, room: Room) -> int:
    """0 when all is well, 1 when something is stuck or weaker than it should be, 2 when no agent runs."""
    from dlp.agent import door
    from dlp.agent.here import running

    room.need_set_up()
    if not running(room.home):
        raise UsageError(
            Say("no agent runs on this home", "此文件夹上没有运行中的代理"), Say("start dlp run", "请启动 dlp run")
        )
    found = door.ask(room.home.run, {"do": "status"})
    if arguments.json:
        room.json(found)
    else:
        _show(found, room)
    return 1 if _weak(found) else 0


def _weak(found: dict[str, Any]) -> bool:
    unhealthy = any(row["health"] in ("unreadable", "absent", "unusable") for row in found["folders"])
    return bool(
        found["stuck"] or found["not_taken"] or found["received_failed"] or found["problem_en"] or unhealthy
    ) or found["office"] in (
        "away",
        "revoked",
    )


def _show(found: dict[str, Any], room: Room) -> None:
    tongue = "zh" if room.language is Language.ZH else "en"
    room.say(
        Say("agent: process {pid}, up {up} s", "代理：进程 {pid}，已运行 {up} 秒").format(
            pid=found["pid"], up=found["up_seconds"]
        )
    )
    room.say(
        Say("office: {state}; {count} reports wait", "管理端：{state}；{count} 条报告等待发送").format(
            state=OFFICE[found["office"]], count=found["reports_waiting"]
        )
    )
    room.say(
        Say(
            "outbox: {judging} in work, {held_up} waiting for room, {unfinished} still being written",
            "外发文件夹：处理中 {judging}，排队 {held_up}，写入中 {unfinished}",
        ).format(**{name: found[name] for name in ("judging", "held_up", "unfinished")})
    )
    if found["rests_waiting"]:
        room.say(
            Say(
                "pictures: {count} released files are still to be looked at to their end",
                "图片：{count} 个已放行文件尚待完整查看",
            ).format(count=found["rests_waiting"])
        )
    if found["problem_en"]:
        room.say(Say("rules: {why}", "规则：{why}").format(why=found[f"problem_{tongue}"]))
    for row in found["stuck"]:
        room.say(
            Say("stuck: {number} {name}: {why}; {file}", "受阻：{number} {name}：{why}；{file}").format(
                number=row["number"], name=shown(row["name"]), why=row[f"why_{tongue}"], file=row[f"file_{tongue}"]
            )
        )
    for row in found["not_taken"]:
        room.say(
            Say("not taken over: {path}: {why}; it is tried again", "未接收：{path}：{why}；稍后重试").format(
                path=row["path"], why=row[f"why_{tongue}"]
            )
        )
    for row in found["folders"]:
        room.say(
            Say("{path}: {health}", "{path}：{health}").format(path=shown(row["path"]), health=HEALTH[row["health"]])
        )
    for row in found["received_retry"]:
        room.say(
            Say(
                "not archived yet: {path} ({problem}, {tries} tries)", "尚未归档：{path}（{problem}，已试 {tries} 次）"
            ).format(**row | {"path": shown(row["path"])})
        )
