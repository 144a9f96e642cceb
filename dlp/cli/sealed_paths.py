"""What the commands that open sealed files share: which files, where their content goes, how far one is."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dlp.errors import DlpError, UnreadableError, UsageError
from dlp.language import Say
from dlp.shown import shown
from dlp.system_words import why

if TYPE_CHECKING:
    from keys.age import Header

ENDING = ".age"
WATCHED = 16 * 1024 * 1024
"""Bytes from which on a file's progress is shown; smaller ones are done before anybody could read it."""


def pairs(sources: list[Path], output: str | None) -> list[tuple[Path, Path]]:
    """Each sealed file and where its content goes. Raises UsageError where that has no answer, or there is none."""
    if output == "-":
        raise UsageError(
            Say("content is not written to standard output", "内容不会写到标准输出"),
            Say("name a file with -o OUT; ./- for one of that name", "请用 -o 指定输出文件；如确为该名称，请写作 ./-"),
        )
    for source in sources:
        if not os.path.lexists(source):
            raise cannot(source, FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(source)))
    found = list(_pairs(sources, Path(output) if output else None))
    if not found:
        raise UsageError(Say("there is no sealed file (*.age) in there", "其中没有加密文件（*.age）"))
    return found


def _pairs(sources: list[Path], out: Path | None) -> Iterator[tuple[Path, Path]]:
    alone = len(sources) == 1 and not sources[0].is_dir()
    if alone and out and not out.is_dir():
        yield sources[0], out
        return
    if out and out.exists() and not out.is_dir():
        raise UsageError(
            Say("{out} is a file, expected a folder for several files", "{out} 是文件，多个文件需要输出文件夹").format(
                out=out
            )
        )
    for source in sources:
        inside = sorted(source.rglob(f"*{ENDING}")) if source.is_dir() else [source]
        for path in inside:
            place = path.relative_to(source).parent if source.is_dir() else Path()
            yield path, (out / place if out else path.parent) / _bare_name(path)


def _bare_name(path: Path) -> str:
    if path.suffix.lower() != ENDING or not path.stem:
        raise UsageError(
            Say(
                "{path} does not end in .age, so its target has no name", "{path} 不以 .age 结尾，无法确定输出名称"
            ).format(path=path),
            Say("name the target with -o OUT", "请用 -o 指定输出文件"),
        )
    return path.stem


RESEND = Say(
    "it may have been cut on its way; ask its sender to send it again", "文件可能在传输中损坏，请发送人重新发送"
)


def header_of(source: Path, hint: Say = RESEND) -> Header:
    """The header of a sealed file. Raises UnreadableError with this hint where it is none."""
    from keys.age import AgeError
    from keys.files import read_header_of

    try:
        return read_header_of(source)
    except AgeError as error:
        raise UnreadableError(
            Say("{path} is not a sealed file: {error}", "{path} 不是加密文件：{error}").format(
                path=source, error=error
            ),
            hint,
        ) from error
    except OSError as error:
        raise cannot(source, error) from error


@contextmanager
def faults_of(source: Path, target: Path) -> Iterator[None]:
    """Turn what goes wrong while a file is opened into words for people."""
    from keys.age import AgeError

    try:
        if not target.parent.is_dir():
            _make(target.parent)
        yield
    except AgeError as error:
        raise UnreadableError(
            Say("{path} is damaged, and nothing was written: {error}", "{path} 已损坏，未写出任何内容：{error}").format(
                path=source, error=error
            ),
            Say("ask its sender to send it again", "请发送人重新发送"),
        ) from error
    except FileExistsError as error:
        raise there(target) from error
    except OSError as error:
        if error.filename and Path(error.filename) == source:
            raise cannot(source, error) from error
        raise UnreadableError(
            Say("{target} cannot be written: {error}", "无法写入 {target}：{error}").format(
                target=target, error=why(error)
            ),
            Say("choose another place with -o OUT", "请用 -o 指定其他位置"),
        ) from error


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True)
    except FileExistsError as error:  # a file of that name, which is not what FileExistsError says of a target
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder)) from error


def there(target: Path) -> UsageError:
    """The target exists."""
    return UsageError(
        Say("{target} is there already and is not overwritten", "{target} 已存在，不会被覆盖").format(target=target),
        Say("name another target with -o OUT", "请用 -o 指定其他输出文件"),
    )


def cannot(path: Path, error: OSError) -> DlpError:
    """A file that cannot be read or written."""
    from dlp.cli.inspect import cannot as said_by_inspect

    said = said_by_inspect(path, error)
    return UnreadableError(Say(said.en.removeprefix("error: "), said.zh.removeprefix("error: ")))


@contextmanager
def told(source: Path, size: int) -> Iterator[Callable[[int], None] | None]:
    """A line on standard error that says how far a large file is, while a person watches."""
    if not sys.stderr.isatty() or size < WATCHED:
        yield None
        return
    percent = -1

    def tell(done: int) -> None:
        nonlocal percent
        if done * 100 // size != percent:
            percent = done * 100 // size
            print(f"\r\x1b[K{percent:3} %  {shown(source.name[:60])}\r", end="", file=sys.stderr, flush=True)

    try:
        yield tell
    finally:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
