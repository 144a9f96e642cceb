"""``python -P -m dlp.gate --home FOLDER``: the gate as a program of root, kept running by systemd.

Its first line on standard output is ``ready``. It ends on SIGTERM and SIGINT; WeChat is then not asked about any more,
and the launcher stops it.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from dlp.agent.systemd import Notifier
from dlp.config import Home, Settings, default_home, load, service_environment
from dlp.errors import DlpError
from dlp.gate import door, wire
from dlp.gate.features import GateError, need_permission_events
from dlp.gate.keeper import Keeper, ignore_hangup
from dlp.gate.safe import Safe, taken_over
from dlp.gate.settings import Rules
from dlp.language import Say
from dlp.lock import only_one
from dlp.supervise import stop_on_signals

GATE = Say("the gate", "门卫")


def main(words: list[str] | None = None) -> int:
    """Run until asked to end; 0, or the status of the error that was said on standard error."""
    parser = argparse.ArgumentParser("python -P -m dlp.gate", description="The gate; systemd starts it, as root.")
    parser.add_argument("--home", type=Path, default=None)
    home = Home((parser.parse_args(words).home or default_home()).absolute())
    settings = Settings()
    try:
        settings = load(home)
        return run(home, settings)
    except DlpError as error:
        print(*error.lines(settings.tongue), sep="\n", file=sys.stderr, flush=True)  # noqa: T201 - a program talks
        return error.status


def run(home: Home, settings: Settings) -> int:
    """Guard until asked to end. Raises DlpError where this account or this kernel cannot."""
    need_permission_events()
    if not home.run.is_dir():
        raise GateError(
            Say("{home} was never set up, expected a home made by dlp run", "{home} 尚未初始化").format(home=home.root),
            Say(
                "start the agent once: dlp run, or dlp service install", "请先启动代理：dlp run 或 dlp service install"
            ),
        )
    folder = Path(settings.gate_folder)
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    ignore_hangup()
    environment = service_environment()
    notifier = Notifier.of(environment)
    with only_one(folder / "gate.lock", GATE), _opened(folder) as doors, _opened(home.run) as agents:
        end = wire.listening(doors, door.NAME, 0o666)
        with stop_on_signals() as stopped:
            keeper = Keeper(Rules.of(settings), end, agents, notifier.alive, Safe(notifier.address))
            keeper.take_over(taken_over(environment))
            print("ready", flush=True)  # noqa: T201 - the word that whoever started it waits for
            notifier.ready()
            keeper.serve(stopped)
            return 0


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


if __name__ == "__main__":
    sys.exit(main())
