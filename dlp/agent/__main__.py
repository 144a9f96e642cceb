"""``python -P -m dlp.agent --home FOLDER``: the agent as a program, kept running by ``dlp run`` or by systemd.

The first line on standard output is ``ready``. The program ends on SIGTERM, SIGINT, or when its standard input closes.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import selectors
import signal
import sys
from pathlib import Path

from dlp.config import Home, Settings, default_home, load
from dlp.custody.faults import Reach, go_on
from dlp.errors import DlpError

STOPS = (signal.SIGINT, signal.SIGTERM)


def main(words: list[str] | None = None, reach: Reach = go_on) -> int:
    """Run until asked to end; 0, or the status of the error that was said on standard error."""
    from dlp.agent.agent import running_agent
    from dlp.agent.log import set_up

    parser = argparse.ArgumentParser("python -P -m dlp.agent", description="The agent; dlp run starts it.")
    parser.add_argument("--home", type=Path, default=None)
    home = Home((parser.parse_args(words).home or default_home()).absolute())
    set_up()
    stop = _stop_signals()
    settings = Settings()
    try:
        settings = load(home)
        with running_agent(home, settings, reach):
            print("ready", flush=True)  # noqa: T201 - the word that the supervisor waits for
            _wait(stop)
    except DlpError as error:
        print(*error.lines(settings.tongue), sep="\n", file=sys.stderr, flush=True)  # noqa: T201 - a program talks
        return error.status
    return 0


def _stop_signals() -> int:
    """A descriptor that becomes readable with the first stop signal, however early it comes."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer)
    for number in STOPS:
        signal.signal(number, lambda *_: None)
    return reader


def _wait(stop: int) -> None:
    """Until a stop signal comes or the supervisor's end of standard input closes."""
    with selectors.DefaultSelector() as selector:
        selector.register(stop, selectors.EVENT_READ)
        if not sys.stdin.closed and not os.isatty(0):
            with contextlib.suppress(PermissionError):  # /dev/null, as systemd gives it, never closes
                selector.register(0, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fd == stop or not os.read(0, 4096):
                    return


if __name__ == "__main__":
    sys.exit(main())
