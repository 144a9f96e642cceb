"""``dlp keys backup|restore|root``: copies of the keys that were tried, and how the root key is kept."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from dlp.cli.office_here import keystore_here, note
from dlp.cli.room import Room
from dlp.cli.secret_words import new_secret, recovery_identity, secret
from dlp.errors import KeysError, UnreadableError, UsageError
from dlp.language import Say
from dlp.system_words import said, why

if TYPE_CHECKING:
    from keys.age import Unwraps

BACKUP_PASSPHRASE = Say("passphrase of the backup", "备份口令")
ROOT_PASSPHRASE = Say("new passphrase of the root key", "根密钥新口令")
RESTART = Say("stop dlp run and start it again", "请停止 dlp run 后重新启动")


def backup(arguments: argparse.Namespace, room: Room) -> int:
    """Write one and compare it; says what else to keep."""
    from keys import backup as backups
    from keys.errors import KeysFault

    keystore = keystore_here(room, arguments)
    passphrase = ""
    if arguments.with_passphrase:
        passphrase = new_secret(arguments, "backup_passphrase", room, BACKUP_PASSPHRASE)
    target = Path(arguments.out)
    try:
        backups.make(keystore, target, passphrase)
    except FileExistsError as error:
        raise UsageError(
            Say("{file} is there already and is not overwritten", "{file} 已存在，不会被覆盖").format(file=target)
        ) from error
    except (KeysFault, OSError) as error:
        raise KeysError(Say("no backup was made: {error}", "备份失败：{error}").format(error=said(error))) from error
    note(room, keystore, "keys.backed_up", revision=keystore.revision, passphrase=bool(passphrase))
    opens = Say("the passphrase", "口令") if passphrase else Say("the recovery key or its shares", "恢复密钥或其份额")
    room.say(Say("{file} opens with {opens}", "{file} 可用{opens}打开").format(file=target, opens=opens))
    room.say(
        Say(
            "keep it on another machine; accounts and events are in {database}, which this does not hold",
            "请保存到其他机器；账户和事件在 {database} 中，不包含在此备份内",
        ).format(database=room.home.office / "office.db")
    )
    return 0


def restore(arguments: argparse.Namespace, room: Room) -> int:
    """Prove a backup and put it back; with --check only prove it."""
    from keys import age
    from keys import backup as backups
    from keys.errors import AgeError, BackupError, KeysFault
    from keys.keystore import Custody

    path = Path(arguments.backup)
    try:
        found = backups.read(path, [_opener(arguments, room)])
    except AgeError as error:
        wrong = isinstance(error, age.NoMatch)
        raise (KeysError if wrong else UnreadableError)(
            Say("{path} does not open: {error}", "无法打开 {path}：{error}").format(path=path, error=error)
        ) from error
    except BackupError as error:
        raise UnreadableError(Say(f"{error}", f"备份无效：{error}")) from error
    except OSError as error:
        raise UnreadableError(
            Say("{path} cannot be read: {why}", "无法读取 {path}：{why}").format(path=path, why=why(error))
        ) from error
    if arguments.check:
        room.say(
            Say(
                "{file} is whole: revision {revision}, {epochs}, every key opens; nothing was written",
                "{file} 完整：版本 {revision}，{epochs}，全部密钥可用；未写入任何内容",
            ).format(file=path, revision=found.revision, epochs=_epochs(len(found.state.epochs)))
        )
        return 0
    custody = Custody(arguments.root)
    passphrase = ""
    if custody is Custody.PASSPHRASE:
        passphrase = new_secret(arguments, "passphrase", room, ROOT_PASSPHRASE)
    try:
        keystore = backups.put_back(
            found, room.home.office, custody=custody, passphrase=passphrase, replace=arguments.replace
        )
    except (KeysFault, OSError) as error:
        raise KeysError(
            Say("nothing was restored: {error}", "未恢复：{error}").format(error=said(error)),
            Say("--replace sets the keystore that is there aside", "--replace 会将现有密钥库改名保留"),
        ) from error
    note(room, keystore, "keys.restored", revision=keystore.revision)
    room.say(
        Say("restored: revision {revision}, {epochs}", "已恢复：版本 {revision}，{epochs}").format(
            revision=keystore.revision, epochs=_epochs(len(keystore.epochs()))
        )
    )
    room.say(RESTART)
    return 0


def _epochs(count: int) -> Say:
    return Say(f"{count} epoch{'' if count == 1 else 's'}", f"{count} 个周期")


def _opener(arguments: argparse.Namespace, room: Room) -> Unwraps:
    from keys import age

    if arguments.with_passphrase:
        return age.Passphrase(secret(arguments, "backup_passphrase", room, BACKUP_PASSPHRASE))
    return age.parse_identity(recovery_identity(arguments.sources, room))


def root(arguments: argparse.Namespace, room: Room) -> int:
    """A new root key, kept in another way (or the same): old copies of the folder open nothing that comes later."""
    from keys.errors import KeysFault
    from keys.keystore import Custody

    keystore = keystore_here(room, arguments)
    custody = Custody(arguments.custody)
    passphrase = ""
    if custody is Custody.PASSPHRASE:
        passphrase = new_secret(arguments, "new_passphrase", room, ROOT_PASSPHRASE)
    try:
        keystore.change_root(custody, passphrase)
    except (KeysFault, OSError) as error:
        raise KeysError(
            Say("the root key was not changed: {error}", "根密钥未更换：{error}").format(error=said(error))
        ) from error
    note(room, keystore, "keys.root_changed", custody=custody.value)
    room.say(
        Say(
            "there is a new root key; make a new backup, and destroy copies of the old one",
            "根密钥已更换；请重新备份，并销毁旧根密钥的副本",
        )
    )
    room.say(RESTART)
    return 0
