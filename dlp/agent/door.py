"""The agent's door: a socket on which the command line asks the running agent, one JSON line each way.

In portable mode it stands in the home, which only this account reaches. In service mode a second one stands where every
account of the machine reaches it; the kernel says who knocks, and each person is told of their own files alone. A file
to send comes as an open descriptor, never as a path: the agent may read more than the person who asks.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import socketserver
import struct
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlp.errors import DlpError
from dlp.language import Say

NAME = "agent.sock"
LONGEST_REQUEST = 64 * 1024
"""Bytes of one request line."""
ANSWER_SECONDS = 120.0
"""How long the command line waits for an answer; judging one large file may take its full time limit."""
VISITOR_SECONDS = 10.0
"""How long a visitor may take to say what they want."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Who knocks, as the kernel says."""

    uid: int
    login: str

    @property
    def trusted(self) -> bool:
        """Root, and the account that the agent itself runs as: they reach its folder anyway."""
        return os.name == "nt" or self.uid in (0, os.getuid())

    def may_see(self, person: str) -> bool:
        """Whether files of this person are theirs to see."""
        return self.trusted or self.login == person


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, by whom, with which file."""

    asked: dict[str, Any]
    peer: Peer
    descriptor: int | None = None


Answerer = Callable[[Request], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a door stands, and who may knock."""

    folder: Path
    mode: int = 0o600


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


class _Visitor(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, _Door)
        self.request.settimeout(VISITOR_SECONDS)
        with contextlib.suppress(OSError, ValueError):  # gone, silent, or not one of ours: it gets no answer
            line, descriptors = _heard(self.request)
            try:
                asked = json.loads(line)
                request = Request(asked, peer_of(self.request), descriptors[0] if descriptors else None)
                self.request.settimeout(ANSWER_SECONDS)
                self.request.sendall(json.dumps(self.server.answer(request)).encode("ascii") + b"\n")
            finally:
                for descriptor in descriptors:
                    os.close(descriptor)


def _heard(end: socket.socket) -> tuple[bytes, list[int]]:
    """One line, and the descriptor that came with its first bytes."""
    if hasattr(socket, "recv_fds"):
        line, descriptors, _, _ = socket.recv_fds(end, LONGEST_REQUEST, 1)
    else:
        line, descriptors = end.recv(LONGEST_REQUEST), []
    while not line.endswith(b"\n") and len(line) < LONGEST_REQUEST and (more := end.recv(LONGEST_REQUEST)):
        line += more
    return line, descriptors


def peer_of(end: socket.socket) -> Peer:
    """Who is at the other end (unix(7), SO_PEERCRED); where the kernel does not say, only our own account gets here."""
    if not sys.platform.startswith("linux"):
        return Peer(os.getuid() if hasattr(os, "getuid") else 0, "")
    raw = end.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    uid = struct.unpack("3i", raw)[1]
    return Peer(uid, login_of(uid))


def login_of(uid: int) -> str:
    """The name of an account; its number where it has none."""
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


class _Door(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, address: str, answer: Answerer) -> None:
        super().__init__(address, _Visitor)
        self.answer = answer


@contextlib.contextmanager
def opened(places: Sequence[Place], answer: Answerer) -> Iterator[None]:
    """Answer requests at every place while the block runs; an error of ours travels as its two sentences."""

    def safely(request: Request) -> dict[str, Any]:
        try:
            return {"answer": answer(request)}
        except DlpError as error:
            return {"status": error.status, "error": _pair(error.message), "hint": _pair(error.hint)}
        except OSError as error:
            said = Say(f"the file could not be read or kept: {error.strerror}", f"文件无法读取或保存：{error.strerror}")
            return {"status": 3, "error": _pair(said), "hint": None}

    with contextlib.ExitStack() as stack:
        for place in places:
            stack.enter_context(_one(place, safely))
        yield


@contextlib.contextmanager
def _one(place: Place, answer: Answerer) -> Iterator[None]:
    path = place.folder / NAME
    path.unlink(missing_ok=True)  # left by an agent that was killed; the lock says that none runs
    with _address(place.folder) as address, _Door(address, answer) as door:
        path.chmod(place.mode)
        thread = threading.Thread(target=door.serve_forever, args=(3600.0,), name="door", daemon=True)
        thread.start()
        try:
            yield
        finally:
            threading.Thread(target=door.shutdown, daemon=True).start()
            _wake(place.folder)
            thread.join(2)
            path.unlink(missing_ok=True)


def _wake(folder: Path) -> None:
    """The server looks at its stop flag only between visitors (its poll is an hour, so that an idle agent idles)."""
    with contextlib.suppress(OSError), _address(folder) as address, socket.socket(socket.AF_UNIX) as visitor:
        visitor.settimeout(1)
        visitor.connect(address)
        visitor.shutdown(socket.SHUT_WR)
        visitor.recv(1)


def stands(folder: Path) -> bool:
    """Whether an agent's door is there."""
    return (folder / NAME).exists()


def ask(folder: Path, request: dict[str, Any], descriptor: int | None = None) -> dict[str, Any]:
    """Ask the running agent. Raises DlpError with what it said, or when it does not answer."""
    try:
        with _address(folder) as address, socket.socket(socket.AF_UNIX) as door:
            door.settimeout(ANSWER_SECONDS)
            door.connect(address)
            line = json.dumps(request).encode("ascii") + b"\n"
            if descriptor is None:
                door.sendall(line)
            else:
                sent = socket.send_fds(door, [line], [descriptor])
                door.sendall(line[sent:])
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
