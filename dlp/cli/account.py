"""``dlp account``: a new one-time link for an account, made by whoever holds the office's files.

The way back in where no other officer is there to make one. It gives nobody more than they had: whoever may run it
could read and replace the office's database as well. It is an event of the chain, under ``command line``, with the
reason, so that the auditor sees it.
"""

from __future__ import annotations

import argparse
import sys

from dlp.cli.office_here import COMMAND_LINE, add_passphrase, office_here
from dlp.cli.room import Room, Words
from dlp.files import write_whole
from dlp.first_start import console_url
from dlp.language import Say
from dlp.office.people import Invited

EXAMPLE = 'dlp account link secadmin --reason "forgot the password"'
FILE = "one-time-link.txt"


def add(words: Words) -> None:
    """Declare the arguments."""
    words.add(
        "what",
        choices=["link"],
        about=Say(
            "a new one-time link: it sets a new password, once, within three days; earlier links end",
            "重新生成一次性链接：三天内有效，用于设置一次新密码，此前的链接失效",
        ),
    )
    words.add("name", metavar="NAME", about=Say("name of the account", "账户名"))
    words.add("--reason", required=True, about=Say("why; it is recorded as given", "理由，将被记录"))
    add_passphrase(words)


def run(arguments: argparse.Namespace, room: Room) -> int:
    """Make the link and hand it out; 0."""
    with office_here(room, arguments) as office:
        invited = office.accounts.invite_here(arguments.name, COMMAND_LINE, arguments.reason)
    _hand_out(invited, room)
    return 0


def _hand_out(invited: Invited, room: Room) -> None:
    """To the terminal that a person looks at, else into a 0600 file; never into a log."""
    address = f"{console_url(room.settings)}/link/{invited.token}"
    if sys.stdout.isatty():
        print(address, flush=True)
    else:
        path = room.home.root / FILE
        write_whole(path, f"{address}\n".encode())
        room.say(
            Say(
                "the one-time link stands in {file}; hand it over and remove the file",
                "一次性链接已写入 {file}，请交给本人后删除该文件",
            ).format(file=path)
        )
    room.say(
        Say(
            "it sets a new password for {name}, once, until {expires}; this was written into the event chain",
            "用于为 {name} 设置一次新密码，有效期至 {expires}；此操作已记入事件链",
        ).format(name=invited.account.name, expires=invited.expires[:16].replace("T", " ") + " UTC")
    )
