"""systemd's store of descriptors: keeps the kernel's queues while the whole gate is started again (sd_notify(3)).

As long as a queue is held by anybody, the kernel lets nothing through: what WeChat opens waits for the next gate.
"""

from __future__ import annotations

import array
import contextlib
import os
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass

from dlp.gate import space as spaces

FIRST = 3
"""The first descriptor that systemd passes on."""
PARTS = ("queue", "root")
"""The table of mounts is opened anew: systemd drops what signals, and a table does with every mount."""
_NAME = re.compile(r"space\.(\d+)\.(\d+)\.([\w-]+)\.(queue|root|hooks)")


@dataclass(frozen=True, slots=True)
class Kept:
    """One namespace that was guarded before, or the queue of starts."""

    id: int
    """0: the queue of starts."""
    uid: int
    keeper: str
    descriptors: list[int]
    """Queue, root, table; of starts the queue alone."""


@dataclass(frozen=True, slots=True)
class Safe:
    """The store; without systemd nothing is kept."""

    address: str
    """``$NOTIFY_SOCKET``; empty: nobody listens."""

    def keep(self, id: int, uid: int, keeper: str, descriptors: Iterable[int]) -> None:
        """Have a namespace's queue and root kept; dropped by itself when the service ends for good."""
        for part, descriptor in zip(PARTS, descriptors, strict=False):
            self._say(f"FDSTORE=1\nFDPOLL=0\nFDNAME=space.{id}.{uid}.{keeper}.{part}", descriptor)

    def keep_hooks(self, keeper: str, queue: int) -> None:
        """Have the queue of starts kept."""
        self._say(f"FDSTORE=1\nFDPOLL=0\nFDNAME=space.0.0.{keeper}.hooks", queue)

    def drop(self, id: int, uid: int, keeper: str) -> None:
        """Nobody lives in it any more."""
        for part in PARTS:
            self._say(f"FDSTOREREMOVE=1\nFDNAME=space.{id}.{uid}.{keeper}.{part}")

    def _say(self, text: str, *descriptors: int) -> None:
        if not self.address:
            return
        name = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
            end.sendmsg([text.encode("ascii")], rights, 0, name)


def taken_over(environment: dict[str, str]) -> list[Kept]:
    """What an earlier gate left in the store, from ``LISTEN_FDS`` and ``LISTEN_FDNAMES``; the rest is closed."""
    count = int(environment.get("LISTEN_FDS", "0") or 0)
    names = environment.get("LISTEN_FDNAMES", "").split(":")
    found: dict[tuple[int, int, str], dict[str, int]] = {}
    for number, name in zip(range(FIRST, FIRST + count), names, strict=False):
        os.set_inheritable(number, False)
        match = _NAME.fullmatch(name)
        if match is None:
            os.close(number)
            continue
        found.setdefault((int(match[1]), int(match[2]), match[3]), {})[match[4]] = number
    return [kept for key, parts in found.items() if (kept := _whole(*key, parts)) is not None]


def _whole(id: int, uid: int, keeper: str, parts: dict[str, int]) -> Kept | None:
    """A namespace with its table; None, and everything closed, where nobody lives in it any more."""
    if "hooks" in parts:
        return Kept(0, 0, keeper, [parts["hooks"]])
    try:
        table = os.open(f"/proc/{spaces.somebody(id)}/mountinfo", os.O_RDONLY)
        return Kept(id, uid, keeper, [parts["queue"], parts["root"], table])
    except (OSError, KeyError):
        for descriptor in parts.values():
            os.close(descriptor)
        return None
