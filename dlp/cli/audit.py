"""``dlp audit``: whether the event chains are whole, and a copy of the office's chain for keeping elsewhere."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from dlp.cli.office_here import add_passphrase, office_here
from dlp.cli.room import Room, Words
from dlp.errors import UsageError
from dlp.language import Say
from dlp.system_words import said, why

if TYPE_CHECKING:
    from dlp.office import Checkpoint

EXAMPLE = "dlp audit verify --checkpoint kept-elsewhere.json"


def add(words: Words) -> None:
    """Declare the arguments."""
    words.add(
        "what",
        choices=["verify", "checkpoint", "export"],
        about=Say(
            "check the chains, sign where the office's chain stands now, or print every event, one JSON object a line",
            "校验事件链，签署事件链当前位置，或逐行导出全部事件（JSON）",
        ),
    )
    words.add(
        "bundle",
        nargs="?",
        metavar="BUNDLE",
        about=Say("an evidence bundle to check instead; no office is needed", "改为校验证据包，无需管理端"),
    )
    words.add(
        "--checkpoint",
        metavar="FILE",
        about=Say("a checkpoint kept elsewhere, to find a cut tail", "另行保存的检查点，用于发现被截断的事件链"),
    )
    add_passphrase(words)
    words.json()


def run(arguments: argparse.Namespace, room: Room) -> int:
    """Verify, checkpoint or export; a chain that is not whole ends with status 1."""
    if arguments.what == "verify" and getattr(arguments, "bundle", None):
        return 0 if _verify_bundle(arguments, room) else 1
    if getattr(arguments, "bundle", None):
        takes_none = Say("{what} takes no file", "{what} 不接受文件参数")
        hint = Say("it prints to standard output: dlp audit {what} > FILE", "结果写到标准输出：dlp audit {what} > 文件")
        raise UsageError(takes_none.format(what=arguments.what), hint.format(what=arguments.what))
    room.need_set_up()
    if arguments.what == "verify":
        office_whole = _verify_office(arguments, room)
        return 0 if _verify_agent(arguments, room) and office_whole else 1
    with office_here(room, arguments) as office:
        if arguments.what == "checkpoint":
            room.json(office.audit.checkpoint().to_json())
        else:
            # Whoever runs this holds the database file; the export leaves an event all the same.
            with office.ground.writing() as writing:
                writing.note("audit.exported", "command line")
            for line in office.audit.lines():
                room.json(line)
    return 0


def _verify_office(arguments: argparse.Namespace, room: Room) -> bool:
    if not (room.home.office / "keystore.json").exists():
        if arguments.checkpoint:
            raise UsageError(
                Say(
                    "this machine has no office, so the checkpoint says nothing here", "本机没有管理端，无法核对检查点"
                ),
                Say("run it on the office's machine", "请在管理端所在机器上运行"),
            )
        return True
    with office_here(room, arguments) as office:
        wrong = office.audit.compare(_read(Path(arguments.checkpoint))) if arguments.checkpoint else None
        broken = office.audit.verify()
        if wrong is None and broken is not None:
            wrong = Say(f"the chain is broken at event {broken}", f"事件链在第 {broken} 条处断裂")
        events = office.audit.checkpoint().sequence
    return _tell(arguments, room, "office", Say("office", "管理端"), events, wrong)


def _verify_bundle(arguments: argparse.Namespace, room: Room) -> bool:
    from dlp.office.evidence import verify

    path = Path(arguments.bundle)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(
            Say("{path} cannot be read: {why}", "无法读取 {path}：{why}").format(path=path, why=why(error)),
            Say("expected an evidence bundle that the console made", "应为控制台生成的证据包"),
        ) from error
    return _tell(arguments, room, "bundle", Say("bundle", "证据包"), None, verify(raw))


def _verify_agent(arguments: argparse.Namespace, room: Room) -> bool:
    from dlp.journal import Journal

    path = room.home.agent / "journal.db"
    if not path.exists():
        return True
    journal = Journal.open(path)
    try:
        broken = journal.verify_chain()
    finally:
        journal.close()
    wrong = None if broken is None else Say(f"the chain is broken at event {broken}", f"事件链在第 {broken} 条处断裂")
    return _tell(arguments, room, "agent", Say("agent", "本机代理"), None, wrong)


def _tell(
    arguments: argparse.Namespace, room: Room, id_: str, name: Say, events: int | None, wrong: Say | None
) -> bool:
    if arguments.json:
        room.json({"chain": id_, "whole": wrong is None, "events": events, "problem": wrong.en if wrong else ""})
    else:
        whole = Say("the chain is whole", "事件链完整")
        count = Say(f" ({events} events)", f"（共 {events} 条）") if events is not None else Say("", "")
        said = Say("{name}: {what}{count}", "{name}：{what}{count}")
        room.say(said.format(name=name, what=wrong or whole, count=Say("", "") if wrong else count))
    return wrong is None


def _read(path: Path) -> Checkpoint:
    from dlp.office import Checkpoint

    try:
        return Checkpoint.from_json(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise UsageError(
            Say("{path} cannot be read: {why}", "无法读取 {path}：{why}").format(path=path, why=said(error)),
            Say("expected what dlp audit checkpoint printed", "应为 dlp audit checkpoint 的输出"),
        ) from error
