"""Asking a person for a password: without echo on the terminal, or from a descriptor; never from an argument."""

from __future__ import annotations

import argparse
import os

from dlp.cli.room import Room, Words
from dlp.errors import UsageError
from dlp.language import Say

LONGEST = 4096
"""Bytes that are read of a descriptor."""
HINT = Say(
    "run it on a terminal, or give the password with --password-stdin or --password-fd N",
    "请在终端中运行，或用 --password-stdin、--password-fd N 提供密码",
)


def add_password(words: Words) -> None:
    """Declare where a password comes from when nobody is there to type it."""
    words.add(
        "--password-stdin",
        action="store_true",
        about=Say("read the password from standard input", "从标准输入读取密码"),
    )
    words.add(
        "--password-fd",
        type=int,
        metavar="N",
        about=Say("read the password from this open file descriptor", "从已打开的文件描述符读取密码"),
    )


def password(arguments: argparse.Namespace, room: Room, question: Say) -> str:
    """The password. Raises UsageError where there is none to be had."""
    if arguments.password_fd is not None:
        return _from(arguments.password_fd)
    if arguments.password_stdin:
        return _from(0)
    return typed(room, question)


def typed(room: Room, question: Say) -> str:
    """What the person types at the terminal, unseen. Raises UsageError where there is no terminal."""
    import getpass
    import warnings

    with warnings.catch_warnings():
        # Without a terminal getpass would read with echo after a warning.
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(f"{question.to(room.language)}: ")
        except (getpass.GetPassWarning, EOFError) as error:
            raise UsageError(
                Say("there is no terminal to ask for the password", "没有可供输入密码的终端"), HINT
            ) from error


def _from(descriptor: int) -> str:
    try:
        content = b""
        while len(content) <= LONGEST and (part := os.read(descriptor, LONGEST)):
            content += part
        line = content.split(b"\n", 1)[0].removesuffix(b"\r").decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(Say("the password cannot be read", "无法读取密码"), HINT) from error
    if not line or len(content) > LONGEST:
        raise UsageError(Say("the password is empty or too long", "密码为空或过长"), HINT)
    return line
