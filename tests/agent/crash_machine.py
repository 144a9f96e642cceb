"""A process that kills itself with -9 at a named point: ``crash_machine.py FOLDER POINT NTH ACTION``."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path

from agent_world import Machine

from dlp.custody import Point, Send
from dlp.custody.claiming import Offer
from dlp.errors import UsageError
from dlp.model import Origin


def main() -> None:
    folder, point, nth, action = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
    count = 0

    def reach(here: Point) -> None:
        nonlocal count
        if here.value == point:
            count += 1
            if count == nth:
                os.kill(os.getpid(), signal.SIGKILL)

    machine = Machine(folder, reach)
    machine.start()
    drops = [drop for drop in sorted(machine.outbox.root.iterdir()) if drop.name not in machine.outbox.reserved]
    if action == "drop":
        for drop in drops:
            send = machine.desk.take(drop, Origin("li", "outbox"), machine.outbox)
            if send is not None:
                machine.desk.judge(send)
    elif action == "together":
        offers = [Offer(drop, Origin("li", "outbox"), machine.outbox) for drop in drops]
        claimed = [send for send in machine.desk.take_all(offers) if isinstance(send, Send)]
        assert all(isinstance(after, Send) for _, after in machine.desk.judge_all(claimed))
    elif action == "rule":
        machine.desk.rule()
    elif action.startswith("takeback:"):
        with contextlib.suppress(UsageError):  # the recovery above gave it back already
            machine.desk.take_back(action.partition(":")[2])


if __name__ == "__main__":
    main()
