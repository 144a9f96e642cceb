"""What ``dlp doctor`` says of the gate: whether it runs, what this kernel lacks by name, and what is not covered."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dlp.checkup import Check, State
from dlp.config import Settings
from dlp.errors import DlpError
from dlp.gate import launch
from dlp.gate.features import PORTABLE, Feature, features
from dlp.language import Say

GATE = Say("gate", "门卫")
KERNEL = Say("gate: kernel", "门卫：内核")
COVERAGE = Say("gate: not covered", "门卫：未覆盖")
START = Say("start WeChat with dlp wechat; docs/gate.md tells how", "请用 dlp wechat 启动微信，详见 docs/gate.md")


def checks(settings: Settings) -> Iterator[Check]:
    """Each check in turn; none where there can be no gate."""
    if not sys.platform.startswith("linux"):
        yield Check(GATE, State.WEAK, Say("only Linux has one", "仅 Linux 可用"), PORTABLE)
        return
    status = _status(settings)
    yield _running(status)
    yield from _kernel(status)
    if status is not None:
        yield from _uncovered(status)


def _status(settings: Settings) -> dict[str, Any] | None:
    """How the running gate is; None where none runs."""
    try:
        end = launch.knock(Path(settings.gate_folder))
        with end:
            told: dict[str, Any] = launch.ask(end, {"status": True})["status"]
            return told
    except DlpError:
        return None


def _running(status: dict[str, Any] | None) -> Check:
    if status is None:
        found = Say("not running: WeChat is not kept from opening anything", "未运行：无法阻止微信打开文件")
        return Check(GATE, State.WEAK, found, launch.START_GATE)
    if not status["agent"]:
        found = Say(
            "runs, but the agent is away: what is not known is refused", "运行中，但代理未连接，未知文件一律拒绝"
        )
        return Check(GATE, State.FAILED, found, Say("start the agent: dlp run", "请启动代理：dlp run"))
    if status["filesystems"]:
        said = Say("guards {points} as a whole", "整体守护 {points}").format(points=", ".join(status["filesystems"]))
    else:
        said = Say("runs; {count} WeChat guarded", "运行中，受控微信 {count} 个").format(count=len(status["spaces"]))
    return Check(GATE, State.GOOD, said)


def _kernel(status: dict[str, Any] | None) -> Iterator[Check]:
    """What the kernel lacks, as the running gate found; asked here where none runs and we may."""
    if status is not None:
        rows = [(Say(one[0], one[1]), State.WEAK, Say(one[2], one[3])) for one in status["lacking"]]
    elif os.geteuid() == 0:
        rows = [_row(one) for one in features() if not one.there]
    else:
        yield Check(
            KERNEL,
            State.WEAK,
            Say("only root can ask it", "仅 root 可检测"),
            Say("sudo dlp doctor tells", "请运行 sudo dlp doctor"),
        )
        return
    for name, state, without in rows:
        yield Check(KERNEL, state, Say("lacks {name}", "缺少{name}").format(name=name), without)
    if not rows:
        yield Check(KERNEL, State.GOOD, Say("has all that the gate uses", "具备门卫所需的全部功能"))


def _row(feature: Feature) -> tuple[Say, State, Say]:
    return feature.name, State.FAILED if feature.needed else State.WEAK, feature.without


def _uncovered(status: dict[str, Any]) -> Iterator[Check]:
    """What WeChat can get at although the gate runs."""
    for en, zh in status["filesystems_not"]:
        yield Check(COVERAGE, State.WEAK, Say("file system {why}", "文件系统 {why}").format(why=Say(en, zh)), START)
    for space in status["spaces"]:
        for point, kind in space["uncovered"]:
            found = Say("{point} ({kind}) cannot be watched", "无法监视 {point}（{kind}）").format(
                point=point, kind=kind
            )
            yield Check(COVERAGE, State.WEAK, found, START)
        if space["reads"] and space["unread"]:
            points = ", ".join(point for point, _kind in space["unread"][:5])
            found = Say(
                "reads are not asked about on {count} mounts ({points}), only opens",
                "{count} 处挂载（{points}）仅在打开时询问，不询问读取",
            ).format(count=len(space["unread"]), points=points)
            yield Check(COVERAGE, State.WEAK, found, START)
        if space["inherited"]:
            found = Say(
                "{count} files were open when a WeChat came under guard", "微信受控时已有 {count} 个文件处于打开状态"
            ).format(count=space["inherited"])
            yield Check(COVERAGE, State.WEAK, found, START)
