"""What can be asked of an agent, the same whether one runs (through its door) or not (done here, under its lock)."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Any

from dlp.agent import door
from dlp.agent.desk import Desk
from dlp.agent.here import desk_on, lock_file, running
from dlp.config import Home, Settings
from dlp.errors import UsageError
from dlp.language import Say
from dlp.lock import only_one
from dlp.model import Direction, Origin

AGENT = Say("the agent", "代理")


def request(home: Home, settings: Settings, asked: dict[str, Any]) -> dict[str, Any]:
    """The answer to one request. Raises DlpError with what went wrong."""
    if running(home):
        return door.ask(home.run, asked)
    with only_one(lock_file(home), AGENT), desk_on(home, settings) as desk:
        for transfer in desk.recover():
            desk.judge(transfer)
        return answer(desk, asked)


def answer(desk: Desk, asked: dict[str, Any]) -> dict[str, Any]:
    """Do what is asked at this desk."""
    if asked.get("do") == "send":
        origin = Origin(getpass.getuser(), "dlp send", Direction.OUTGOING, str(asked.get("group", "")))
        outcome = desk.send(Path(str(asked["path"])), origin)
        return {
            "number": outcome.number,
            "name": outcome.name,
            "state": outcome.state.value,
            "path": str(outcome.path or ""),
            "receipt": str(outcome.receipt or ""),
        }
    if asked.get("do") == "takeback":
        return {"number": asked["number"], "path": str(desk.take_back(str(asked["number"])))}
    raise UsageError(Say("got a request that the agent does not know", "代理不认识该请求"))
