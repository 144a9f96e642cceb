"""``dlp keys list|rotate|revoke``: what the office's keys are, and ending what they open."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from dlp.cli.office_here import keystore_here, office_here, signed_in
from dlp.cli.room import Room
from dlp.errors import UsageError
from dlp.language import Say

if TYPE_CHECKING:
    from dlp.office import Account, Office

HOW = {
    "file": Say("a file that only this account reads (unattended start)", "仅本账户可读的文件（可无人值守启动）"),
    "passphrase": Say("under a passphrase", "由口令保护"),
    "keyring": Say("in the keyring of the system", "存于系统密钥环"),
}


def list(arguments: argparse.Namespace, room: Room) -> int:
    """Every key that the office has, by its public half."""
    keystore = keystore_here(room, arguments)
    custody = keystore.custody(room.home.office)
    epochs = keystore.epochs()
    if arguments.json:
        told = [
            {"number": one.number, "recipient": one.recipient, "created": one.created, "revoked": one.revoked}
            for one in epochs
        ]
        more = {"root": custody and custody.value, "recovery": keystore.recovery_recipient(), "epochs": told}
        room.json({**more, "revision": keystore.revision, "verify_key": keystore.verify_key.hex()})
        return 0
    for one in epochs:
        state = (
            Say("revoked {when}", "已于 {when} 吊销").format(when=one.revoked[:10])
            if one.revoked
            else Say("sealed to now", "当前使用")
            if one is epochs[-1]
            else Say("opens", "可打开")
        )
        said = Say(
            "epoch {number}  since {created}  {recipient}  {state}",
            "周期 {number}  始于 {created}  {recipient}  {state}",
        )
        room.say(said.format(number=one.number, created=one.created[:10], recipient=one.recipient, state=state))
    room.say(Say("recovery key  {recipient}", "恢复密钥  {recipient}").format(recipient=keystore.recovery_recipient()))
    room.say(Say("root key: {how}", "根密钥：{how}").format(how=HOW[custody.value if custody else "file"]))
    return 0


def rotate(arguments: argparse.Namespace, room: Room) -> int:
    """A new epoch."""
    from dlp.office.epochs import Epochs

    with office_here(room, arguments) as office:
        epoch = Epochs(office.ground).rotate(signed_in(office, arguments, room), arguments.reason)
    room.say(
        Say("epoch {number} is sealed to from now on: {recipient}", "即日起使用周期 {number}：{recipient}").format(
            number=epoch.number, recipient=epoch.recipient
        )
    )
    return 0


def revoke(arguments: argparse.Namespace, room: Room) -> int:
    """End what a file, a reader, a group or an epoch opens; from the next request on."""
    from dlp.office.reasons import given

    given(arguments.reason)
    with office_here(room, arguments) as office:
        by = signed_in(office, arguments, room)
        {"file": _file, "reader": _reader, "group": _group, "epoch": _epoch}[arguments.kind](office, by, arguments)
    said = (
        Say("allowed again", "已恢复")
        if arguments.undo
        else Say("revoked from the next request on", "已吊销，即刻生效")
    )
    room.say(said)
    if not arguments.undo:
        room.say(Say("what was opened before cannot be called back", "此前已打开的内容无法收回"))
    return 0


def _file(office: Office, by: Account, arguments: argparse.Namespace) -> None:
    from dlp.cli.sealed_paths import header_of

    _no_undo(arguments)
    path = Path(arguments.what)
    sealed_one = Say("name the sealed file (*.age), or the digest of its header", "请指定加密文件（*.age）或文件头摘要")
    digest = header_of(path, sealed_one).digest if path.is_file() else arguments.what
    office.sealed_files.revoke(by, digest, arguments.reason)


def _reader(office: Office, by: Account, arguments: argparse.Namespace) -> None:
    account = office.accounts.by_name(arguments.what)
    if account is None:
        raise UsageError(Say("there is no account {name!r}", "没有账户 {name!r}").format(name=arguments.what))
    (office.accounts.enable if arguments.undo else office.accounts.disable)(by, account.id, arguments.reason)


def _group(office: Office, by: Account, arguments: argparse.Namespace) -> None:
    _no_undo(arguments)
    found = next((one for one in office.groups.all(by) if one.name == arguments.what), None)
    if found is None:
        raise UsageError(Say("there is no group {name!r}", "没有群组 {name!r}").format(name=arguments.what))
    office.groups.close(by, found.id, arguments.reason)


def _epoch(office: Office, by: Account, arguments: argparse.Namespace) -> None:
    from dlp.office.epochs import Epochs

    if not arguments.what.isdecimal():
        raise UsageError(
            Say("got the epoch {what!r}, expected a number", "周期 {what!r} 应为数字").format(what=arguments.what),
            Say("dlp keys list shows the numbers", "dlp keys list 列出编号"),
        )
    epochs = Epochs(office.ground)
    (epochs.allow_again if arguments.undo else epochs.revoke)(by, int(arguments.what), arguments.reason)


def _no_undo(arguments: argparse.Namespace) -> None:
    if arguments.undo:
        raise UsageError(
            Say("only a reader and an epoch are allowed again", "仅账户和周期可恢复"),
            Say("seal the file anew, or make a new group", "请重新加密文件或新建群组"),
        )
