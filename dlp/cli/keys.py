"""``dlp keys``: the office's keys, their backup and restore, revoking, and recovery from shares."""

from __future__ import annotations

import argparse
import importlib
from typing import Any

from dlp.cli.office_here import add_account, add_passphrase
from dlp.cli.room import Room, Words
from dlp.language import Say

EXAMPLE = "dlp keys recover contract.docx.age --from share-1.txt --from share-2.txt --from share-3.txt"
CUSTODY = ["file", "passphrase", "keyring"]


def add(words: Words) -> None:
    """Declare the actions and the arguments of each."""
    actions = words.parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    def action(name: str, module: str, about: Say) -> Words:
        parser = actions.add_parser(name, help=about.to(words.language), description=about.to(words.language))
        parser.set_defaults(module=module)
        return Words(parser, words.language)

    listing = action("list", "keys_office", Say("epochs, root key, recovery key", "列出周期密钥、根密钥和恢复密钥"))
    add_passphrase(listing)
    listing.json()
    rotate = action("rotate", "keys_office", Say("seal to a new key from now on", "此后改用新密钥加密"))
    add_account(rotate)
    add_passphrase(rotate)
    _revoke(action("revoke", "keys_office", Say("open nothing of it any more", "此后不再打开")))
    _backup(action("backup", "keys_backup", Say("keep a copy of the keys, proved whole", "备份密钥，并校验完整")))
    _restore(action("restore", "keys_backup", Say("put the keys back from a backup", "从备份恢复密钥")))
    _root(action("root", "keys_backup", Say("how the root key is kept; makes a new one", "更换根密钥及其保存方式")))
    _recovery(action("recovery", "keys_recovery", Say("the recovery key and its shares", "恢复密钥及其份额")))
    _recover(
        action(
            "recover",
            "keys_recovery",
            Say("open sealed files from shares alone, without an office", "仅凭份额打开加密文件，无需管理端"),
        )
    )


def run(arguments: argparse.Namespace, room: Room) -> int:
    """Do the action; its room is loaded only now."""
    module: Any = importlib.import_module(f"dlp.cli.{arguments.module}")
    return int(getattr(module, arguments.action)(arguments, room))


def _revoke(words: Words) -> None:
    words.add(
        "kind",
        choices=["file", "reader", "group", "epoch"],
        about=Say(
            "a sealed file, an account, a group, or every file of an epoch", "加密文件、账户、群组或某周期的全部文件"
        ),
    )
    words.add(
        "what",
        about=Say(
            "the file itself or the digest of its header; the name; the number of the epoch",
            "文件本身或其文件头摘要；名称；周期编号",
        ),
    )
    words.add("--undo", action="store_true", about=Say("allow it again (reader, epoch)", "恢复（账户、周期）"))
    add_account(words)
    add_passphrase(words)


def _backup(words: Words) -> None:
    words.add("out", metavar="OUT", about=Say("the backup; never overwrites", "备份文件，不会覆盖已有文件"))
    words.add(
        "--with-passphrase",
        action="store_true",
        about=Say("seal it with a passphrase instead of to the recovery key", "用口令而非恢复密钥加密备份"),
    )
    _backup_passphrase(words)
    add_passphrase(words)


def _backup_passphrase(words: Words) -> None:
    from dlp.cli.secret_words import add_secret

    add_secret(words, "backup-passphrase", Say("passphrase of the backup", "备份口令"))


def _restore(words: Words) -> None:
    words.add("backup", metavar="BACKUP", about=Say("what dlp keys backup wrote", "dlp keys backup 生成的文件"))
    words.add("--with-passphrase", action="store_true", about=Say("it was made with a passphrase", "备份以口令加密"))
    words.add("--check", action="store_true", about=Say("prove that it opens, write nothing", "仅校验能否恢复，不写入"))
    words.add(
        "--replace",
        action="store_true",
        about=Say("set the keystore that is there aside", "将现有密钥库改名保留后替换"),
    )
    words.add("--root", choices=CUSTODY, default="file", about=Say("how to keep the root key", "根密钥保存方式"))
    _from(words)
    _backup_passphrase(words)
    add_passphrase(words)


def _root(words: Words) -> None:
    words.add(
        "custody",
        choices=CUSTODY,
        about=Say(
            "a file for unattended start, a passphrase, or the keyring of the system",
            "文件（可无人值守启动）、口令或系统密钥环",
        ),
    )
    from dlp.cli.secret_words import add_secret

    add_secret(words, "new-passphrase", Say("new passphrase of the root key", "根密钥新口令"))
    add_passphrase(words)


def _recovery(words: Words) -> None:
    words.add(
        "what",
        choices=["show", "split", "check", "replace"],
        about=Say(
            "its public half; make shares of it; prove that key or shares fit; make a new one",
            "显示公钥；拆分为份额；校验密钥或份额；更换",
        ),
    )
    words.add("--needed", type=int, default=3, about=Say("how many shares open (3)", "打开所需份额数，默认 3"))
    words.add("--of", type=int, default=5, about=Say("how many shares are made (5)", "份额总数，默认 5"))
    words.add(
        "-o", "--output", metavar="FOLDER", about=Say("write a page for each share there", "将各份额分别写入该文件夹")
    )
    _from(words)
    words.add("--account", default="", about=Say("who replaces it", "执行更换的账户"))
    words.add("--reason", default="", about=Say("why it is replaced", "更换理由"))
    from dlp.cli.secret_words import PASSWORD, add_secret

    add_secret(words, "password", PASSWORD)
    add_passphrase(words)


def _recover(words: Words) -> None:
    words.add("paths", nargs="+", metavar="FILE", about=Say("sealed files or folders", "加密文件或文件夹"))
    words.add("-o", "--output", metavar="OUT", about=Say("file, or folder for several", "输出文件，多个文件时为文件夹"))
    _from(words)
    words.json()


def _from(words: Words) -> None:
    words.add(
        "--from",
        dest="sources",
        action="append",
        default=[],
        metavar="FILE",
        about=Say("the recovery key, or a share; may be given again", "恢复密钥或份额所在文件，可多次指定"),
    )
