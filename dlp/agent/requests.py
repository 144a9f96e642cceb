"""What can be asked of an agent, the same whether one runs (through its door) or not (done here, under its lock)."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Any

from dlp.agent import door
from dlp.agent.desk import Desk
from dlp.agent.here import desk_on, lock_file, running
from dlp.config import Home, Settings
from dlp.custody import NotTakenError, Send
from dlp.errors import DlpError, UnreadableError, UsageError
from dlp.language import Say
from dlp.lock import only_one
from dlp.model import Direction, Origin

AGENT = Say("the agent", "代理")
SEND = "dlp send"


def request(home: Home, settings: Settings, asked: dict[str, Any]) -> dict[str, Any]:
    """The answer to one request. Raises DlpError with what went wrong."""
    if running(home):
        return door.ask(home.run, asked)
    with only_one(lock_file(home), AGENT), desk_on(home, settings) as desk:
        settle_leftovers(desk)
        return answer(desk, asked)


def settle_leftovers(desk: Desk) -> None:
    """Finish what a kill cut off, and judge what was claimed and not judged; each that cannot be now is left."""
    desk.custody.resume()
    desk.custody.sweep()
    for send in desk.custody.unsettled():
        try:
            desk.judge(send)
        except (OSError, DlpError):
            continue  # it stays claimed; where and status say so, and the agent tries again


def answer(desk: Desk, asked: dict[str, Any]) -> dict[str, Any]:
    """Do what is asked at this desk."""
    if asked.get("do") == "send":
        origin = Origin(getpass.getuser(), SEND, Direction.OUTGOING, str(asked.get("group", "")))
        outbox = desk.custody.ground.outboxes[0]
        try:
            return _outcome(desk.send(Path(str(asked["path"])), origin, outbox))
        except NotTakenError as error:
            raise UnreadableError(Say("{path} is not a file", "{path} 不是普通文件").format(path=error.path)) from error
    if asked.get("do") == "takeback":
        send = desk.take_back(str(asked["number"]))
        return {"number": send.number, "path": str(send.path)}
    raise UsageError(Say("got a request that the agent does not know", "代理不认识该请求"))


def _outcome(send: Send) -> dict[str, Any]:
    return {
        "number": send.number,
        "name": send.name,
        "state": send.state.value,
        "path": str(send.path or ""),
        "receipt": str(send.receipt or ""),
    }
