"""``dlp keys recovery|recover``: the recovery key, its shares, and opening files with nothing else."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from dlp.cli.office_here import keystore_here, note, office_here, signed_in
from dlp.cli.room import Room
from dlp.cli.secret_words import recovery_identity
from dlp.errors import DlpError, KeysError, MachineError, UsageError
from dlp.language import Language, Say
from dlp.system_words import why

if TYPE_CHECKING:
    from keys.keystore import Keystore

TRIAL_BYTES = 64 * 1024
"""More than all pages together have."""
PAGE = Say(
    """Share {number} of {made} of the recovery key of {recipient}
Made {day}. Any {needed} of the {made} shares open every sealed file; fewer tell nothing about the key.
Keep this page offline, in a place that no other share is in. Never photograph or type it except to recover.
To recover, on any machine with this program:  dlp keys recover FILE.age

{words}
""",
    """恢复密钥份额 {number}/{made}，对应公钥 {recipient}
生成于 {day}。任意 {needed} 份（共 {made} 份）即可打开全部加密文件，不足 {needed} 份则不泄露任何信息。
请离线保管，不要与其他份额放在一处；除恢复外，不要拍照或录入。
恢复方法：在任一装有本程序的机器上运行  dlp keys recover 文件.age

{words}
""",
)


def recovery(arguments: argparse.Namespace, room: Room) -> int:
    """Show, split, check or replace."""
    return {"show": _show, "split": _split, "check": _check, "replace": _replace}[arguments.what](arguments, room)


def _show(arguments: argparse.Namespace, room: Room) -> int:
    print(keystore_here(room, arguments).recovery_recipient())
    return 0


def _split(arguments: argparse.Namespace, room: Room) -> int:
    _place(arguments)
    identity = recovery_identity(arguments.sources, room)
    if (room.home.office / "keystore.json").exists():
        _belongs(identity, arguments, room)
    _hand_out(identity, arguments, room)
    return 0


def _check(arguments: argparse.Namespace, room: Room) -> int:
    identity = recovery_identity(arguments.sources, room)
    note(room, _belongs(identity, arguments, room), "keys.recovery_checked")
    room.say(Say("it opens what this office seals", "校验通过，可打开本单位加密的文件"))
    return 0


def _replace(arguments: argparse.Namespace, room: Room) -> int:
    from dlp.office.reasons import given
    from dlp.office.rights import Right, need

    _place(arguments)
    if not arguments.account or not arguments.reason.strip():
        raise UsageError(
            Say("--account and --reason are missing", "缺少 --account 和 --reason"),
            Say("the security administrator replaces the recovery key", "恢复密钥由安全保密管理员更换"),
        )
    with office_here(room, arguments) as office:
        by = signed_in(office, arguments, room)
        need(by, Right.KEEP_KEYS)
        keystore = cast("Keystore", office.ground.keystore)
        with office.ground.writing(by) as writing:
            writing.note("keys.recovery_replacing", by.name, "", reason=given(arguments.reason))
        made = keystore.replace_recovery()
        with office.ground.writing() as writing:
            writing.note("keys.recovery_replaced", by.name, "", recipient=made.recipient)
    _hand_out(made.identity, arguments, room)
    room.say(
        Say(
            "files that were sealed before still open with the old recovery key: keep its shares",
            "此前加密的文件仍需旧恢复密钥：请保留其份额",
        )
    )
    return 0


def _belongs(identity: str, arguments: argparse.Namespace, room: Room) -> Keystore:
    """The keystore that the recovery key is for. Raises KeysError where it is for another."""
    from keys import age

    keystore = keystore_here(room, arguments)
    if str(age.Identity.parse(identity).recipient) != keystore.recovery_recipient():
        raise KeysError(
            Say("this is not the recovery key of this office", "这不是本单位当前的恢复密钥"),
            Say("it may be an older one, or of another office", "可能是旧密钥或其他单位的密钥"),
        )
    return keystore


def _place(arguments: argparse.Namespace) -> None:
    """Shares go to a terminal that a person looks at, or to files; never into a pipe or a log."""
    if not arguments.output and not sys.stdout.isatty():
        raise UsageError(
            Say("shares are not written into a pipe", "份额不会写入管道"),
            Say("run it on a terminal, or name a folder with -o FOLDER", "请在终端中运行，或用 -o 指定文件夹"),
        )
    if arguments.output:
        _folder(Path(arguments.output))


def _folder(folder: Path) -> None:
    """The folder for shares, made and tried before there is a secret to put into it. Raises DlpError."""
    other = Say("name another folder with -o FOLDER", "请用 -o 指定其他文件夹")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if old := sorted(folder.glob("share-*.txt")):
            raise UsageError(
                Say(
                    "{file} is there already; shares of two keys in one folder would be mixed up",
                    "{file} 已存在；不同密钥的份额不应放在同一文件夹",
                ).format(file=old[0]),
                other,
            )
        with tempfile.TemporaryFile(dir=folder) as trial:
            trial.write(b"#" * TRIAL_BYTES)
    except OSError as error:
        raise _not_there(folder, error) from error


def _not_there(folder: Path, error: OSError) -> MachineError:
    return MachineError(
        Say("the shares cannot be written to {folder}: {why}", "无法将份额写入 {folder}：{why}").format(
            folder=folder, why=why(error)
        ),
        Say(
            "nothing of them was left there; name another folder with -o FOLDER, and start it again",
            "该处未留下任何份额；请用 -o 指定其他文件夹后重新运行",
        ),
    )


def _hand_out(identity: str, arguments: argparse.Namespace, room: Room) -> None:
    from keys import age
    from keys import recovery as shares
    from keys.errors import RecoveryError

    try:
        made = shares.split(identity, arguments.needed, arguments.of)
    except RecoveryError as error:
        raise UsageError(Say(f"{error}", f"份额数量无效：{error}")) from error
    recipient = str(age.Identity.parse(identity).recipient)
    pages = [_page(share, number, recipient, arguments, room.language) for number, share in enumerate(made, 1)]
    if not arguments.output:
        print("\n".join(pages), flush=True)
        return
    folder = Path(arguments.output)
    _written(pages, folder)
    room.say(
        Say(
            "{count} pages are in {folder}; give each to another person, and remove the folder",
            "{count} 页已写入 {folder}；请分交不同的人保管，然后删除该文件夹",
        ).format(count=len(pages), folder=folder)
    )


def _written(pages: list[str], folder: Path) -> None:
    """All pages or none. Raises MachineError."""
    from keys.durable import draft

    written: list[Path] = []
    try:
        for number, page in enumerate(pages, 1):
            path = folder / f"share-{number}-of-{len(pages)}.txt"
            with draft(path, fresh=True) as file:
                file.write(page.encode("utf-8"))
            written.append(path)
    except OSError as error:
        for path in written:
            path.unlink()
        raise _not_there(folder, error) from error


def _page(share: str, number: int, recipient: str, arguments: argparse.Namespace, language: Language) -> str:
    filled = PAGE.format(
        number=number,
        made=arguments.of,
        needed=arguments.needed,
        recipient=recipient,
        day=datetime.now(UTC).date(),
        words=share,
    )
    *about, words = filled.to(language).rstrip("\n").split("\n\n")
    # The page is read back as it is: everything but the words is a comment.
    return "\n".join([*(f"# {line}" for line in "\n".join(about).splitlines()), "", words, ""])


def recover(arguments: argparse.Namespace, room: Room) -> int:
    """Open each file with the recovery key; needs no home, no office, no database."""
    from dlp.cli.sealed_paths import faults_of, header_of, pairs, there, told
    from keys import age, files
    from keys.dumps import forbid_dumps

    forbid_dumps()
    found = pairs([Path(name) for name in arguments.paths], arguments.output)
    identity = age.parse_identity(recovery_identity(arguments.sources, room))
    status = 0
    for source, target in found:
        try:
            if os.path.lexists(target):
                raise there(target)
            header = header_of(source)
            try:
                file_key = age.unwrap_file_key(header.raw, [identity])
            except age.NoMatch as error:
                raise KeysError(
                    Say("{path} was not sealed to this recovery key", "{path} 不是用此恢复密钥加密的").format(
                        path=source
                    ),
                    Say("an older recovery key may open it", "可能需要旧的恢复密钥"),
                ) from error
            with faults_of(source, target), told(source, source.stat().st_size) as progress:
                opened = files.open_file_with_key(source, target, file_key, fresh=True, progress=progress)
        except DlpError as error:
            if len(found) == 1:
                raise
            status = max(status, error.status)
            room.fault(source, error)
            continue
        if arguments.json:
            room.json({"path": str(source), "target": str(target), "size": opened.size, "sha256": opened.sha256})
        else:
            room.say(Say("opened: {target}", "已打开：{target}").format(target=target))
    return status
