"""``dlp run``: agent and office together on one machine; the first start sets everything up."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from dlp import chosen_folders, first_start
from dlp.cli import asked_again
from dlp.cli.office_here import add_passphrase
from dlp.cli.room import Room, Words, port
from dlp.config import Settings, platform_places
from dlp.errors import UsageError
from dlp.files import write_whole
from dlp.language import Language, Say
from dlp.lock import only_one
from dlp.policy_file import PROFILES
from dlp.supervise import Child, Program, end_all, keep, python, stop_on_signals

EXAMPLE = "dlp run --language zh --profile standard"
RUN = Say("dlp run", "dlp run ")
OFFICE = Say("the office", "控制台")
AGENT = Say("the agent", "代理")


def add(words: Words) -> None:
    """Declare the arguments; they choose at the first start, and later must be what was chosen."""
    words.add("--profile", choices=PROFILES, about=Say("policy of the first start", "首次启动采用的策略"))
    words.add("--outbox", about=Say("folder that people drop files into", "外发文件夹"))
    add_take_what_is_there(words)
    words.add("--archive", about=Say("folder for received files", "接收文件归档位置"))
    words.add(
        "--wechat",
        action="append",
        default=[],
        metavar="FOLDER",
        about=Say(
            "a WeChat data folder, besides those found; the own folder of an account counts as a work account",
            "微信数据文件夹，可多次指定；直接指定某账号自己的文件夹即视为工作账号",
        ),
    )
    words.add(
        "--work-account",
        action="append",
        default=[],
        metavar="ID",
        about=Say(
            "a WeChat account, as its folder names it, whose received files are archived; * for all",
            "归档其接收文件的微信账号（以其文件夹名为准），可多次指定，* 表示全部",
        ),
    )
    words.add("--no-find-wechat", action="store_true", about=Say("look in no other place", "不自动查找微信数据文件夹"))
    words.add("--host", default="", about=Say("address of the console", "控制台监听地址"))
    words.add(
        "--port", type=port, default=None, about=Say("port of the console; 0: a free one", "控制台端口，0 为自动")
    )
    add_passphrase(words)


def run(arguments: argparse.Namespace, room: Room) -> int:
    """Start both, watch them, end both; 0 after Ctrl-C or SIGTERM."""
    room.home.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    room.home.run.mkdir(mode=0o700, exist_ok=True)
    with only_one(room.home.run / "run.lock", RUN):
        settings = _settings(arguments, room)
        return _run(arguments, room, settings)


def _settings(arguments: argparse.Namespace, room: Room) -> Settings:
    if not first_start.needed(room.home):
        asked_again.check(arguments, room, room.settings)
        chosen_folders.check(room.home, room.settings)
        return room.settings
    language, profile = _asked(arguments, room)
    chosen = replace(
        Settings(language=language.value, profile=profile),
        outbox=_absolute(arguments.outbox),
        archive=_absolute(arguments.archive),
        wechat=tuple(_absolute(folder) for folder in arguments.wechat),
        find_wechat=not arguments.no_find_wechat,
        accounts=_accounts(arguments, language),
        host=arguments.host or Settings().host,
        port=Settings().port if arguments.port is None else arguments.port,
    )
    chosen_folders.check(room.home, chosen)
    take_what_is_there(chosen.outbox_folder(), arguments, language)
    settings, secrets = first_start.set_up(room.home, chosen)
    _hand_out(secrets, room, language)
    first_start.finish(room.home)
    return settings


def take_what_is_there(outbox: Path, arguments: argparse.Namespace, language: Language) -> None:
    """Ask before an outbox is made of a folder that holds something. Raises UsageError where the answer is no."""
    count = chosen_folders.strangers_in(outbox)
    if not count or arguments.take_what_is_there:
        return
    told = Say(
        "{folder} is not empty: {count} files and folders in it would be handed over and moved away",
        "{folder} 不是空文件夹：其中 {count} 个文件和文件夹会被当作外发文件接收并移走",
    ).format(folder=outbox, count=count)
    if sys.stdin.isatty() and sys.stdout.isatty():
        go_on = Say("{told}. Go on?", "{told}。是否继续？").format(told=told)
        if _ask(go_on.to(language), ["yes", "no"], "no") == "yes":
            return
    raise UsageError(
        told,
        Say(
            "choose an empty folder with --outbox, or say --take-what-is-there",
            "请用 --outbox 指定空文件夹；确需如此，请加 --take-what-is-there",
        ),
    )


def add_take_what_is_there(words: Words) -> None:
    """Declare the yes to the question above."""
    words.add(
        "--take-what-is-there",
        action="store_true",
        about=Say(
            "the outbox is a folder that holds files: hand them over", "外发文件夹中已有文件时，将其作为外发文件接收"
        ),
    )


def _absolute(folder: str | None) -> str:
    return str(Path(folder).expanduser().absolute()) if folder else ""


def _asked(arguments: argparse.Namespace, room: Room) -> tuple[Language, str]:
    """Language and profile by flag, by asking on a terminal, else by the account's locale and the standard policy."""
    language, profile, asks = room.language, arguments.profile, sys.stdin.isatty() and sys.stdout.isatty()
    if asks and not room.language_named:
        language = Language(_ask("Language / 语言", [one.value for one in Language], language.value))
    if asks and not profile:
        about = Say(
            "Policy: standard blocks secrets and seals what is sensitive; strict seals everything else too",
            "策略：standard 拦截涉密文件、加密敏感文件；strict 对其余文件也一律加密",
        )
        profile = _ask(about.to(language), list(PROFILES), "standard")
    return language, profile or "standard"


