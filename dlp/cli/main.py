"""``dlp``: finds the command, prepares its room, and ends every error with one clear line and a hint."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dlp.cli.endings import ended, open_mouth
from dlp.cli.room import Room, Words
from dlp.config import Home, default_home, environment_language, load
from dlp.errors import DlpError
from dlp.language import Language, Say

if TYPE_CHECKING:
    from _typeshed import SupportsWrite


@dataclass(frozen=True, slots=True)
class Command:
    """A word of the command line, the module that does it, and one line about it."""

    word: str
    module: str
    about: Say


COMMANDS = (
    Command("run", "run", Say("start agent and office on this machine", "在本机启动代理和控制台")),
    Command("enrol", "enrol", Say("make this machine one of an office elsewhere", "将本机登记到其他机器上的管理端")),
    Command("inspect", "inspect", Say("verdict per file; changes nothing", "检查文件并给出结论，不做任何改动")),
    Command(
        "send", "send", Say("hand a copy of a file over, as the outbox does", "把文件副本交出，与放入外发文件夹相同")
    ),
    Command("where", "where", Say("where a file that was handed over is now", "查询已交出的文件现在在哪里")),
    Command("takeback", "takeback", Say("give a held or blocked file back to its owner", "把被扣留或拦截的文件取回")),
    Command("status", "status", Say("how the running agent is", "查看运行中代理的状态")),
    Command("decrypt", "decrypt", Say("open a sealed file, for an authorised reader", "由有权限的读者打开加密文件")),
    Command("export", "export", Say("a zip with a password, for a phone", "为外部收件人生成加密压缩包")),
    Command("keys", "keys", Say("keys: backup, restore, revoke, recover", "密钥：备份、恢复、吊销、应急解密")),
    Command("account", "account", Say("a new one-time link for an account", "为账户重新生成一次性链接")),
    Command("archive", "archive", Say("the received files: list, get, verify", "接收文件归档：列出、取出、校验")),
    Command("wechat", "wechat", Say("start WeChat behind the gate (Linux)", "在门卫之后启动微信（Linux）")),
    Command("sweep", "sweep", Say("judge what lies in WeChat's folders already", "检查微信文件夹中已有的文件")),
    Command("policy", "policy", Say("show a policy, or run its own examples", "查看策略，或运行策略自带的示例")),
    Command(
        "rules", "rules", Say("show the rule packs, or run their own examples", "查看规则包，或运行规则自带的示例")
    ),
    Command("audit", "audit", Say("verify the event chains", "校验事件链")),
    Command("service", "service", Say("install or remove the machine's service", "安装或移除本机服务")),
    Command(
        "doctor", "doctor", Say("what works here, what does not, what to do", "检查本机哪些可用、哪些不可用、如何处理")
    ),
)


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status (DESIGN 5.1, and 5 where the machine did not let it)."""
    open_mouth()
    try:
        common, rest = _common().parse_known_args(list(sys.argv[1:] if words is None else words))
    except SystemExit:  # argparse has said what was wrong
        return 2
    home = Home(_whole(common.home) if common.home else default_home())
    language = Language(common.language) if common.language else _language(home, environment_language())
    room = Room(home, language, bool(common.language))
    return ended(lambda: _dispatch(rest, room), room)


def _whole(folder: str) -> Path:
    try:
        return Path(folder).expanduser().absolute()
    except RuntimeError:  # "~nobody" is a name like another, as it is to a shell
        return Path(folder).absolute()


def _language(home: Home, otherwise: Language) -> Language:
    """The language chosen at the first start; a broken settings file must not stop its own error message."""
    try:
        return load(home).tongue if home.settings.exists() else otherwise
    except (DlpError, OSError):
        return otherwise


def _common() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--home")
    parser.add_argument("--language", choices=[language.value for language in Language])
    return parser


def _dispatch(words: list[str], room: Room) -> int:
    language = room.language
    if not words or words[0] in ("-h", "--help"):
        print(overview(language))
        return 0 if words else 2
    if words[0] == "--version":
        from dlp import __version__

        print(f"dlp {__version__}")
        return 0
    command = next((command for command in COMMANDS if command.word == words[0]), None)
    if command is None:
        from dlp.errors import UsageError

        raise UsageError(
            Say("got command {word!r}, which does not exist", "没有 {word!r} 这个命令").format(word=words[0]),
            Say("dlp --help lists the commands", "dlp --help 列出全部命令"),
        )
    module = importlib.import_module(f"dlp.cli.{command.module}")
    parser = parser_for(command, language)
    return int(module.run(parser.parse_args(words[1:]), room))


class Parser(argparse.ArgumentParser):
    """argparse's own, which would take a help that could not be printed for one that was."""

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        """Print it. Raises OSError."""
        print(self.format_help(), end="", file=file)


def parser_for(command: Command, language: Language) -> argparse.ArgumentParser:
    """The parser of one command in one language; its help ends with an example."""
    module = importlib.import_module(f"dlp.cli.{command.module}")
    parser = Parser(
        prog=f"dlp {command.word}",
        description=command.about.to(language),
        epilog=f"{Say('example', '示例').to(language)}: {module.EXAMPLE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    module.add(Words(parser, language))
    return parser


def overview(language: Language) -> str:
    """What ``dlp --help`` prints."""
    usage = Say(
        "usage: dlp [--home FOLDER] [--language en|zh] COMMAND …", "用法：dlp [--home 文件夹] [--language en|zh] 命令 …"
    )
    lines = [usage.to(language), ""]
    lines += [f"  {command.word:<10}{command.about.to(language)}" for command in COMMANDS]
    more = Say("dlp COMMAND --help tells more and ends with an example", "dlp 命令 --help 有详细说明和示例")
    return "\n".join([*lines, "", more.to(language)])


if __name__ == "__main__":
    sys.exit(main())
