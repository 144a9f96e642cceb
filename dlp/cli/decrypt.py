"""``dlp decrypt``: sealed files, opened for an authorised reader; the office gives the key of each and records it."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from dlp.cli.room import Room, Words
from dlp.cli.sealed_paths import faults_of, header_of, pairs, there, told
from dlp.cli.secret_words import PASSWORD, add_secret, secret
from dlp.errors import DlpError, UsageError
from dlp.language import Say

if TYPE_CHECKING:
    from dlp.reader import Address, Grant, Reader

EXAMPLE = "dlp decrypt contract.docx.age -o contract.docx"


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
    """Declare who opens, through which office, and why; ``dlp archive get`` asks the same."""
    words.add(
        "--account", default="", about=Say("your account at the office; without it: your login", "账户，默认为登录名")
    )
    add_secret(words, "password", PASSWORD)
    words.add("--office", default="", metavar="URL", about=Say("the office, on a machine without a home", "管理端地址"))
    words.add(
        "--ca", default="", metavar="FILE", about=Say("the office's authority (PEM)", "管理端的证书颁发机构（PEM）")
    )
    words.add("--reason", default="", about=Say("why; files of the archive need it", "理由，打开归档文件时必填"))


def run(arguments: argparse.Namespace, room: Room) -> int:
    """Open each file; the highest status of any: 0 all opened, 2 usage, 3 damaged or no sealed file, 4 refused."""
    from keys.dumps import forbid_dumps

    forbid_dumps()
    found = pairs([Path(name) for name in arguments.paths], arguments.output)
    visit = Visit(arguments, room)
    if len(found) == 1:
        visit.open(*found[0])
        return 0
    return visit.open_all(found)


class Visit:
    """One run of the command: asks for the password once, and only when a file is really there to be opened."""

    def __init__(self, arguments: argparse.Namespace, room: Room) -> None:
        self._arguments = arguments
        self._room = room
        self._asked: tuple[Address, Reader] | None = None

    def open_all(self, found: list[tuple[Path, Path]]) -> int:
        """One after the other; a fault of one is told and the others go on, unless asking on would do harm."""
        from dlp.reader import AskNoFurther

        status = kept = 0
        for source, target in found:
            if os.path.lexists(target):
                # Whoever repeats the command after a fault goes on where it stopped.
                kept += 1
                continue
            try:
                self.open(source, target)
            except AskNoFurther:
                raise
            except DlpError as error:
                status = max(status, error.status)
                self._room.fault(source, error)
        if kept:
            self._room.warn(
                Say(
                    "{kept} targets were there already and were left as they are", "{kept} 个输出文件已存在，未作改动"
                ).format(kept=kept)
            )
        return status

    def open(self, source: Path, target: Path) -> None:
        """Open one file. Raises DlpError; the target is then not there."""
        from keys.files import open_file_with_key

        if os.path.lexists(target):
            raise there(target)
        grant = self._grant(header_of(source).raw)
        with faults_of(source, target), told(source, grant.size) as progress:
            open_file_with_key(source, target, grant.file_key, sha256=grant.sha256, fresh=True, progress=progress)
        if self._arguments.json:
            place = {"path": str(source), "target": str(target), "name": grant.name}
            self._room.json({**place, "size": grant.size, "sha256": grant.sha256})
        else:
            self._room.say(Say("opened: {target}", "已打开：{target}").format(target=target))

    def _grant(self, header: bytes) -> Grant:
        from dlp.reader import ask

        if self._asked is None:
            address = _address(self._arguments, self._room)
            self._asked = address, _reader(self._arguments, self._room)
        return ask(*self._asked, header, self._arguments.reason)


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
    return Reader(account, secret(arguments, "password", room, question))