def _accounts(arguments: argparse.Namespace, language: Language) -> tuple[str, ...]:
    """The work accounts, by flag, else by asking on a terminal about each one that is found; else none."""
    if arguments.work_account or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return tuple(arguments.work_account)
    from dlp.received.places import stores

    there = stores(arguments.wechat, platform_places(), Path.home(), find=not arguments.no_find_wechat)
    own = [Path(folder).expanduser().absolute() for folder in arguments.wechat]
    found = sorted({store.account for store in there if not any(one.is_relative_to(store.root) for one in own)})
    about = Say(
        "WeChat account {account}: archive what it receives? Only for a work account",
        "微信账号 {account}：是否归档其接收的文件？仅限工作账号",
    )
    yes = [
        account for account in found if _ask(about.format(account=account).to(language), ["yes", "no"], "no") == "yes"
    ]
    return tuple(yes)


def _ask(question: str, choices: list[str], default: str) -> str:
    while True:
        answer = input(f"{question} [{'/'.join(choices)}] ({default}): ").strip().lower() or default
        if answer in choices:
            return answer


def _hand_out(secrets: first_start.Secrets, room: Room, language: Language) -> None:
    """To the terminal that a person looks at, else into a file that only this account reads; never into a log."""
    words = secrets.words(language)
    if sys.stdout.isatty():
        print(words, flush=True)
        return
    path = room.home.root / first_start.LINKS
    write_whole(path, words.encode("utf-8"))
    message = Say(
        "one-time links and the recovery key stand in {file}; read it, keep the key offline, and remove the file",
        "一次性链接和恢复密钥已写入 {file}，请阅后离线保存密钥并删除该文件",
    )
    print(message.format(file=path).to(language), flush=True)


def _office(arguments: argparse.Namespace, room: Room, words: tuple[str, ...]) -> Program:
    """The office; where its root key is under a passphrase, that is asked for once, so that a restart asks nobody."""
    from keys.keystore import Custody, Keystore

    if Keystore.custody(room.home.office) is not Custody.PASSPHRASE:
        return Program(OFFICE, python("web", *words))
    from dlp.cli.office_here import keystore_here
    from dlp.cli.secret_words import PASSPHRASE, secret

    passphrase = secret(arguments, "passphrase", room, PASSPHRASE)
    keystore_here(room, passphrase=passphrase)  # a wrong one is said here, and not in a log
    return Program(OFFICE, python("web", *words, "--passphrase-stdin"), passphrase)


def _run(arguments: argparse.Namespace, room: Room, settings: Settings) -> int:
    language = settings.tongue
    words = ("--home", str(room.home.root))
    agent = Child(Program(AGENT, python("dlp.agent", *words)))
    # The office first, so that the agent's first report finds it; the agent would only wait and try again.
    children = [Child(_office(arguments, room, words)), agent] if settings.office else [agent]

    def tell(message: Say) -> None:
        print(f"dlp: {message.to(language)}", file=sys.stderr, flush=True)

    with stop_on_signals() as wait:
        try:
            for child in children:
                child.start()
                if wait(0):
                    return 0
            _welcome(settings, room)
            keep(children, wait, tell)
        finally:
            end_all(children[::-1])
    return 0


def _office_elsewhere(room: Room) -> str:
    from dlp.link.office_file import OfficeFile

    return OfficeFile.load(room.home.agent / "office.json").url


def _welcome(settings: Settings, room: Room) -> None:
    console = first_start.console_url(settings) if settings.office else _office_elsewhere(room)
    welcome = Say(
        "outbox:  {outbox}\nconsole: {console}\nready; Ctrl-C ends both",
        "外发文件夹：{outbox}\n控制台：    {console}\n已就绪，按 Ctrl-C 结束",
    )
    filled = welcome.format(outbox=settings.outbox_folder(), console=console)
    print(filled.to(settings.tongue), flush=True)
