"""A file for people with only a phone: judged, allowed by policy, zipped with a password, and known from then on.

Its digest is registered before the password is shown, so that it passes the outbox and the gate, and so that there is
no zip whose password somebody has and of which nobody knows.
"""

from __future__ import annotations

import contextlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from dlp.config import Home, Settings
from dlp.errors import KeysError, MachineError, UnreadableError, UsageError
from dlp.inspect import inspect
from dlp.language import Say
from dlp.model import Action, Origin, Verdict
from dlp.policy import Policy
from dlp.system_words import why

SEALED = Say(
    "send it sealed (dlp send), or ask the security administrator",
    "请改用加密文件发送（dlp send），或联系安全保密管理员",
)
HELD = Say(
    "send a version that can be read, or hand it over with dlp send: a reviewer then decides",
    "请提供可读取的版本，或用 dlp send 交出，由审核人员决定",
)
CHANNEL = Say(
    "use the designated channel: {channel}; dlp send would block it too",
    "请改用指定渠道：{channel}；dlp send 同样会拦截",
)


@dataclass(frozen=True, slots=True)
class Exported:
    """A zip; its password is kept nowhere."""

    target: Path
    sha256: str
    """Of the zip."""
    level: str


def export(home: Home, settings: Settings, path: Path, target: Path, password: str, origin: Origin) -> Exported:
    """Zip one file for outsiders. Raises KeysError where policy does not allow it, UnreadableError, UsageError."""
    from dlp.inspection import context_for

    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise UnreadableError(
            Say("{path} cannot be read: {why}", "无法读取 {path}：{why}").format(path=path, why=why(error))
        ) from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UsageError(
                Say("{path} is no file, expected one file", "{path} 不是普通文件").format(path=path),
                Say("pack a folder into one archive file first", "文件夹请先打包为一个压缩文件"),
            )
        with context_for(home, settings) as context:
            verdict = inspect(descriptor, path.name, origin, context)
            refuse(verdict, context.policy, origin.group)
        return _made(home, descriptor, target, password, verdict, origin)
    finally:
        os.close(descriptor)


def refuse(verdict: Verdict, policy: Policy, group: str) -> None:
    """Raise KeysError unless policy lets a file judged so leave with a password; the hint names a way that is open."""
    from dlp.words import LEVELS

    rule = policy.outsiders
    because = Say("; ".join(one.text_en for one in verdict.because), "；".join(one.text_zh for one in verdict.because))
    if verdict.action is Action.BLOCK:
        said = Say(
            "it must not leave over WeChat in any form: {because}", "该文件不得以任何形式通过微信外发：{because}"
        )
        hint = CHANNEL.format(channel=Say(policy.channel_en, policy.channel_zh))
    elif verdict.action is Action.HOLD:
        said = Say("a person must look at it before it leaves: {because}", "外发前须经人工审核：{because}").format(
            because=because
        )
        hint = HELD
    elif rule is None:
        said, hint = Say("policy lets nothing leave as a zip with a password", "现行策略不允许以密码压缩包外发"), SEALED
    elif not rule.permits_group(group):
        said = Say("policy does not allow it for group {group!r}", "现行策略不允许向群组 {group!r} 外发").format(
            group=group
        )
        hint = SEALED
    elif not rule.permits(verdict):
        said = Say(
            "it is {level}, and only up to {highest} may leave with a password: {because}",
            "文件为{level}，以密码压缩包外发的上限为{highest}：{because}",
        ).format(level=LEVELS[verdict.level], highest=LEVELS[rule.highest], because=because)
        hint = SEALED
    else:
        return
    raise KeysError(said, hint)


def _made(home: Home, descriptor: int, target: Path, password: str, verdict: Verdict, origin: Origin) -> Exported:
    from keys import outsiders
    from keys.errors import KeysFault

    name = verdict.document.name
    try:
        made = outsiders.write(descriptor, name, target, password)
    except KeysFault as error:
        raise KeysError(Say("no zip was made: {error}", "未生成压缩包：{error}").format(error=error)) from error
    except FileExistsError as error:
        raise UsageError(
            Say("{target} is there already and is not overwritten", "{target} 已存在，不会被覆盖").format(target=target)
        ) from error
    except OSError as error:
        raise MachineError(
            Say("{target} cannot be written: {why}", "无法写入 {target}：{why}").format(target=target, why=why(error)),
            Say("choose another place with -o OUT", "请用 -o 指定其他位置"),
        ) from error
    try:
        if made.plain_sha256 != verdict.document.sha256:
            raise UnreadableError(Say("the file changed while it was judged", "文件在检查过程中被更改"))
        _register(home, made.sha256, name, verdict, origin)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return Exported(target, made.sha256, verdict.level.id)


def _register(home: Home, zip_sha256: str, name: str, verdict: Verdict, origin: Origin) -> None:
    """Remember it, note the event, and tell the office; all of it or nothing."""
    from dlp.journal import Journal

    body = {
        "sha256": verdict.document.sha256,
        "zip_sha256": zip_sha256,
        "level": verdict.level.id,
        "group": origin.group,
        "person": origin.person,
    }
    with contextlib.closing(Journal.open(home.agent / "journal.db")) as journal, journal.transaction():
        journal.note_sealed(zip_sha256, "")
        journal.event("outsiders.exported", origin.person, zip_sha256, level=verdict.level.id, group=origin.group)
        journal.report("exported", {**body, "name": name})
