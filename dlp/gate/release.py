"""Letting queues go without anybody waiting for anybody.

The kernel ends a queue only when no process waits that it met on its way, and a process that waits at one queue may
have passed another. So a queue is never just closed while others of ours are open: first no new question can come, then
what waits at any of them is refused, then they are closed.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence

from dlp.gate.kernel import DENY, Kernel, Mark, answer, events, read

MOST_DESCRIPTORS = 4096
"""Of the process that reads the queues: every number under which a question may have been read is below."""
ROUNDS = 1000
"""Batches refused at most; without marks no new ones come."""


def refuse_read(queue: int) -> None:
    """Refuse what was read and not answered by a process that is gone: nobody knows which, so all there can be."""
    for number in range(MOST_DESCRIPTORS):
        answer(queue, number, DENY)


def refuse_waiting(queue: int) -> None:
    """Refuse what waits to be read."""
    for _ in range(ROUNDS):
        try:
            records = read(queue)
        except OSError:
            continue  # it could not be opened for us, and was refused by the kernel
        if not records:
            return
        for _, fd, _ in events(records):
            if fd >= 0:
                answer(queue, fd, DENY)
                os.close(fd)


def release(queues: Sequence[int], kernel: Kernel) -> None:
    """End queues of ours, and be the last to hold them or not."""
    for queue in queues:
        for kind in (0, Mark.MOUNT):
            with contextlib.suppress(OSError):
                kernel.mark(queue, Mark.FLUSH | kind, 0, None)
    for queue in queues:
        refuse_read(queue)
        refuse_waiting(queue)
    for queue in queues:
        with contextlib.suppress(OSError):
            os.close(queue)
