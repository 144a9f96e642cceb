"""``dlp sweep``: judges what lies in WeChat's stores already; gentle, resumable, with incidents for what is secret."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from dataclasses import asdict
from pathlib import Path

from dlp.cli.room import Room, Words
from dlp.errors import UnreadableError, UsageError
from dlp.language import Say

EXAMPLE = "dlp sweep --rate 50"

LEAST_RATE = 0.1


def add(words: Words) -> None:
    """Declare the arguments."""
    words.add(
        "--rate", type=_rate, default=20.0, metavar="FILES", about=Say("files a second at most", "每秒最多处理文件数")
    )
    words.add(
        "--remove-secret",
        action="store_true",
        about=Say(
            "remove secret files from WeChat's folders after they were sealed into the archive",
            "涉密文件加密归档后，从微信文件夹中删除",
        ),
    )
    words.add(
        "--ready",
        action="store_true",
        about=Say("judge what stands in Ready again, too", "同时重新判定“可发送”中的文件"),
    )
    words.json()


def _rate(text: str) -> float:
    """Files a second. Raises UsageError for what is none."""
    with contextlib.suppress(ValueError):
        if LEAST_RATE <= float(text) < float("inf"):
            return float(text)
    raise UsageError(
        Say(
            "got the rate {text!r}, expected files a second, from {least} on", "速率 {text!r} 应为不小于 {least} 的数"
        ).format(text=text, least=LEAST_RATE)
    )


def _unreadable(folder: Path, error: OSError) -> None:
    """A sweep that left a place out would say that nothing is there."""
    raise UnreadableError(
        Say("{folder} cannot be looked at: {why}", "无法查看 {folder}：{why}").format(
            folder=str(folder)[:200], why=error.strerror
        ),
        Say(
            "give this account the right to read it, or take it out of settings.toml",
            "请授予读取权限，或从 settings.toml 中移除",
        ),
    )


def run(arguments: argparse.Namespace, room: Room) -> int:
    """0 when all was clean, 1 when something became an incident, 3 when something could not be read or kept."""
    from dlp.agent.agent import work_stores
    from dlp.agent.here import archive_of, with_accounts
    from dlp.agent.requests import myself
    from dlp.inspection import context_for
    from dlp.journal import Journal
    from dlp.read.sandbox import AGAIN_PATIENCE as PATIENCE
    from dlp.received.intake import Intake
    from dlp.received.scan import StoreScan
    from dlp.sweep import NICE, Sweep

    room.need_set_up()
    if hasattr(os, "nice"):
        os.nice(NICE)
    stores = work_stores(with_accounts(room.home, room.settings), _unreadable)
    with contextlib.closing(Journal.open(room.home.agent / "journal.db")) as journal:
        for store in stores:
            StoreScan(store, journal).first()
        with context_for(room.home, room.settings, registered=journal.sealed_here, patience=PATIENCE) as context:
            archive = archive_of(room.home, room.settings, journal)
            intake = Intake(journal, archive, lambda: context, lambda _: myself())
            sweep = Sweep(journal, intake, arguments.rate, arguments.remove_secret)
            if sys.stderr.isatty():
                sweep.told = lambda tally, count: print(
                    f"\r\x1b[K{tally.judged}/{count}\r", end="", file=sys.stderr, flush=True
                )
            tally = sweep.stores(stores)
    stood, held = _ready(room) if arguments.ready else (0, 0)
    _show({**asdict(tally), "stores": len(stores), "ready": stood, "held": held}, arguments, room)
    return 3 if tally.failed else 1 if tally.incidents or held else 0


def _ready(room: Room) -> tuple[int, int]:
    """How many files and folders stood in Ready, and how many of them are held now."""
    from dlp.agent.here import outboxes_of
    from dlp.agent.requests import request

    stood = sum(1 for one in outboxes_of(room.settings) if one.ready.is_dir() for _ in one.ready.iterdir())
    return stood, int(request(room.home, room.settings, {"do": "sweep"})["held"])


def _show(found: dict[str, object], arguments: argparse.Namespace, room: Room) -> None:
    if arguments.json:
        room.json(found)
        return
    room.say(
        Say(
            "{stores} accounts: {judged} judged, {clean} clean, {incidents} incidents, {removed} removed, "
            "{failed} failed",
            "{stores} 个账号：已判定 {judged}，无问题 {clean}，事件 {incidents}，删除 {removed}，失败 {failed}",
        ).format(**found)
    )
    if arguments.ready:
        room.say(
            Say(
                "Ready: judged again; of {ready} files and folders {held} are held now",
                "“可发送”：已重新判定；其中 {ready} 个文件和文件夹，现扣留 {held} 个",
            ).format(**found)
        )
