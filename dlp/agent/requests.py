"""What can be asked of an agent, the same whether one runs (through its door) or not (done here, under its lock)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from dlp import sweep
from dlp.agent import door
from dlp.agent.desk import Desk
from dlp.agent.door import Peer, Request
from dlp.agent.here import desk_on, lock_file, running
from dlp.config import Home, Settings, service_folder
from dlp.custody import Send, whereabouts
from dlp.custody import send as sends
from dlp.errors import DlpError, UnreadableError, UsageError
from dlp.files import READING
from dlp.language import Say
from dlp.lock import only_one
from dlp.model import Direction, Origin
from dlp.naming import as_text

AGENT = Say("the agent", "代理")
SEND = "dlp send"


def request(home: Home, settings: Settings, asked: dict[str, Any], descriptor: int | None = None) -> dict[str, Any]:
    """The answer to one request. Raises DlpError with what went wrong."""
    if (folder := door_folder(home)) is not None:
        return door.ask(folder, asked, descriptor)
    with only_one(lock_file(home), AGENT), desk_on(home, settings) as desk:
        settle_leftovers(desk)
        return answer(desk, Request(asked, _myself(), descriptor))


def door_folder(home: Home) -> Path | None:
    """Where the door of the agent stands that must be asked: that of this home, else that of the machine's service."""
    if running(home):
        return home.run
    if not home.settings.exists() and door.stands(service_folder()):
        return service_folder()
    return None


def _myself() -> Peer:
    uid = os.getuid() if hasattr(os, "getuid") else 0
    return Peer(uid, myself())


def myself() -> str:
    """The login of this account."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # an account without a name, as in a container
        return str(os.getuid())


def settle_leftovers(desk: Desk) -> None:
    """Finish what a kill cut off, and judge what was claimed and not judged; each that cannot be now is left."""
    desk.custody.recover()
    desk.custody.sweep()
    for send in desk.custody.unsettled():
        try:
            desk.go_on(send)
        except (OSError, DlpError):
            continue  # it stays claimed; where and status say so, and the agent tries again


def answer(desk: Desk, request: Request) -> dict[str, Any]:
    """Do what is asked at this desk. Raises DlpError and OSError."""
    asked, peer = request.asked, request.peer
    if asked.get("do") == "send":
        return _outcome(desk, _send(desk, request))
    if asked.get("do") == "takeback":
        send = sends.by_number(desk.journal, str(asked.get("number", "")))
        if not peer.may_see(send.origin.person):
            raise sends.no_such_number(send.number)
        back = desk.take_back(send.number)
        return {"number": back.number, "path": as_text(back.path or "")}
    if asked.get("do") == "sweep" and peer.trusted:
        return {"held": sum(sweep.ready(desk, one, one.owner or peer.login) for one in desk.custody.ground.outboxes)}
    if asked.get("do") == "where":
        found = whereabouts(desk.journal, str(asked.get("what", "")))
        return {"found": [one.to_json() for one in found if peer.may_see(one.send.origin.person)]}
    raise UsageError(Say("got a request that the agent does not know", "代理不认识该请求"))


def _send(desk: Desk, request: Request) -> Send:
    if request.descriptor is None:
        raise UsageError(Say("got a request to send without a file", "请求中没有文件"))
    person, group = request.peer.login, str(request.asked.get("group", ""))
    if group:
        _need_group(desk, group)
    origin = Origin(person, SEND, Direction.OUTGOING, group)
    outboxes = desk.custody.ground.outboxes
    outbox = next((one for one in outboxes if one.owner == person), outboxes[0])
    if outbox.owner and outbox.owner != person and not request.peer.trusted:
        raise UsageError(
            Say("{person} has no outbox on this machine", "{person} 在本机没有外发文件夹").format(person=person),
            Say("ask the administrator for one", "请联系管理员"),
        )
    return desk.send(request.descriptor, _plain_name(str(request.asked.get("name", ""))), origin, outbox)


def _need_group(desk: Desk, group: str) -> None:
    """A copy sealed for a group that there is not would open for nobody."""
    known = sorted(desk.groups())
    if group not in known:
        raise UsageError(
            Say("there is no group {group}", "没有群组 {group}").format(group=group),
            Say("the groups are: {known}", "现有群组：{known}").format(known=", ".join(known))
            if known
            else Say("no group was made at the office yet", "管理端尚未建立群组"),
        )


def _plain_name(name: str) -> str:
    """A file's name alone: what came over the socket must not point elsewhere."""
    if not name or name in (".", "..") or "/" in name or "\0" in name:
        raise UsageError(Say("got a name that is no file's name", "文件名无效"))
    return name


def send_file(home: Home, settings: Settings, path: Path, group: str) -> dict[str, Any]:
    """Hand a copy of a file over. Raises UnreadableError where it cannot be opened, DlpError otherwise."""
    try:
        descriptor = os.open(path.resolve(), READING)
    except OSError as error:
        raise UnreadableError(
            Say("{path} cannot be read: {why}", "无法读取 {path}：{why}").format(path=path, why=error.strerror)
        ) from error
    try:
        return request(home, settings, {"do": "send", "name": path.name, "group": group}, descriptor)
    finally:
        os.close(descriptor)


def _outcome(desk: Desk, send: Send) -> dict[str, Any]:
    worst = max(desk.custody.members(send), key=lambda one: one.bad, default=None)
    told = worst.judged if worst else {}
    because = next(iter(told.get("because", ())), {"text_en": "", "text_zh": ""})
    return {
        "number": send.number,
        "name": as_text(send.name),
        "state": send.state.value,
        "path": as_text(send.path or ""),
        "receipt": as_text(send.receipt or ""),
        "why_en": because["text_en"],
        "why_zh": because["text_zh"],
    }
