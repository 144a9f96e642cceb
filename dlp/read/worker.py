"""The reading process: loads the packs, gives up all it does not need, then reads and classifies one file at a time.

It starts with as little as possible (``python -I -S``, no site, no environment), because a cold ``dlp inspect`` waits
for it; what a format needs is imported when the first such file comes, which the confinement allows for the
interpreter's own folders.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dlp.model import Limits
from dlp.read import allocation, confinement, wire
from dlp.read.eyes import Eyes

if TYPE_CHECKING:
    from dlp.read.document import Reading

WORN = 110 * 1024 * 1024
"""Bytes of resident memory from which a process that finished a file is replaced by a fresh one."""
GROWN = 200 * 1024 * 1024
"""The same for a process that looks at pictures: bytes of address space more than it had when it was ready."""
_CHECK_SECONDS = 0.2
"""How often a reader at work is asked for the time; what it does between two Blocks may take long."""
Opened = Callable[[float], Eyes]
"""Makes the eyes for one file; the number says how many times the usual time they may take."""
Open = Callable[[Any, bytes], Opened]
"""Loads what eyes need, with the rules and the key that files are judged with."""
Work = Callable[[Any, Sequence[str]], dict[str, Any]]
"""From the parts of a file, and the rules whose matches are wanted in clear (mostly none), to the answer."""


def main(channel_number: int, lifeline: int, opening: Open | None = None) -> None:
    """Serve the parent on a socket until it closes; ``lifeline`` is a pipe that ends with the parent.

    ``opening`` loads what looks at pictures, once nothing but libraries can be read any more.
    """
    die_with_parent(lifeline)
    channel = socket.socket(fileno=channel_number)
    start, _ = receive(channel)
    limits = Limits(**start["limits"])
    try:
        work, rules, known = _prepare(channel, start, limits)
        memory, eyes = _Memory(), list[Opened]()
        _compile_readers("read", *(["sight"] if opening else []))
        load = (lambda: eyes.append(opening(known, bytes.fromhex(start["key"])))) if opening else None
        held = confinement.confine(limits.memory, readable(start["folders"]), load)
        had = memory.reserved()
        allocation.settle()
    except Exception as error:
        # No file was met yet, so the reason is ours and may be told: it becomes the caller's error.
        channel.sendall(wire.pack({"failed": f"{type(error).__name__}: {error}"}))
        raise
    channel.sendall(wire.pack({"confined": held.names(), "rules": rules}))
    while True:
        try:
            request, descriptor = receive(channel)
        except EOFError:
            return
        found = serve(channel, request, descriptor, limits, work, eyes[0] if eyes else None)
        # Where the limit is on what is reserved, holes in it count too; a process that looks is judged by that.
        worn = memory.reserved() > had + GROWN if opening else memory.resident() > WORN
        # Both at once: whoever waits is woken once for the answer, and not again for the little that follows.
        channel.sendall(wire.pack(found) + wire.pack({"worn": worn}))


def _compile_readers(*rooms: str) -> None:
    """Keep the readers compiled: once confined, no process could, and each would compile them anew for every start."""
    # Text is what most files are: its reader is there before the first of them comes.
    from dlp.read import document, text  # noqa: F401

    ours = os.path.dirname(os.path.dirname(document.__file__))  # noqa: PTH120 - pathlib costs start time
    for folder in (os.path.join(ours, room) for room in rooms):  # noqa: PTH118
        for name in os.listdir(folder):  # noqa: PTH208
            if name.endswith(".py"):
                cached = os.path.join(folder, "__pycache__", f"{name[:-3]}.{sys.implementation.cache_tag}.pyc")  # noqa: PTH118
                _compile(os.path.join(folder, name), cached)  # noqa: PTH118


def _compile(source: str, cached: str) -> None:
    with contextlib.suppress(OSError):
        if not os.path.exists(cached) or os.stat(cached).st_mtime < os.stat(source).st_mtime:  # noqa: PTH110, PTH116
            import py_compile

            py_compile.compile(source)


def _prepare(channel: socket.socket, start: dict[str, Any], limits: Limits) -> tuple[Work, str, Any]:
    from pathlib import Path

    from classifiers.engine import classify
    from classifiers.pack import PackError, load

    try:
        cache = Path(start["cache"]) if start["cache"] else None
        # What the agent prepared is read now, before the file system is given up; nothing is built or written here.
        rules = load([Path(pack) for pack in start["packs"]], cache, keep=False)
    except PackError:
        # The parent loads the same packs itself and raises what it then meets, with names and hints for people.
        channel.sendall(wire.pack({"pack_error": True}))
        raise SystemExit(0) from None
    key = bytes.fromhex(start["key"])
    empty = classify(iter(()), rules, key, limits.findings)

    def work(parts: Any, wanted: Sequence[str]) -> dict[str, Any]:  # noqa: ANN401 - what the reader yields
        if wanted:
            from dlp.read.excerpts import excerpts

            shown = excerpts(parts, rules, key, wanted)
            return {"excerpts": wire.excerpts_out(shown)}
        found = classify(parts, rules, key, limits.findings)
        return {"classification": wire.classification_out(found)}

    return work, empty.rules, rules


def serve(
    channel: socket.socket,
    request: dict[str, Any],
    descriptor: int,
    limits: Limits,
    work: Work,
    opened: Opened | None = None,
) -> dict[str, Any]:
    """Read and classify one file: says what type it is, so that this is known should it be lost; returns the answer."""
    with contextlib.closing(_Descriptor(descriptor)):
        reading = _begun(request, descriptor, limits, opened)
        channel.sendall(wire.pack({"type": reading.media_type}))
        signal.signal(signal.SIGALRM, lambda _signal, _frame: reading.alarm())
        signal.setitimer(signal.ITIMER_REAL, _CHECK_SECONDS, _CHECK_SECONDS)
        try:
            return work(reading.joined, request.get("show", ()))
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0.0)


def _begun(request: dict[str, Any], descriptor: int, limits: Limits, opened: Opened | None) -> Reading:
    from dlp.read import document

    name = str(request["name"])
    if opened is None:
        return document.read(descriptor, name, limits)
    patience = float(request.get("patience", 1.0))
    seconds = limits.seconds * max(1.0, patience)  # less time for pictures is no less for the text around them
    return document.read(descriptor, name, replace(limits, seconds=seconds), opened(patience))


class _Descriptor:
    def __init__(self, number: int) -> None:
        self.number = number

    def close(self) -> None:
        os.close(self.number)


class _Memory:
    """Resident memory of this process; asked through a descriptor opened before the file system was given up."""

    def __init__(self) -> None:
        self._statm: int | None = None
        with contextlib.suppress(OSError):
            self._statm = os.open("/proc/self/statm", os.O_RDONLY)

    def resident(self) -> int:
        """Bytes; 0 where the system does not tell."""
        if self._statm is None:
            return 0
        return int(os.pread(self._statm, 100, 0).split()[1]) * 4096

    def reserved(self) -> int:
        """Bytes of address space; 0 where the system does not tell."""
        if self._statm is None:
            return 0
        return int(os.pread(self._statm, 100, 0).split()[0]) * 4096


def readable(folders: Sequence[str]) -> tuple[str, ...]:
    """The folders that imports need: the interpreter's library, installed packages, and our own two packages."""
    import sysconfig

    library = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), os.path.dirname(os.__file__)}  # noqa: PTH120
    found = {os.path.join(folder, "lib-dynload") for folder in library}  # noqa: PTH118 - start time
    return tuple(sorted(library | found | set(folders)))


