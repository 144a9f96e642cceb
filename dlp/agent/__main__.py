"""``python -P -m dlp.agent --home FOLDER``: the agent as a program, kept running by ``dlp run`` or by systemd.

The first line on standard output is ``ready``. SIGHUP reads policy and rules again. The program ends on SIGTERM,
SIGINT, or when its standard input closes.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import selectors
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dlp import chosen_folders
from dlp.agent.systemd import Notifier
from dlp.config import Home, Settings, default_home, load, service_environment
from dlp.custody.faults import Reach, go_on
from dlp.errors import DlpError

if TYPE_CHECKING:
    from dlp.agent.agent import Agent

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
RELOAD = getattr(signal, "SIGHUP", None)
ARENAS_MOST = -8
"""M_ARENA_MAX of mallopt(3)."""
ARENAS = 2
"""Heaps of the C library. By itself it has up to eight for each processor, each of which grows on its own: two dozen
threads that mostly sleep would hold megabytes of holes."""


def main(words: list[str] | None = None, reach: Reach = go_on) -> int:
    """Run until asked to end; 0, or the status of the error that was said on standard error."""
    from dlp.agent.agent import running_agent
    from dlp.agent.log import set_up

    parser = argparse.ArgumentParser("python -P -m dlp.agent", description="The agent; dlp run starts it.")
    parser.add_argument("--home", type=Path, default=None)
    home = Home((parser.parse_args(words).home or default_home()).absolute())
    set_up()
    _few_heaps()
    signals, notifier = _signals(), Notifier.of(service_environment())
    settings = Settings()
    try:
        settings = load(home)
        if not settings.service:  # there each person has an outbox of their own
            chosen_folders.check(home, settings)
        with running_agent(home, settings, reach) as agent:
            print("ready", flush=True)  # noqa: T201 - the word that the supervisor waits for
            notifier.ready()
            _wait(agent, signals, notifier)
            # Before anything else is ended, which can take a second on a busy machine; the office may be gone by then.
            agent.courier.end_soon()
            notifier.stopping()
    except DlpError as error:
        print(*error.lines(settings.tongue), sep="\n", file=sys.stderr, flush=True)  # noqa: T201 - a program talks
        return error.status
    return 0


def _few_heaps() -> None:
    """Where the C library is one that can be told."""
    if sys.platform.startswith("linux") and (tell := getattr(ctypes.CDLL(None), "mallopt", None)):
        tell(ARENAS_MOST, ARENAS)


def _signals() -> int:
    """A descriptor that becomes readable with a signal, however early it comes; each byte is a signal's number."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer)
    for number in SIGNALS:
        signal.signal(number, lambda *_: None)
    return reader


def _wait(agent: Agent, signals: int, notifier: Notifier) -> None:
    """Until a stop signal comes or the supervisor's end of standard input closes."""
    with selectors.DefaultSelector() as selector:
        selector.register(signals, selectors.EVENT_READ)
        if not sys.stdin.closed and not os.isatty(0):
            with contextlib.suppress(PermissionError):  # /dev/null, as systemd gives it, never closes
                selector.register(0, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select(notifier.pause):
                if key.fd == signals:
                    if _stops(agent, os.read(signals, 64)):
                        return
                elif not os.read(0, 4096):
                    return
            if notifier.pause and agent.well:
                notifier.alive()


def _stops(agent: Agent, numbers: bytes) -> bool:
    if RELOAD is not None and RELOAD in numbers:
        agent.reloading.ask()
    return any(number != RELOAD for number in numbers)


if __name__ == "__main__":
    sys.exit(main())
