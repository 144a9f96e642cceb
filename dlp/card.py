"""``python -P -m dlp.card``: shows one card, told as JSON on standard input, and ends; 1 where there is no desktop.

A card may have one button; it is waited for, and ``pressed`` is printed when it was.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys

from dlp.config import has_desktop

APP = "WeChat File Guard"
SECONDS = 8.0
"""How long the desktop may take to accept it."""
BUTTON_SECONDS = 30.0
"""How long a button is waited for."""


def main() -> int:
    """Show it."""
    if not has_desktop():
        return 1
    said = json.loads(sys.stdin.buffer.read(64 * 1024))
    return asyncio.run(_show(str(said["title"]), str(said["body"]), str(said.get("button", ""))))


async def _show(title: str, body: str, button: str) -> int:
    from desktop_notifier import Button, DesktopNotifier

    pressed = asyncio.Event()
    buttons = [Button(button, on_pressed=pressed.set)] if button else []
    try:
        await asyncio.wait_for(DesktopNotifier(APP, app_icon=None).send(title, body, buttons=buttons), SECONDS)
    except Exception as error:  # noqa: BLE001 - desktops fail in many ways, and the agent only wants to know that
        print(f"no card: {type(error).__name__}", file=sys.stderr)  # noqa: T201 - a program talks
        return 1
    if button:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(pressed.wait(), BUTTON_SECONDS)
            print("pressed", flush=True)  # noqa: T201 - the word that whoever started it waits for
    return 0


if __name__ == "__main__":
    sys.exit(main())
