"""What ``dlp doctor`` says about the office's keys: how the root key is kept, plainly, and whether every key opens."""

from __future__ import annotations

from collections.abc import Iterator

from dlp.checkup import Check, State
from dlp.config import Home
from dlp.language import Say

NAME = Say("keys", "密钥")
RESTORE = Say("put them back: dlp keys restore BACKUP --replace", "请恢复：dlp keys restore 备份文件 --replace")
KEPT = {
    "file": (
        Say(
            "the root key is a file, so that the office starts unattended; whoever copies this folder can open every "
            "sealed file",
            "根密钥保存为文件，管理端可无人值守启动；任何复制此文件夹的人均可打开全部加密文件",
        ),
        Say(
            "dlp keys root passphrase asks for a passphrase at each start instead",
            "dlp keys root passphrase 可改为每次启动时输入口令",
        ),
    ),
    "passphrase": (
        Say("the root key is under a passphrase, asked for at each start", "根密钥由口令保护，每次启动时输入"),
        None,
    ),
    "keyring": (
        Say(
            "the root key is in the system's keyring, open while this account is signed in",
            "根密钥存于系统密钥环，本账户登录期间可用",
        ),
        None,
    ),
}


def checks(home: Home) -> Iterator[Check]:
    """How the root key is kept, and whether all keys are whole; nothing where this machine has no office."""
    from keys.errors import KeysFault
    from keys.keystore import Custody, Keystore

    if not (home.office / "keystore.json").exists():
        return
    custody = Keystore.custody(home.office)
    if custody is not None:
        found, advice = KEPT[custody.value]
        yield Check(Say("root key", "根密钥"), State.GOOD, found, advice)
    if custody is Custody.PASSPHRASE:
        return  # nobody is asked for it here; the office proves it at each start
    try:
        keystore = Keystore.open(home.office)
        keystore.check()
    except KeysFault as error:
        yield Check(NAME, State.FAILED, Say(f"they do not open: {error}", f"无法打开：{error}"), RESTORE)
        return
    epochs = keystore.epochs()
    whole = Say("{count} epochs, every key opens", "{count} 个周期，全部密钥可用").format(count=len(epochs))
    yield Check(NAME, State.GOOD, whole)
