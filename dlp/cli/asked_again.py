"""What ``dlp run`` was asked for on a home that was set up: the same as is in force, or it says so and does not start.

Whoever asks for the strict policy and is given another one without a word believes to have it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from dlp.cli.room import Room
from dlp.config import Home, Settings
from dlp.errors import UsageError
from dlp.inspection import policy_file
from dlp.language import Say
from dlp.policy_file import PROFILES, shipped

IN_SETTINGS = Say(
    "leave the option out, or stop dlp run, change {name} in {file}, and start it again",
    "请去掉该选项；如需更改，请停止 dlp run，修改 {file} 中的 {name} 后重新启动",
)
IN_CONSOLE = Say(
    "leave the option out; the security administrator changes the policy in the console, page Policy",
    "请去掉该选项；策略由安全保密管理员在控制台“策略”页更改",
)


def check(arguments: argparse.Namespace, room: Room, settings: Settings) -> None:
    """Raise UsageError for the first option that wants something else than is in force; warn of what harms nobody."""
    check_profile(arguments.profile, room.home, settings)
    for option, name, asked, is_so in _options(arguments, settings):
        if asked and asked != is_so:
            raise _other(option, _shown(asked), _shown(is_so), _in_settings(name, room.home))
    told = Say(
        "{option} is not used: this home has {now}; it is changed in {file}",
        "{option} 未生效：本机当前为 {now}，可在 {file} 中更改",
    )
    if room.language_named and room.language is not settings.tongue:
        room.warn(told.format(option="--language", now=settings.language, file=room.home.settings))
    if arguments.port and arguments.port != settings.port:
        room.warn(told.format(option="--port", now=settings.port, file=room.home.settings))


def check_profile(asked: str | None, home: Home, settings: Settings) -> None:
    """Raise UsageError where another policy is in force than the one that was asked for."""
    if not asked:
        return
    in_force = policy_file(home, settings)
    if in_force == shipped(asked):
        return
    names = {shipped(name): name for name in PROFILES}
    chosen_here = in_force == shipped(settings.profile)
    hint = _in_settings("profile", home) if chosen_here and not settings.office else IN_CONSOLE
    raise _other("--profile", asked, names.get(in_force, str(in_force)), hint)


def _options(arguments: argparse.Namespace, settings: Settings) -> Iterator[tuple[str, str, object, object]]:
    """Option, setting, what was asked for (nothing: not asked), what is set."""
    yield "--outbox", "outbox", arguments.outbox and _place(arguments.outbox), str(settings.outbox_folder())
    yield "--archive", "archive", arguments.archive and _place(arguments.archive), settings.archive
    yield "--wechat", "wechat", tuple(map(_place, arguments.wechat)), settings.wechat
    yield "--work-account", "accounts", tuple(arguments.work_account), settings.accounts
    yield "--host", "host", arguments.host, settings.host
    if arguments.no_find_wechat:
        yield "--no-find-wechat", "find_wechat", "false", str(settings.find_wechat).lower()


def _place(folder: str) -> str:
    return str(Path(folder).expanduser().absolute())


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) or "-" if isinstance(value, tuple) else str(value)


def _in_settings(name: str, home: Home) -> Say:
    return IN_SETTINGS.format(name=name, file=home.settings)


def _other(option: str, asked: str, now: str, hint: Say) -> UsageError:
    return UsageError(
        Say(
            "got {option} {asked}, but this home was set up before, and {now} is in force",
            "指定了 {option} {asked}，但本机此前已初始化，当前生效的是 {now}",
        ).format(option=option, asked=asked, now=now),
        hint,
    )