def die_with_parent(lifeline: int) -> None:
    """End this process when the parent ends, even by kill -9, even while C code here hangs.

    The parent alone holds the other end of the pipe. The kernel signals its closing (O_ASYNC), and the default action
    of that signal ends the process; the parent-death signal of Linux would also fire when only a thread of it ends.
    """
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    # It may have ended before the line above took effect.
    poll = select.poll()
    poll.register(lifeline, 0)
    if poll.poll(0):
        raise SystemExit(0)


def receive(channel: socket.socket) -> tuple[dict[str, Any], int]:
    """One message, and the descriptor that came with it (-1: none). Raises EOFError when the parent closed."""
    head, descriptors, _, _ = socket.recv_fds(channel, wire.LENGTH.size, 1)
    head += _exactly(channel, wire.LENGTH.size - len(head)) if head else b""
    if not head:
        raise EOFError
    (length,) = wire.LENGTH.unpack(head)
    return wire.unpack(_exactly(channel, length)), descriptors[0] if descriptors else -1


def _exactly(channel: socket.socket, length: int) -> bytes:
    found = bytearray()
    while len(found) < length:
        more = channel.recv(length - len(found))
        if not more:
            raise EOFError
        found += more
    return bytes(found)


if __name__ == "__main__":
    main(int(sys.argv[1]), 0)
