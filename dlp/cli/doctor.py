"""``dlp doctor``: what works here, what does not, and what to do about it. Looks only; changes nothing."""

from __future__ import annotations

import argparse

from dlp.cli.room import Room, Words
from dlp.language import Say

EXAMPLE = "dlp doctor --json"


def add(words: Words) -> None:
    """Declare the arguments."""
    words.json()


def run(arguments: argparse.Namespace, room: Room) -> int:
    """Print each check; 0 when all is well, 1 when something is weaker than it could be, 3 when something fails."""
    from dlp.checkup import State, checks

    worst = State.GOOD
    for check in checks(room.home):
        worst = max(worst, check.state)
        if arguments.json:
            row = {
                "check": check.name.en,
                "state": check.state.id,
                "found": check.found.en,
                "advice": check.advice.en if check.advice else "",
            }
            room.json(row)
            continue
        mark = {State.GOOD: "✓", State.WEAK: "!", State.FAILED: "✗"}[check.state]
        room.say(
            Say("{mark} {name}: {found}", "{mark} {name}：{found}").format(
                mark=mark, name=check.name, found=check.found
            )
        )
        if check.state is not State.GOOD and check.advice:
            room.say(Say("    → {advice}", "    → {advice}").format(advice=check.advice))
    return {State.GOOD: 0, State.WEAK: 1, State.FAILED: 3}[worst]
