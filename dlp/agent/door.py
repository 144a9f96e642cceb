"""The agent's door: a socket in the home on which the command line asks the running agent, one JSON line each way.

Only the account that owns the home reaches the folder (0700), so the door asks for no further proof.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import socketserver
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from dlp.errors import DlpError
from dlp.language import Say

NAME = "agent.sock"
LONGEST_REQUEST = 64 * 1024
"""Bytes of one request line."""
ANSWER_SECONDS = 120.0
"""How long the command line waits for an answer; judging one large file may take its full time limit."""

Answerer = Callable[[dict[str, Any]], dict[str, Any]]


@contextlib.contextmanager
def _address(folder: Path) -> Iterator[str]:
    """The socket's address; by the folder's descriptor on Linux, because such an address holds 107 bytes at most."""
    if not sys.platform.startswith("linux"):
        yield str(folder / NAME)
        return
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{NAME}"
    finally:
        os.close(descriptor)


class _Visitor(socketserver.StreamRequestHandler):
    timeout = 10

    def handle(self) -> None:
        assert isinstance(self.server, _Door)
        line = self.rfile.readline(LONGEST_REQUEST)
        try:
            request = json.loads(line)
        except ValueError:
            return  # not one of ours; it gets no answer
        self.wfile.write(json.dumps(self.server.answer(request), ensure_ascii=False).encode("utf-8") + b"\n")


class _Door(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, address: str, answer: Answerer) -> None:
        super().__init__(address, _Visitor)
        self.answer = answer


@contextlib.contextmanager
def opened(folder: Path, answer: Answerer) -> Iterator[None]:
    """Answer requests while the block runs; an error of ours travels as its two sentences."""

    def safely(request: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"answer": answer(request)}
        except DlpError as error:
            return {"status": error.status, "error": _pair(error.message), "hint": _pair(error.hint)}
        except OSError as error:
            said = Say(f"the file could not be read or kept: {error.strerror}", f"文件无法读取或保存：{error.strerror}")
            return {"status": 3, "error": _pair(said), "hint": None}

    (folder / NAME).unlink(missing_ok=True)  # left by an agent that was killed; the lock says that none runs
    with _address(folder) as address, _Door(address, safely) as door:
        (folder / NAME).chmod(0o600)
        thread = threading.Thread(target=door.serve_forever, args=(3600.0,), name="door", daemon=True)
        thread.start()
        try:
            yield
        finally:
            threading.Thread(target=door.shutdown, daemon=True).start()
            _wake(folder)
            thread.join(2)
            (folder / NAME).unlink(missing_ok=True)


def _wake(folder: Path) -> None:
    """The server looks at its stop flag only between visitors (its poll is an hour, so that an idle agent idles)."""
    with contextlib.suppress(OSError), _address(folder) as address, socket.socket(socket.AF_UNIX) as visitor:
        visitor.settimeout(1)
        visitor.connect(address)
        visitor.shutdown(socket.SHUT_WR)
        visitor.recv(1)


def ask(folder: Path, request: dict[str, Any]) -> dict[str, Any]:
    """Ask the running agent. Raises DlpError with what it said, or when it does not answer."""
    try:
        with _address(folder) as address, socket.socket(socket.AF_UNIX) as door:
            door.settimeout(ANSWER_SECONDS)
            door.connect(address)
            door.sendall(json.dumps(request).encode("utf-8") + b"\n")
            with door.makefile("rb") as file:
                told = json.loads(file.readline())
    except (OSError, ValueError) as error:
        raise DlpError(
            Say("the agent runs, but does not answer: {error}", "代理正在运行，但没有应答：{error}").format(
                error=error
            ),
            Say("stop dlp run and start it again", "请停止 dlp run 后重新启动"),
        ) from error
    if "error" in told:
        failure = DlpError(Say(**told["error"]), Say(**told["hint"]) if told["hint"] else None)
        failure.status = int(told["status"])
        raise failure
    answer: dict[str, Any] = told["answer"]
    return answer


def _pair(said: Say | None) -> dict[str, str] | None:
    return {"en": said.en, "zh": said.zh} if said else None
