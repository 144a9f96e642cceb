"""The office of this machine for commands that work on its files, and the account that a command acts as."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dlp.cli.room import Room, Words
from dlp.cli.secret_words import PASSPHRASE, PASSWORD, add_secret, secret, typed
from dlp.errors import KeysError, UsageError
from dlp.language import Say

if TYPE_CHECKING:
    from dlp.office import Account, Office
    from keys.keystore import Keystore

COMMAND_LINE = "command line"
"""Who did it, in events of commands that need no account: whoever holds the office's files."""


def add_passphrase(words: Words) -> None:
    """Declare where the passphrase of the root key comes from."""
    add_secret(words, "passphrase", PASSPHRASE)


def add_account(words: Words) -> None:
    """Declare who acts, and why."""
    words.add("--account", required=True, about=Say("the account that does it", "执行操作的账户"))
    add_secret(words, "password", PASSWORD)
    words.add("--reason", required=True, about=Say("why; it is recorded as given", "理由，将被记录"))


def keystore_here(room: Room, arguments: argparse.Namespace | None = None, *, passphrase: str = "") -> Keystore:
    """The office's keystore; asks for its passphrase where it has one and none is given.

    Raises KeysError, UsageError.
    """
    from keys.dumps import forbid_dumps
    from keys.errors import KeysFault
    from keys.keystore import Keystore

    if not (room.home.office / "keystore.json").exists():
        raise UsageError(
            Say("there is no office in {home}", "{home} 中没有管理端").format(home=room.home.root),
            Say(
                "run it on the office's machine, or name its home with --home",
                "请在管理端所在机器上运行，或用 --home 指定",
            ),
        )
    forbid_dumps()

    def ask() -> str:
        if passphrase:
            return passphrase
        if arguments is not None and hasattr(arguments, "passphrase_fd"):
            return secret(arguments, "passphrase", room, PASSPHRASE)
        return typed(room, PASSPHRASE)

    try:
        return Keystore.open(room.home.office, ask=ask)
    except KeysFault as error:
        raise KeysError(
            Say(f"the keystore does not open: {error}", f"无法打开密钥库：{error}"),
            Say("dlp keys restore puts it back from a backup", "可用 dlp keys restore 从备份恢复"),
        ) from error


@contextmanager
def office_here(room: Room, arguments: argparse.Namespace | None = None) -> Iterator[Office]:
    """The office itself, open for the block."""
    from dlp.office import Office

    keystore = keystore_here(room, arguments)
    office = Office.open(room.home.office_database, keystore)
    try:
        yield office
    finally:
        office.close()


def signed_in(office: Office, arguments: argparse.Namespace, room: Room) -> Account:
    """The account that acts, its password proved. Raises KeysError."""
    question = Say("Password of {account}", "{account} 的密码").format(account=arguments.account)
    password = secret(arguments, "password", room, question)
    return office.accounts.check(arguments.account, password, "")


def note(room: Room, keystore: Keystore, kind: str, **body: object) -> None:
    """Write down what was done with the keys; where there is no database any more, nobody could be told."""
    from dlp.office import Office

    if not (room.home.office / "keystore.json").exists():
        return
    office = Office.open(room.home.office_database, keystore)
    try:
        with office.ground.writing() as writing:
            writing.note(kind, COMMAND_LINE, "", **body)
    finally:
        office.close()
