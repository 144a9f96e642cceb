"""The whole agent as a process of the crash test: with the simulated reader, and a kill at a named point.

``crash_agent.py HOME WECHAT [POINT NTH]``; prints ``ready`` and runs until it is killed or its input closes.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent_world import Reader

from dlp.agent import afterwards
from dlp.agent import agent as agents
from dlp.agent import force as forces
from dlp.agent.agent import running_agent
from dlp.agent.log import set_up
from dlp.config import Home, load
from dlp.custody import Point
from dlp.received import scan


class Workers(Reader):
    """Stands where the reading processes stand; what a file is stands in its first word."""

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def warm(self) -> None:
        pass

    @property
    def rules(self) -> str:
        return "simulated"


@contextmanager
def simulated() -> Iterator[None]:
    """The reader's place taken: a thousand starts of real workers would test the workers, and take an hour."""
    import dlp.read.sandbox as sandbox

    sandbox.Workers = Workers  # type: ignore[assignment,misc]
    scan.QUIET_SECONDS = 0.05
    afterwards.QUIET_SECONDS = 0.05
    yield


def main() -> None:
    home = Home(Path(sys.argv[1]))
    point, nth = (sys.argv[2], int(sys.argv[3])) if len(sys.argv) > 2 else ("", 0)
    count = 0

    def reach(here: Point) -> None:
        nonlocal count
        if here.value == point:
            count += 1
            if count >= nth:
                os.kill(os.getpid(), signal.SIGKILL)

    assert agents
    assert forces
    set_up()
    with simulated(), running_agent(home, load(home), reach):
        print("ready", flush=True)
        while os.read(0, 4096):
            pass


if __name__ == "__main__":
    main()
