"""What goes between keeper, answerer, agent and launcher: one JSON object a packet, with descriptors beside it.

Both ends check who is at the other (SO_PEERCRED), and take a packet that is none for the end of the talk.
"""

from __future__ import annotations

import array
import json
import os
import socket
import struct
from dataclasses import dataclass
from typing import Any

MOST_BYTES = 64 * 1024
MOST_DESCRIPTORS = 8
_PEER = struct.Struct("3i")
Packet = dict[str, Any]


class ClosedError(Exception):
    """The other end is gone, or says what is no packet."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is at the other end, as the kernel knows it."""

    pid: int
    uid: int
    gid: int


def peer(end: socket.socket) -> Peer:
    """The process that made the other end."""
    return Peer(*_PEER.unpack(end.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)))


def send(end: socket.socket, packet: Packet, *descriptors: int) -> bool:
    """Send one packet; false where the other end does not keep up (on a non-blocking end). Raises ClosedError."""
    body = json.dumps(packet, separators=(",", ":")).encode("ascii")
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
    try:
        end.sendmsg([body], rights)
    except BlockingIOError:
        return False
    except OSError as error:
        raise ClosedError(str(error)) from error
    return True


def receive(end: socket.socket) -> tuple[Packet, list[int]] | None:
    """One packet and its descriptors; None where none waits (on a non-blocking end). Raises ClosedError."""
    try:
        body, descriptors, flags, _ = socket.recv_fds(end, MOST_BYTES, MOST_DESCRIPTORS, socket.MSG_CMSG_CLOEXEC)
    except BlockingIOError:
        return None
    except OSError as error:
        raise ClosedError(str(error)) from error
    try:
        if not body or flags & (socket.MSG_TRUNC | socket.MSG_CTRUNC):
            raise ValueError("closed, or longer than a packet may be")
        packet = json.loads(body)
        if not isinstance(packet, dict):
            raise TypeError("no object")
    except (ValueError, TypeError, RecursionError) as error:
        close(descriptors)
        raise ClosedError(str(error)) from error
    return packet, descriptors


def close(descriptors: list[int]) -> None:
    """Close what came with a packet that is not wanted."""
    for descriptor in descriptors:
        os.close(descriptor)


def pair() -> tuple[socket.socket, socket.socket]:
    """Two connected ends."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def connect(folder: int, name: str) -> socket.socket:
    """An end connected to a socket in a folder that is open as ``folder``. Raises OSError, never waits.

    By the descriptor, because an address holds 107 bytes at most, and so that nothing has to be opened for it.
    """
    end = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        end.setblocking(False)
        end.connect(f"/proc/self/fd/{folder}/{name}")
    except BaseException:
        end.close()
        raise
    return end


def listening(folder: int, name: str, mode: int) -> socket.socket:
    """A listening end in a folder; what an earlier program left there is replaced. Raises OSError."""
    address = f"/proc/self/fd/{folder}/{name}"
    end = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        os.unlink(address) if os.path.lexists(address) else None
        end.bind(address)
        os.chmod(address, mode)
        end.listen(64)
        end.setblocking(False)
    except BaseException:
        end.close()
        raise
    return end
