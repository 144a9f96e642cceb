"""``dlp decrypt``: sealed files, opened for an authorised reader; the office gives the key of each and records it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dlp.cli.room import Room, Words
from dlp.cli.secret_words import add_password, password
from dlp.errors import DlpError, UnreadableError, UsageError
from dlp.language import Say

if TYPE_CHECKING:
    from dlp.reader import Address, Grant, Reader
    from keys.age import Header

EXAMPLE = "dlp decrypt contract.docx.age -o contract.docx"
ENDING = ".age"


def add(words: Words) -> None:
    """Declare the arguments."""
    words.add(
        "paths", nargs="+", metavar="FILE", about=Say("sealed files, or folders with some", "加密文件或其所在文件夹")
    )
    words.add(
        "-o",
        "--output",
        metavar="OUT",
        about=Say(
            "write to this file, or for several into this folder; without it: beside, without .age",
            "输出文件；多个文件时为输出文件夹；默认在原处并去掉 .age",
        ),
    )
    add_opening(words)
    words.json()


def add_opening(words: Words) -> None:
    """Declare who opens, through which office, and why."""
    words.add(
        "--account",
        default="",
        about=Say("your account at the office; without it: your login", "管理端账户，默认为登录名"),
    )
    add_password(words)
    words.add("--office", default="", metavar="URL", about=Say("the office, on a machine without a home", "管理端地址"))
    words.add(
        "--ca", default="", metavar="FILE", about=Say("the office's authority (PEM)", "管理端的证书颁发机构（PEM）")
    )
    words.add("--reason", default="", about=Say("why; files of the archive need it", "理由，打开归档文件时必填"))


def run(arguments: argparse.Namespace, room: Room) -> int:
    """Open each file; the highest status of any: 0 all opened, 2 usage, 3 damaged or no sealed file, 4 refused."""
    from keys.dumps import forbid_dumps

    forbid_dumps()
    pairs = list(_pairs([Path(name) for name in arguments.paths], arguments.output))
    if not pairs:
        raise UsageError(Say("there is no sealed file (*.age) in there", "其中没有加密文件（*.age）"))
    visit = Visit(arguments, room)
    if len(pairs) == 1:
        visit.open(*pairs[0])
        return 0
    return visit.open_all(pairs)


class Visit:
    """One run of the command: asks for the password once, and only when a file is really there to be opened."""

    def __init__(self, arguments: argparse.Namespace, room: Room) -> None:
        self._arguments = arguments
        self._room = room
        self._asked: tuple[Address, Reader] | None = None

    def open_all(self, pairs: list[tuple[Path, Path]]) -> int:
        """One after the other; a fault of one is told and the others go on, unless nobody would open any."""
        from dlp.reader import AskNoFurther

        status = 0
        for source, target in pairs:
            try:
                self.open(source, target)
            except AskNoFurther:
                raise
            except DlpError as error:
                status = max(status, error.status)
                print(f"{source}:", *error.lines(self._room.language), sep="\n", file=sys.stderr, flush=True)
        return status

    def open(self, source: Path, target: Path) -> None:
        """Open one file. Raises DlpError; the target is then not there."""
        if os.path.lexists(target):
            raise _there(target)
        header = _header(source)
        grant = self._grant(header)
        with _told(source, grant.size) as progress:
            _write(source, target, grant, progress)
        if self._arguments.json:
            told = {"path": str(source), "target": str(target), "name": grant.name}
            self._room.json({**told, "size": grant.size, "sha256": grant.sha256})
        else:
            self._room.say(Say("opened: {target}", "已打开：{target}").format(target=target))

    def _grant(self, header: Header) -> Grant:
        from dlp.reader import ask

        if self._asked is None:
            address = _address(self._arguments, self._room)
            self._asked = address, _reader(self._arguments, self._room)
        return ask(*self._asked, header.raw, self._arguments.reason)


def _pairs(sources: list[Path], output: str | None) -> Iterator[tuple[Path, Path]]:
    """Each sealed file and where its content goes."""
    out = Path(output) if output else None
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


def _header(source: Path) -> Header:
    from keys.age import AgeError
    from keys.files import read_header_of

    try:
        return read_header_of(source)
    except AgeError as error:
        raise UnreadableError(
            Say("{path} is not a sealed file: {error}", "{path} 不是加密文件：{error}").format(
                path=source, error=error
            ),
            Say(
                "it may have been cut on its way; ask its sender to send it again",
                "文件可能在传输中损坏，请发送人重新发送",
            ),
        ) from error
    except OSError as error:
        raise _cannot(source, error) from error


def _write(source: Path, target: Path, grant: Grant, progress: Callable[[int], None] | None) -> None:
    from keys.age import AgeError
    from keys.files import open_file_with_key

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        open_file_with_key(source, target, grant.file_key, sha256=grant.sha256, fresh=True, progress=progress)
    except AgeError as error:
        raise UnreadableError(
            Say("{path} is damaged, and nothing was written: {error}", "{path} 已损坏，未写出任何内容：{error}").format(
                path=source, error=error
            ),
            Say("ask its sender to send it again", "请发送人重新发送"),
        ) from error
    except FileExistsError as error:
        raise _there(target) from error
    except OSError as error:
        raise _cannot(target, error) from error


def _address(arguments: argparse.Namespace, room: Room) -> Address:
    from dlp.reader import Address, address_of

    if not arguments.office:
        return address_of(room.home.agent / "office.json")
    try:
        return Address(arguments.office, Path(arguments.ca).read_text("ascii") if arguments.ca else "")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            Say("the authority {file} cannot be read", "无法读取证书颁发机构文件 {file}").format(file=arguments.ca)
        ) from error


def _reader(arguments: argparse.Namespace, room: Room) -> Reader:
    import getpass

    from dlp.reader import Reader

    try:
        account = arguments.account or getpass.getuser()
    except (KeyError, OSError, ImportError) as error:
        raise UsageError(
            Say("this login has no name", "无法得知登录名"),
            Say("name the account with --account", "请用 --account 指定账户"),
        ) from error
    question = Say("Password of {account}", "{account} 的密码").format(account=account)
    return Reader(account, password(arguments, room, question))


@contextmanager
def _told(source: Path, size: int) -> Iterator[Callable[[int], None] | None]:
    """A line on standard error that says how far a large file is, while a person watches."""
    if not sys.stderr.isatty() or size < 16 * 1024 * 1024:
        yield None
        return
    shown = -1

    def tell(done: int) -> None:
        nonlocal shown
        if done * 100 // size != shown:
            shown = done * 100 // size
            print(f"\r\x1b[K{shown:3} %  {source.name[:60]}\r", end="", file=sys.stderr, flush=True)

    try:
        yield tell
    finally:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _there(target: Path) -> UsageError:
    return UsageError(
        Say("{target} is there already and is not overwritten", "{target} 已存在，不会被覆盖").format(target=target),
        Say("name another target with -o OUT", "请用 -o 指定其他输出文件"),
    )


def _cannot(path: Path, error: OSError) -> DlpError:
    from dlp.cli.inspect import cannot

    said = cannot(path, error)
    return UnreadableError(Say(said.en.removeprefix("error: "), said.zh.removeprefix("错误：")))
