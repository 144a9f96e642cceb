"""``dlp policy``: what the policy in force says, and whether it agrees with its own examples."""

from __future__ import annotations

import argparse
from pathlib import Path

from dlp.cli.room import Room, Words
from dlp.inspection import policy_file
from dlp.language import Language, Say
from dlp.policy import Policy, Rule
from dlp.policy_file import PROFILES, load, shipped

EXAMPLE = "dlp policy test my-policy.yaml"


def add(words: Words) -> None:
    """Declare the arguments."""
    words.add("what", choices=["show", "test"], about=Say("show it, or run its examples", "查看，或运行示例"))
    words.add(
        "file", nargs="?", about=Say("a policy file; default: the one in force here", "策略文件，默认为本机现行策略")
    )
    words.add("--yaml", action="store_true", about=Say("show its text, to draft from", "显示原文，便于起草"))
    words.json()


def run(arguments: argparse.Namespace, room: Room) -> int:
    """Show or test; a policy that disagrees with its examples ends with status 2."""
    chosen = [Path(arguments.file)] if arguments.file else [policy_file(room.home, room.settings)]
    if arguments.what == "test" and not arguments.file:
        chosen += [shipped(name) for name in PROFILES if shipped(name) not in chosen]
    for path in chosen:
        policy = load(path)
        if arguments.what == "test":
            room.say(
                Say(
                    f"{policy.name}: its examples agree ({policy.digest[:12]})",
                    f"{policy.name}：示例全部符合（{policy.digest[:12]}）",
                )
            )
        elif arguments.yaml:
            print(path.read_text("utf-8"), end="")
        elif arguments.json:
            for rule in policy.rules:
                room.json(_row(policy, rule))
        else:
            show(policy, room)
    return 0


def _row(policy: Policy, rule: Rule) -> dict[str, object]:
    because = rule.because
    told = {"rule": because.rule, "action": rule.action.value, "clause": because.clause}
    texts = {"text_en": because.text_en, "text_zh": because.text_zh}
    return {**told, **texts, "title_en": policy.title_en, "title_zh": policy.title_zh, "policy": policy.digest}


def show(policy: Policy, room: Room) -> None:
    """Print the rules in order, one row each with action, clause and reason."""
    chinese = room.language is Language.ZH
    print(f"{policy.title_zh if chinese else policy.title_en}  {policy.digest[:12]}")
    for rule in policy.rules:
        because = rule.because
        print(f"  {because.rule:<26} {rule.action.value:<8} {because.text_zh if chinese else because.text_en}")
        print(f"  {'':<26} {'':<8} {because.clause}")
