"""``dlp inspect``: a verdict per file, changing nothing and needing nothing set up."""

from __future__ import annotations

import argparse
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from classifiers.model import GapKind
from dlp.cli.room import Room, Words
from dlp.errors import UsageError
from dlp.inspect import Context, inspect
from dlp.language import Say
from dlp.model import Action, Origin, Verdict
from dlp.shown import shown
from dlp.system_words import why

Explanation = list[str] | dict[str, object]
NO_FILE = Say("error: {path} is not a file, expected a file or a folder", "error: {path} 不是普通文件")
EXAMPLE = "dlp inspect --json contract.docx"


def add(words: Words) -> None:
    """Declare the arguments."""
    words.add("paths", nargs="+", metavar="PATH", about=Say("files and folders", "文件或文件夹"))
    words.add("--policy", about=Say("judge by this policy file", "按此策略文件判定"))
    words.add("--group", default="", about=Say("the group it would go to", "拟发送到的群组"))
    words.add(
        "--explain",
        action="store_true",
        about=Say(
            "show how each score was made, and what the verdict hangs on", "列出每项得分的由来，以及结论取决于哪些内容"
        ),
    )
    words.json()


def run(arguments: argparse.Namespace, room: Room) -> int:
    """Print a verdict per file; the exit status is the highest that any file gave (DESIGN 5.1)."""
    from dlp.inspection import context_for

    room.need_group(arguments.group)
    if "" in arguments.paths:
        # To the system it is the folder one is in, which nobody means who forgot to fill a variable.
        raise UsageError(Say("got an empty path, expected a file or a folder", "路径为空，应为文件或文件夹"))
    status = 0
    with context_for(room.home, room.settings, Path(arguments.policy) if arguments.policy else None) as context:
        for path in _with_progress(list(_walk(arguments.paths)), arguments.json):
            status = max(status, _one(path, arguments, room, context))
    return status


def _one(path: Path, arguments: argparse.Namespace, room: Room, context: Context) -> int:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        room.warn(cannot(path, error))
        return 2 if isinstance(error, FileNotFoundError) else 3
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            room.warn(NO_FILE.format(path=path))
            return 2
        verdict = inspect(descriptor, path.name, Origin(group=arguments.group), context)
    except OSError as error:
        room.warn(cannot(path, error))
        return 3
    finally:
        os.close(descriptor)
    _show(path, verdict, arguments.json, room, _explanation(verdict, arguments, room, context))
    return status_of(verdict)


def _explanation(verdict: Verdict, arguments: argparse.Namespace, room: Room, context: Context) -> Explanation | None:
    if not arguments.explain:
        return None
    from dlp.cli.rules import loaded
    from dlp.explain import Judge, lines, to_json
    from dlp.inspection import pack_files

    registered = context.registered(verdict.document.sha256)
    judge = Judge(verdict, context.policy, Origin(group=arguments.group), registered)
    rules = loaded(pack_files(room.home))
    return to_json(judge, rules) if arguments.json else lines(judge, rules, room.language)


def cannot(path: Path, error: OSError) -> Say:
    """The line for a file that could not be opened or read."""
    if isinstance(error, FileNotFoundError):
        return Say("error: {path} is not there, expected a file or a folder", "error: 找不到 {path}").format(path=path)
    if isinstance(error, PermissionError):
        return Say(
            "error: {path} may not be read by this account\ndlp: hint: ask its owner, or change its rights",
            "error: 当前账户无权读取 {path}\ndlp: hint: 请联系文件所有者或调整权限",
        ).format(path=path)
    return Say("error: {path} cannot be read: {why}", "error: 无法读取 {path}：{why}").format(path=path, why=why(error))


def status_of(verdict: Verdict) -> int:
    """0 allowed, 1 something to encrypt, hold or block, 3 something unreadable; the higher wins."""
    if any(gap.kind is GapKind.UNREADABLE for gap in verdict.classification.gaps):
        return 3
    return 0 if verdict.action is Action.ALLOW else 1


def _walk(names: list[str]) -> Iterator[Path]:
    """Files in the order given; folders are walked, links to folders are not followed."""
    for name in names:
        path = Path(name)
        if not path.is_dir():
            yield path
            continue
        failures: list[OSError] = []
        for folder, inner, files in os.walk(path, onerror=failures.append):
            inner.sort()
            yield from (Path(folder) / file for file in sorted(files))
        for failure in failures:
            # A folder that may not be listed is yielded as itself: opening it then says so, and nothing is skipped.
            yield Path(str(failure.filename))


def _with_progress(paths: list[Path], json: bool) -> Iterator[Path]:
    """The paths, with a progress line on standard error while a person watches and there are several."""
    watched = sys.stderr.isatty() and len(paths) > 1 and not (json and sys.stdout.isatty())
    for number, path in enumerate(paths, 1):
        if watched:
            print(f"\r\x1b[K{number}/{len(paths)} {shown(path.name[:50])}\r", end="", file=sys.stderr, flush=True)
        yield path
    if watched:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _show(path: Path, verdict: Verdict, as_json: bool, room: Room, explanation: Explanation | None) -> None:
    from dlp.verdict_words import for_people, to_json

    if as_json:
        told = {"explanation": explanation} if isinstance(explanation, dict) else {}
        room.json({"path": str(path), **to_json(verdict, room.language), **told})
    else:
        print(for_people(str(path), verdict, room.language), flush=True)
        print("".join(f"{line}\n" for line in explanation or ()), end="", flush=True)
