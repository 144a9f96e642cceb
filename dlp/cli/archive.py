"""``dlp archive``: the received files of this machine: list, search, open one through the office, read all again."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from classifiers.model import Level
from dlp.cli.decrypt import Visit, add_opening
from dlp.cli.room import Room, Words
from dlp.errors import UsageError
from dlp.language import Say
from dlp.naming import as_text
from dlp.words import LEVELS

if TYPE_CHECKING:
    from dlp.archive import Archive, Record

EXAMPLE = 'dlp archive get contract.docx -o contract.docx --reason "complaint of 12 May"'

NOTHING_YET = Say("nothing is archived on this machine yet", "本机尚无归档文件")
NOTHING_FITS = Say("no record fits", "没有符合的归档记录")


def add(words: Words) -> None:
    """Declare the arguments."""
    words.add(
        "what",
        choices=["list", "search", "get", "verify", "prune"],
        about=Say(
            "list all, search, open one, read every object again, or remove what is past its date",
            "列出、搜索、取出、逐个重新校验，或清理已到期的文件",
        ),
    )
    words.add(
        "which",
        nargs="?",
        default="",
        metavar="NAME|ID|SHA256",
        about=Say("part of the name, or a whole id or SHA-256", "名称的一部分，或完整的编号、SHA-256"),
    )
    words.add("--yes", action="store_true", about=Say("prune: really remove", "清理：确认删除"))
    words.add("-o", "--output", metavar="OUT", about=Say("get: write to this file", "取出：输出文件"))
    add_opening(words)
    words.json()


def run(arguments: argparse.Namespace, room: Room) -> int:
    """List, search, get or verify; verify ends with status 3 when any object is damaged or gone."""
    room.need_set_up()
    if arguments.what in ("search", "get") and not arguments.which:
        raise UsageError(
            Say("{what} needs a name, an id or a SHA-256", "{what} 需要名称、编号或 SHA-256").format(
                what=arguments.what
            )
        )
    with _archive(room) as archive:
        if arguments.what == "get":
            return _get(archive, arguments, room)
        if arguments.what == "prune":
            return _prune(archive, arguments, room)
        records = archive.search(arguments.which)
        if arguments.what == "verify":
            return _verify(archive, records, arguments, room)
        for record in records:
            _show(record, arguments, room)
        if not records and not arguments.json:
            room.say(NOTHING_FITS if arguments.which else NOTHING_YET)
    return 0


@contextlib.contextmanager
def _archive(room: Room) -> Iterator[Archive]:
    from dlp.agent.here import archive_of
    from dlp.journal import Journal

    with contextlib.closing(Journal.open(room.home.agent / "journal.db")) as journal:
        yield archive_of(room.home, room.settings, journal)


def _get(archive: Archive, arguments: argparse.Namespace, room: Room) -> int:
    record = archive.find(arguments.which)
    target = Path(arguments.output) if arguments.output else Path(record.name)
    Visit(arguments, room).open(archive.sealed_path(record), target)
    return 0


def _verify(archive: Archive, records: list[Record], arguments: argparse.Namespace, room: Room) -> int:
    damaged = 0
    for number, record in enumerate(records, 1):
        if sys.stderr.isatty():
            print(f"\r\x1b[K{number}/{len(records)}\r", end="", file=sys.stderr, flush=True)
        sound = archive.verify(record)
        damaged += not sound
        if arguments.json:
            room.json({"record": record.id, "sound": sound})
        elif not sound:
            room.warn(
                Say("error: record {id} is damaged or gone", "error: 归档记录 {id} 已损坏或缺失").format(id=record.id)
            )
    if not arguments.json:
        said = Say("{count} records read again, {damaged} damaged", "已重新校验 {count} 条记录，{damaged} 条损坏")
        room.say(said.format(count=len(records), damaged=damaged))
    return 3 if damaged else 0


def _prune(archive: Archive, arguments: argparse.Namespace, room: Room) -> int:
    """Remove what is past its date and not held; without --yes only say what would be."""
    from dlp.agent.here import office_file
    from dlp.clock import now
    from dlp.link.office_file import OfficeFile

    office = OfficeFile.load(office_file(room.home))
    if not office.told:
        raise UsageError(
            Say("the office never told which records are on hold", "管理端尚未告知哪些记录被冻结"),
            Say("let the agent reach the office once; nothing was removed", "请先让代理连接一次管理端；未删除任何文件"),
        )
    due = archive.due(now())
    held = [record for record in due if record.id in office.holds]
    over = [record for record in due if record.id not in office.holds]
    for record in over:
        if arguments.yes:
            archive.prune(record)
        _show(record, arguments, room)
    if arguments.json:
        return 0
    said = (
        Say("{count} removed, {held} on hold", "已清理 {count} 条，冻结 {held} 条")
        if arguments.yes
        else Say(
            "{count} past their date, {held} on hold; --yes removes them",
            "已到期 {count} 条，冻结 {held} 条；加 --yes 执行清理",
        )
    )
    room.say(said.format(count=len(over), held=len(held)))
    return 0


def _show(record: Record, arguments: argparse.Namespace, room: Room) -> None:
    from dlp.shown import shown

    if arguments.json:
        row = asdict(record) | {"name": as_text(record.name), "path": as_text(record.path)}
        room.json(row)
        return
    level = LEVELS[Level.of(record.level)].to(room.language)
    print(f"{record.id}  {record.at[:10]}  {level}  {shown(record.name)}  {record.size}  {shown(record.account)}")
