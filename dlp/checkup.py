"""The checks of ``dlp doctor``: each looks at one thing and says what it found and what to do."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from dlp.config import Home, Settings, load, platform_places
from dlp.errors import DlpError
from dlp.language import Say

LEAST_FREE = 1024 * 1024 * 1024
"""Bytes that should be free where files are kept."""


class State(IntEnum):
    """How a check ended."""

    GOOD = 0
    WEAK = 1
    FAILED = 2

    @property
    def id(self) -> str:
        """The word in JSON."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: Say
    state: State
    found: Say
    advice: Say | None = None


def checks(home: Home) -> Iterator[Check]:
    """Every check in turn; what belongs to a home only where there is one."""
    yield _shadowed()
    yield _confinement()
    yield from _formats()
    yield _rules(home)
    yield from _gate(home)
    if not home.settings.exists():
        yield Check(
            Say("home", "数据文件夹"),
            State.WEAK,
            Say("{home} is not set up yet", "{home} 尚未初始化").format(home=home.root),
            Say("start dlp run once", "请运行一次 dlp run"),
        )
        return
    yield from _settings(home)


def _shadowed() -> Check:
    """Our top-level packages have common names; another one of that name before ours would be used instead."""
    name, wrong = Say("packages", "程序包"), []
    top = Path(__file__).resolve().parent.parent
    for package in ("classifiers", "keys", "web"):
        spec = importlib.util.find_spec(package)
        where = Path(spec.origin).resolve() if spec and spec.origin else None
        if where is None or not where.is_relative_to(top):
            wrong.append(f"{package} ({where})")
    if not wrong:
        return Check(name, State.GOOD, Say("ours are used", "使用的是本产品自带的包"))
    found = Say("another package is used: {wrong}", "被其他同名包遮蔽：{wrong}").format(wrong=", ".join(wrong))
    return Check(name, State.FAILED, found, Say("install into a private environment", "请安装到独立的虚拟环境"))


def _confinement() -> Check:
    from dlp.read import confinement

    name, state = Say("reading processes", "读取进程"), confinement.state()
    if state.full:
        return Check(name, State.GOOD, Say("confined (Landlock, seccomp, memory)", "已隔离（Landlock、seccomp、内存）"))
    there = ", ".join(state.names()) or "-"
    return Check(
        name,
        State.WEAK,
        Say("only partly confined here: {there}", "仅部分隔离：{there}").format(there=there),
        Say(
            "Linux 5.13 or newer confines them; time limits and separate processes hold in any case",
            "Linux 5.13 及以上可完全隔离；时间限制和独立进程始终有效",
        ),
    )


def _formats() -> Iterator[Check]:
    from dlp.checkup_formats import checks as formats_checks

    yield from formats_checks()


def _rules(home: Home) -> Check:
    from classifiers.pack import PackError
    from classifiers.pack import load as load_packs
    from dlp.inspection import pack_files

    name = Say("rules", "规则")
    try:
        rules = load_packs(pack_files(home))
    except PackError as error:
        return Check(
            name, State.FAILED, Say(str(error), str(error)), Say("dlp rules test tells more", "请运行 dlp rules test")
        )
    return Check(
        name, State.GOOD, Say("examples agree ({digest})", "示例全部符合（{digest}）").format(digest=rules.digest[:12])
    )


def _gate(home: Home) -> Iterator[Check]:
    from dlp.gate.checks import checks

    try:
        settings = load(home) if home.settings.exists() else Settings()
    except DlpError:
        return  # the settings' own check says so
    yield from checks(settings)


def _settings(home: Home) -> Iterator[Check]:
    try:
        settings = load(home)
    except DlpError as error:
        yield Check(Say("settings", "设置"), State.FAILED, error.message, error.hint)
        return
    yield _policy(home, settings)
    yield _private(home)
    yield from _keys(home)
    yield _journal(home)
    yield from _folders(home, settings)
    yield _programs(home)
    yield _stores(settings)


def _tried(name: Say, attempt: Callable[[], Say]) -> Check:
    """What an attempt found, or the error that it ended with."""
    try:
        return Check(name, State.GOOD, attempt())
    except DlpError as error:
        return Check(name, State.FAILED, error.message, error.hint)


