"""``python -P -m dlp.card``: shows one card, told as JSON on standard input, and ends; 1 where there is no desktop."""

from __future__ import annotations

import asyncio
import json
import sys

from dlp.config import has_desktop

APP = "WeChat File Guard"
SECONDS = 8.0
"""How long the desktop may take to accept it."""


def main() -> int:
    """Show it."""
    if not has_desktop():
        return 1
    said = json.loads(sys.stdin.buffer.read(64 * 1024))
    return asyncio.run(_show(str(said["title"]), str(said["body"])))


async def _show(title: str, body: str) -> int:
    from desktop_notifier import DesktopNotifier

    try:
        await asyncio.wait_for(DesktopNotifier(APP, app_icon=None).send(title, body), SECONDS)
    except Exception as error:  # noqa: BLE001 - desktops fail in many ways, and the agent only wants to know that
        print(f"no card: {type(error).__name__}", file=sys.stderr)  # noqa: T201 - a program talks
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
