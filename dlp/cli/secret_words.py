"""Asking a person for a secret: without echo on the terminal, or from a descriptor; never from an argument."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from dlp.cli.room import Room, Words
from dlp.errors import KeysError, UsageError
from dlp.language import Say

LONGEST = 4096
"""Bytes that are read of a descriptor."""
PASSWORD = Say("password", "密码")
PASSPHRASE = Say("passphrase of the root key", "根密钥口令")
RECOVERY_HINT = Say(
    "give the recovery key, or enough of its shares, one a line; --from FILE reads them from files",
    "请逐行输入恢复密钥或足够数量的份额；也可用 --from 文件 读取",
)


def add_secret(words: Words, name: str, what: Say) -> None:
    """Declare where a secret comes from when nobody is there to type it."""
    words.add(
        f"--{name}-stdin",
        action="store_true",
        about=Say("read the {what} from standard input", "从标准输入读取{what}").format(what=what),
    )
    words.add(
        f"--{name}-fd",
        type=int,
        metavar="N",
        about=Say("read the {what} from this open file descriptor", "从已打开的文件描述符读取{what}").format(what=what),
    )


def secret(arguments: argparse.Namespace, name: str, room: Room, question: Say) -> str:
    """The secret. Raises UsageError where there is none to be had."""
    descriptor = getattr(arguments, f"{name}_fd")
    if descriptor is None and getattr(arguments, f"{name}_stdin"):
        descriptor = 0
    if descriptor is not None:
        return _from(descriptor)
    return typed(room, question, name)


def typed(room: Room, question: Say, name: str = "") -> str:
    """What the person types at the terminal, unseen. Raises UsageError where there is no terminal."""
    import getpass
    import warnings

    with warnings.catch_warnings():
        # Without a terminal getpass would read with echo after a warning.
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(f"{question.to(room.language)}: ")
        except (getpass.GetPassWarning, EOFError) as error:
            name = name.replace("_", "-")  # as the option is spelt
            hint = Say(
                f"run it on a terminal, or use --{name}-stdin or --{name}-fd N",
                f"请在终端中运行，或使用 --{name}-stdin、--{name}-fd N",
            )
            raise UsageError(
                Say("there is no terminal to type a secret at", "没有可供输入的终端"), hint if name else None
            ) from error


def new_secret(arguments: argparse.Namespace, name: str, room: Room, question: Say) -> str:
    """A secret that somebody chooses: typed twice, and not an easy one. Raises UsageError."""
    from dlp.office.entry import weak_words
    from keys.passwords import weakness

    chosen = secret(arguments, name, room, question)
    given = getattr(arguments, f"{name}_fd") is not None or getattr(arguments, f"{name}_stdin")
    if not given and typed(room, Say("the same again", "请再输入一次"), name) != chosen:
        raise UsageError(Say("the two are different", "两次输入不一致"))
    weak = weakness(chosen, ())
    if weak is not None:
        raise UsageError(*weak_words(weak))
    return chosen


def recovery_lines(sources: list[str], room: Room) -> list[str]:
    """The recovery key or shares as given: from files, a pipe, or typed until there are enough.

    Raises UsageError for a file that cannot be read.
    """
    if sources:
        return [line for name in sources for line in _lines_of(Path(name))]
    if not sys.stdin.isatty():
        return sys.stdin.read(LONGEST * 16).splitlines()
    return _typed_shares(room)


def _typed_shares(room: Room) -> list[str]:
    """Shares are typed in sight: thirty-three unseen words would never be right. Each is checked at once."""
    from keys import recovery
    from keys.errors import RecoveryError

    room.say(RECOVERY_HINT)
    given: list[str] = []
    needed = 1
    while len(given) < needed:
        line = input(f"{len(given) + 1}/{needed if given else '?'}: ").strip()
        if line.upper().startswith("AGE-SECRET-KEY-"):
            return [line]
        try:
            share = recovery.spelt(line)
            needed = recovery.needed_for(share)
        except RecoveryError as error:
            room.warn(Say(str(error), f"份额有误：{error}"))
            continue
        if share not in given:
            given.append(share)
    return given


def recovery_identity(sources: list[str], room: Room) -> str:
    """The recovery key from what was given. Raises KeysError."""
    from keys import recovery
    from keys.errors import RecoveryError

    try:
        return str(recovery.secret_of(recovery_lines(sources, room)))
    except RecoveryError as error:
        raise KeysError(
            Say("no recovery key: {error}", "无法得到恢复密钥：{error}").format(error=error), RECOVERY_HINT
        ) from error


def _lines_of(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(Say("{path} cannot be read", "无法读取 {path}").format(path=path)) from error


def _from(descriptor: int) -> str:
    """The first line of a descriptor, byte by byte: another secret may follow on the same one."""
    line = b""
    try:
        while len(line) <= LONGEST and (part := os.read(descriptor, 1)) not in (b"", b"\n"):
            line += part
        text = line.removesuffix(b"\r").decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(Say("the secret cannot be read from there", "无法从该处读取")) from error
    if not text or len(line) > LONGEST:
        raise UsageError(Say("the secret is empty or too long", "内容为空或过长"))
    return text