def _policy(home: Home, settings: Settings) -> Check:
    from dlp.inspection import policy_file
    from dlp.policy_file import load as load_policy

    def attempt() -> Say:
        policy = load_policy(policy_file(home, settings))
        return Say("{en} ({digest})", "{zh}（{digest}）").format(
            en=policy.title_en, zh=policy.title_zh, digest=policy.digest[:12]
        )

    return _tried(Say("policy", "策略"), attempt)


def _private(home: Home) -> Check:
    name, open_to_others = Say("rights", "权限"), []
    keys = (
        home.root,
        home.office / "root.key",
        home.office / "root.locked",
        home.agent / "machine.key",
        home.agent / "office.json",
    )
    for path in keys:
        if path.exists() and os.name == "posix" and path.stat().st_mode & 0o077:
            open_to_others.append(path.name)
    if not open_to_others:
        return Check(name, State.GOOD, Say("only this account reads the keys", "仅本账户可读取密钥"))
    return Check(
        name,
        State.FAILED,
        Say("others may read {names}", "其他账户可读取 {names}").format(names=", ".join(open_to_others)),
        Say("take them away: chmod -R go= {home}", "请收回其权限：chmod -R go= {home}").format(home=home.root),
    )


def _keys(home: Home) -> Iterator[Check]:
    from dlp.checkup_keys import checks as keys_checks

    yield from keys_checks(home)


def _journal(home: Home) -> Check:
    import contextlib

    from dlp.journal import Journal

    def attempt() -> Say:
        with contextlib.closing(Journal.open(home.agent / "journal.db")) as journal:
            broken = journal.verify_chain()
            sound = journal.database.check()
        if broken is not None or sound != "ok":
            raise DlpError(
                Say("the event chain is broken at {at}, file: {sound}", "事件链在 {at} 处断裂，文件：{sound}").format(
                    at=broken.sequence if broken else "-", sound=sound
                ),
                Say("keep a copy and tell the auditor", "请保留副本并通知安全审计员"),
            )
        return Say("whole, and its event chain too", "完好，事件链完整")

    return _tried(Say("journal", "日志库"), attempt)


def _folders(home: Home, settings: Settings) -> Iterator[Check]:
    places = {
        Say("outbox", "外发文件夹"): settings.outbox_folder(),
        Say("archive", "归档位置"): settings.archive_folder(home),
        Say("vault", "保管库"): home.agent,
    }
    for name, folder in places.items():
        if not folder.is_dir():
            yield Check(
                name,
                State.WEAK,
                Say("{folder} is not there", "{folder} 不存在").format(folder=folder),
                Say("it is made when the agent starts", "代理启动时会创建"),
            )
        elif not os.access(folder, os.W_OK | os.X_OK):
            yield Check(
                name,
                State.FAILED,
                Say("{folder} cannot be written", "{folder} 不可写").format(folder=folder),
                Say("change its rights", "请调整权限"),
            )
        else:
            free = shutil.disk_usage(folder).free
            yield Check(
                name,
                State.GOOD if free >= LEAST_FREE else State.WEAK,
                Say("{folder}, {free} MB free", "{folder}，剩余 {free} MB").format(folder=folder, free=free >> 20),
                Say("make room; files wait where they are meanwhile", "请清理空间；其间文件留在原处"),
            )


def _programs(home: Home) -> Check:
    from dlp.lock import is_taken

    agent = is_taken(home.run / "agent.lock")
    return Check(
        Say("agent", "代理"),
        State.GOOD if agent else State.WEAK,
        Say("running", "运行中") if agent else Say("not running", "未运行"),
        Say("start dlp run", "请启动 dlp run"),
    )


def _stores(settings: Settings) -> Check:
    from dlp.received.places import stores

    name = Say("WeChat's folders", "微信数据文件夹")
    unreadable: list[str] = []
    found = stores(
        settings.wechat,
        platform_places(),
        Path.home(),
        find=settings.find_wechat,
        unreadable=lambda folder, _: unreadable.append(str(folder)[:200]),
    )
    if unreadable:
        said = Say("cannot be looked at: {folders}", "无法查看：{folders}").format(folders=", ".join(unreadable))
        return Check(name, State.WEAK, said, Say("give this account the right to read it", "请授予读取权限"))
    if found:
        said = Say("{count} accounts found", "找到 {count} 个账号").format(count=len(found))
        return Check(name, State.GOOD, said)
    return Check(
        name,
        State.WEAK,
        Say("none found", "未找到"),
        Say(
            "name one in settings.toml (wechat), or start WeChat once",
            "请在 settings.toml 中设置 wechat，或先启动一次微信",
        ),
    )
