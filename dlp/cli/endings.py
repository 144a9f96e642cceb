"""How a command speaks and ends: whatever goes wrong below becomes one clear line with a status, never a traceback."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO, cast

from dlp.cli.room import Room
from dlp.config import Home
from dlp.errors import DlpError, MachineError, UsageError
from dlp.language import Language, Say
from dlp.shown import shown_lines
from dlp.system_words import home_not_usable, why

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""
PIPE_CLOSED = 141
"""Exit status where the reader of our output went away."""

UNANSWERED = Say("the input ended before the question was answered", "未回答提问，输入已结束")
START_AGAIN = Say(
    "nothing further was done; start it again, or answer by options", "操作已停止；请重新运行，或用选项指定"
)
WRITING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.EBADF})
"""What only writing meets where no file is named: the output itself."""


def open_mouth() -> None:
    """What the terminal cannot show is shown by its number: a name in another script must not end a command."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, _nowhere(mode))
    for stream, errors in ((sys.stdout, "backslashreplace"), (sys.stderr, "backslashreplace"), (sys.stdin, "replace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)


def _nowhere(mode: str) -> TextIO:
    """In place of a stream that was closed before we began (``>&-``): another file would get its number."""
    descriptor = os.open(os.devnull, os.O_RDWR)
    os.set_inheritable(descriptor, True)  # our children get it too
    return cast("TextIO", os.fdopen(descriptor, mode, encoding="utf-8"))


def ended(command: Callable[[], int], room: Room) -> int:
    """Run the command; its exit status, with its error told where it has one."""
    status = _status(command, room)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        status = status or PIPE_CLOSED
        _hush()
    except OSError as error:
        status = _tell(_nameless(error), room.language)
        _hush()
    return status


def _status(command: Callable[[], int], room: Room) -> int:
    try:
        return command()
    except SystemExit as end:  # argparse, after help or a wrong argument
        return end.code if isinstance(end.code, int) else 2
    except DlpError as error:
        return _tell(error, room.language)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output went away (``dlp inspect … | head``); that is its right and no error of ours.
        _hush()
        return PIPE_CLOSED
    except EOFError:
        return _tell(UsageError(UNANSWERED, START_AGAIN), room.language)
    except OSError as error:
        return _tell(of_system(error, room.home), room.language)


def of_system(error: OSError, home: Home) -> DlpError:
    """What the system refused, in words for people."""
    if isinstance(error.filename, str | bytes):
        path = Path(os.fsdecode(error.filename))
        if isinstance(error, PermissionError | NotADirectoryError | FileExistsError) and _of_home(path, home):
            return home_not_usable(home.root, error)
        return MachineError(Say("{path}: {why}", "{path}：{why}").format(path=path, why=why(error)))
    return _nameless(error)


def _of_home(path: Path, home: Home) -> bool:
    return path == home.root or home.root in path.parents or path in home.root.parents


def _nameless(error: OSError) -> DlpError:
    if error.errno in WRITING:
        return MachineError(
            Say("what was to be written cannot be: {why}", "无法写出内容：{why}").format(why=why(error)),
            Say("make room, or send the output elsewhere", "请腾出空间，或将输出改到别处"),
        )
    return MachineError(Say("this machine refused it: {why}", "本机拒绝了该操作：{why}").format(why=why(error)))


def _tell(error: DlpError, language: Language) -> int:
    """Onto standard error; where that is gone too, the status alone must do."""
    try:
        print(shown_lines("\n".join(error.lines(language))), file=sys.stderr, flush=True)
    except OSError:
        _hush(sys.stderr)
    return error.status


def _hush(stream: TextIO | None = None) -> None:
    """What could not be written is not tried again when the interpreter ends, which would complain in its own words."""
    try:
        descriptor = (stream or sys.stdout).fileno()
    except (OSError, ValueError):  # a test's own stream, which has none
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
