"""``dlp export``: a file as a zip with a password, for people who have only a phone; where policy allows it."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from dlp.cli.room import Room, Words
from dlp.errors import MachineError, UsageError
from dlp.language import Say
from dlp.system_words import why

EXAMPLE = "dlp export --zip quotation.pdf --to partners -o quotation.zip"
HOW_TO = Say(
    """How to open the file that we sent you
1. Save the .zip file from the chat to your phone or computer.
2. Open it with a program that knows AES-256 zip files: 7-Zip, WinZip, ZArchiver, Bandizip, Keka. The zip support that
   comes with Windows and some phones does not know them and says that the password is wrong.
3. Type the password that you got by telephone or in person, with its hyphens. Capital letters matter.
4. Inside is files.zip, which needs no password; open it, and you have the file.
If it does not open, ask the person who sent it. Never pass the password on in a chat, and not together with the file.
""",
    """如何打开我们发送给您的文件
1. 将聊天中的 .zip 文件保存到手机或电脑。
2. 用支持 AES-256 加密 zip 的软件打开，如 7-Zip、WinZip、ZArchiver、Bandizip、Keka。
   Windows 自带及部分手机自带的解压功能不支持，会提示密码错误。
3. 输入通过电话或当面获得的密码，包括其中的短横线，并区分大小写。
4. 其中的 files.zip 无需密码，打开后即为所需文件。
如无法打开，请联系发送人。请勿在聊天中转发密码，也不要将密码与文件放在一起。
""",
)
OTHER_WAY = Say(
    "give the password by telephone or in person, never in the chat that the file goes to; it is shown only now",
    "请通过电话或当面告知密码，切勿发到传送文件的聊天中；密码仅显示这一次",
)


def add(words: Words) -> None:
    """Declare the arguments."""
    words.add("file", nargs="?", metavar="FILE", about=Say("the file; it stays where it is", "文件，原件保持不动"))
    words.add(
        "--zip", action="store_true", about=Say("as an AES-256 zip (the only form so far)", "生成 AES-256 压缩包")
    )
    words.add("--to", default="", metavar="GROUP", about=Say("the group it goes to", "发送到的群组"))
    words.add(
        "-o", "--output", metavar="OUT", about=Say("the zip; default: FILE.zip here", "输出文件，默认为 文件名.zip")
    )
    words.add(
        "--password-file",
        metavar="FILE",
        about=Say("write the password there (0600) instead of the terminal", "将密码写入该文件（0600），不显示"),
    )
    words.add("--how-to", action="store_true", about=Say("print a page for the receiver", "输出收件人使用说明"))
    words.json()


def run(arguments: argparse.Namespace, room: Room) -> int:
    """Make the zip, and show its password once; 4 where policy does not allow it."""
    if arguments.how_to:
        room.say(HOW_TO)
        return 0
    path, target = _asked(arguments)
    room.need_set_up()
    room.need_group(arguments.to)
    from dlp.agent.requests import myself
    from dlp.export import export
    from dlp.model import Direction, Origin
    from keys.dumps import forbid_dumps
    from keys.outsiders import new_password

    forbid_dumps()
    origin = Origin(myself(), "dlp export", Direction.OUTGOING, arguments.to)
    password = new_password()
    with _written(password, arguments.password_file):
        made = export(room.home, room.settings, path, target, password, origin)
    if arguments.json:
        room.json({"path": str(path), "target": str(made.target), "sha256": made.sha256, "level": made.level})
    else:
        room.say(Say("zip: {target}", "压缩包：{target}").format(target=made.target))
    if not arguments.password_file:
        print(f"{Say('password', '密码').to(room.language)}: {password}", file=sys.stderr, flush=True)
        print(OTHER_WAY.to(room.language), file=sys.stderr, flush=True)
    return 0


@contextlib.contextmanager
def _written(password: str, name: str | None) -> Iterator[None]:
    """The password's file first, so that there is never a zip whose password nobody has; it goes where none is made."""
    if not name:
        yield
        return
    from keys.durable import draft

    path = Path(name)
    try:
        with draft(path, fresh=True) as file:
            file.write(password.encode("ascii") + b"\n")
    except FileExistsError as error:
        raise _there(path) from error
    except OSError as error:
        raise MachineError(
            Say("{file} cannot be written: {why}", "无法写入 {file}：{why}").format(file=path, why=why(error)),
            Say(
                "name another file with --password-file; no zip was made",
                "请用 --password-file 指定其他文件；未生成压缩包",
            ),
        ) from error
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _there(path: Path) -> UsageError:
    return UsageError(
        Say("{file} is there already and is not overwritten", "{file} 已存在，不会被覆盖").format(file=path),
        Say("name another file with --password-file", "请用 --password-file 指定其他文件"),
    )


def _asked(arguments: argparse.Namespace) -> tuple[Path, Path]:
    if not arguments.file or not arguments.zip:
        raise UsageError(
            Say("expected --zip and a file", "应指定 --zip 和文件"),
            Say("for example: {example}", "例如：{example}").format(example=EXAMPLE),
        )
    if not arguments.password_file and not sys.stderr.isatty():
        # A password in a pipe ends in a log; it goes to eyes, or into a file that only this account reads.
        raise UsageError(
            Say("there is no terminal to show the password on", "没有可显示密码的终端"),
            Say("name a file with --password-file FILE", "请用 --password-file 指定文件"),
        )
    if arguments.password_file and os.path.lexists(arguments.password_file):
        raise _there(Path(arguments.password_file))
    path = Path(arguments.file)
    return path, Path(arguments.output) if arguments.output else Path(f"{path.name}.zip")
