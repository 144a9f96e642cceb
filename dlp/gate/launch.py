"""Starts WeChat in a namespace of its own, once the gate has said that it guards it, and stays beside it.

This process stays outside. Its child goes in, asks the gate, gives up what WeChat does not need, and becomes WeChat.
"""

from __future__ import annotations

import json
import os
import signal
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from dlp.errors import DlpError
from dlp.gate import apart, denied, door, wire
from dlp.gate.features import PORTABLE
from dlp.gate.wire import ClosedError, Packet
from dlp.language import Say

ANSWER_SECONDS = 30.0
"""How long the gate may take to mark a namespace; a slow server among its mounts is waited for."""
NO_GATE = Say("the gate does not run: {error}", "门卫未运行：{error}")
START_GATE = Say(
    "start it as root: systemctl start wechat-file-guard-gate, or dlp wechat --gate; {portable}",
    "请以 root 启动：systemctl start wechat-file-guard-gate 或 dlp wechat --gate；{portable}",
).format(portable=PORTABLE)
WHY = {
    "host": Say("it has no namespace of its own", "没有独立的命名空间"),
    "full": Say("too many WeChats run here", "本机运行的微信过多"),
    "not yours": Say("it is another account's", "属于其他账户"),
    "whole": Say(
        "whole file systems are guarded on this machine; start WeChat as it is", "本机采用整体守护，请直接启动微信"
    ),
}
"""What the gate answers in one word."""
NOT_GUARDED = Say("the gate does not guard this start: {why}", "门卫未接管本次启动：{why}")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to start, and how."""

    command: tuple[str, ...]
    nests: bool
    """It makes mount namespaces of its own, as flatpak does, and must be let."""
    folder: Path
    """Where the gate's door is."""
    environment: dict[str, str]


@dataclass(frozen=True, slots=True)
class Launched:
    """WeChat, running in a guarded namespace."""

    pid: int
    space: int
    apart: bool
    """Whether it has a user namespace of its own."""
    nests: bool = False


def knock(folder: Path) -> socket.socket:
    """A connection to the gate. Raises DlpError, with what works without it."""
    try:
        opened = os.open(folder, os.O_PATH | os.O_DIRECTORY)
        try:
            end = wire.connect(opened, door.NAME)
        finally:
            os.close(opened)
    except OSError as error:
        raise DlpError(NO_GATE.format(error=error.strerror), START_GATE) from error
    if wire.peer(end).uid != 0:
        end.close()
        raise DlpError(NO_GATE.format(error="not root's"), START_GATE)
    end.setblocking(True)
    end.settimeout(ANSWER_SECONDS)
    return end


def ask(end: socket.socket, packet: Packet) -> Packet:
    """The gate's answer to one packet. Raises DlpError."""
    try:
        wire.send(end, packet)
        found = wire.receive(end)
    except (ClosedError, TimeoutError) as error:
        raise DlpError(NO_GATE.format(error=error), START_GATE) from error
    if found is None:
        raise DlpError(NO_GATE.format(error="no answer"), START_GATE)
    wire.close(found[1])
    return found[0]


def guard(end: socket.socket, pid: int | None = None, *, nests: bool = False) -> Packet:
    """Have a process's namespace guarded: this one's, or that of ``pid``. Raises DlpError with why not.

    ``nests``: its programs make namespaces of their own, which the gate then looks for.
    """
    told = ask(end, {"guard": pid, "nests": nests})
    if "guarded" not in told:
        why = str(told.get("not_guarded", "?"))
        raise DlpError(NOT_GUARDED.format(why=WHY.get(why, why)), START_GATE)
    return told


def launch(plan: Plan) -> Launched:
    """Start WeChat; returns when it runs, guarded. Raises DlpError, and then nothing was started."""
    knock(plan.folder).close()  # before anything else: without a gate there is nothing to do
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        _become(plan, writer)
    os.close(writer)
    try:
        told = _told(reader)
    finally:
        os.close(reader)
    if "started" not in told:
        os.waitpid(pid, 0)
        raise DlpError(Say(**told["error"]), Say(**told["hint"]) if told.get("hint") else None)
    return Launched(pid, int(told["started"]), bool(told["apart"]), plan.nests)


def _told(reader: int) -> Packet:
    """What the child says before it becomes WeChat; an empty pipe means that it died first."""
    text = b""
    while part := os.read(reader, 4096):
        text += part
    lines = text.splitlines()
    said: Packet = json.loads(lines[-1]) if lines else _error(Say("the start failed", "启动失败"), None)
    return said


def _error(message: Say, hint: Say | None) -> Packet:
    pair = {"en": hint.en, "zh": hint.zh} if hint else None
    return {"error": {"en": message.en, "zh": message.zh}, "hint": pair}


def _become(plan: Plan, writer: int) -> NoReturn:
    """In the child: go apart, be guarded, give up, and become WeChat; or say why not and end."""
    try:
        end = knock(plan.folder)  # before: inside, nobody can see that the other end is root's
        nested = apart.enter()
        space = _guarded(end, nests=plan.nests)
        if not plan.nests:
            apart.no_more_namespaces()
            _deny()
        said = {"started": space, "apart": nested}
        os.write(writer, json.dumps(said).encode("ascii") + b"\n")
        _exec(plan, writer)
    except DlpError as error:
        os.write(writer, json.dumps(_error(error.message, error.hint)).encode("ascii") + b"\n")
    except OSError as error:
        why = Say("WeChat was not started: {error}", "微信未能启动：{error}").format(
            error=f"{error.strerror} ({error.filename})"
        )
        os.write(writer, json.dumps(_error(why, PORTABLE)).encode("ascii") + b"\n")
    finally:
        os._exit(127)


def _guarded(end: socket.socket, *, nests: bool) -> int:
    """Ask the gate, hide what it cannot watch, and ask again until nothing is left uncovered."""
    told = guard(end, nests=nests)
    if told["uncovered"]:
        apart.hide(point for point, _kind in told["uncovered"])
        told = guard(end, nests=nests)
        if told["uncovered"]:
            points = ", ".join(point for point, _kind in told["uncovered"])
            raise DlpError(NOT_GUARDED.format(why=points), START_GATE)
    end.close()
    return int(told["guarded"])


def _deny() -> None:
    """Refuse mount calls, where this machine's calls are known; the namespace's limit stands in any case."""
    try:
        denied.install()
    except KeyError:
        return


def _exec(plan: Plan, writer: int) -> NoReturn:
    """``writer`` closes by itself when the program runs; until then it can say why it does not."""
    apart.give_up_rights()
    apart.close_all_but(writer)
    apart.shut_readable_files()
    apart.die_with_parent(signal.SIGKILL)  # also while it is paused
    os.execvpe(plan.command[0], list(plan.command), plan.environment)  # noqa: S606 - no shell, on purpose
