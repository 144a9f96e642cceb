"""Blocks that a few threads work on and that leave in the order they came; memory stays at a few blocks.

The caller's thread reads and writes while the others compute: `cryptography` lets go of the interpreter's lock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.pipes import Reads, Writes, read_full, write_all

if TYPE_CHECKING:
    from concurrent.futures import Future

THREADS = 2
WINDOW = 4
"""Blocks under way."""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the source."""

    index: int
    content: bytes
    last: bool
    """Nothing follows."""


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a block: how many bytes of the room were filled, and what then went wrong, if anything."""

    size: int
    fault: Exception | None = None


Work = Callable[[Block, memoryview], Made]


def convey(source: Reads, target: Writes, block_size: int, room_size: int, work: Work) -> None:
    """Write what the work makes of each block.

    ``work`` gets a block and ``room_size`` bytes of room to fill; there is at least one block, perhaps empty. Raises
    the first fault after what was made before it is written, and OSError as the streams do.
    """
    block = Block(0, first := read_full(source, block_size), last=len(first) < block_size)
    if block.last:
        # Most files are small: no threads, and no more room than they need.
        room = memoryview(bytearray(len(first) + room_size - block_size))
        _put(target, room, work(block, room))
        return
    _convey(source, target, block, room_size, work)


def _convey(source: Reads, target: Writes, block: Block, room_size: int, work: Work) -> None:
    from concurrent.futures import ThreadPoolExecutor

    block_size = len(block.content)
    rooms = [memoryview(bytearray(room_size)) for _ in range(WINDOW)]
    under_way: deque[tuple[Future[Made], memoryview]] = deque()

    def put_first() -> None:
        future, room = under_way.popleft()
        _put(target, room, future.result())
        rooms.append(room)

    with ThreadPoolExecutor(THREADS) as pool:
        while True:
            following = b"" if block.last else read_full(source, block_size)
            if not rooms:
                put_first()
            room = rooms.pop()
            last = not following
            under_way.append((pool.submit(work, Block(block.index, block.content, last), room), room))
            if last:
                break
            block = Block(block.index + 1, following, last=len(following) < block_size)
        while under_way:
            put_first()


def _put(target: Writes, room: memoryview, made: Made) -> None:
    write_all(target, room[: made.size])
    if made.fault:
        raise made.fault
