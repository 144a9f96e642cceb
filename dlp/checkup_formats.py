"""The checks of ``dlp doctor`` for what can be read and looked at here."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator

from dlp.checkup import Check, State
from dlp.language import Say


def checks() -> Iterator[Check]:
    """Readers that are not here: what they would read is held as unreadable or unseen, never passed as clean."""
    optional = {"magic": Say("file types by content", "按内容识别类型"), "pypdfium2": Say("PDF", "PDF")}
    for module, what in optional.items():
        there = importlib.util.find_spec(module) is not None
        yield Check(
            Say("reader: {what}", "读取器：{what}").format(what=what),
            State.GOOD if there else State.WEAK,
            Say("there", "可用") if there else Say("not installed", "未安装"),
            Say("make run installs it", "运行 make run 即可安装"),
        )
    yield _archives()
    yield _pictures()


def _archives() -> Check:
    from dlp.read.libarchive import available

    name = Say("reader: RAR and CAB", "读取器：RAR、CAB")
    if available():
        return Check(name, State.GOOD, Say("there", "可用"))
    return Check(
        name,
        State.WEAK,
        Say(
            "libarchive is not on this machine: such archives are unreadable", "本机没有 libarchive：此类压缩包无法读取"
        ),
        Say("install libarchive (on Debian, libarchive13)", "请安装 libarchive（Debian 上为 libarchive13）"),
    )


def _pictures() -> Check:
    from dlp.sight.networks import NEEDED, OPTIONAL, missing

    name = Say("pictures", "图片")
    advice = Say("make run installs it (the extra ocr)", "运行 make run 即可安装（附加组件 ocr）")
    if lacking := missing(NEEDED):
        found = Say(
            "text in pictures and scans stays unseen; not installed: {names}",
            "图片和扫描件中的文字不会被查看；未安装：{names}",
        ).format(names=", ".join(lacking))
        return Check(name, State.WEAK, found, advice)
    if lacking := missing(OPTIONAL):
        found = Say(
            "looked at, but for what needs {names} (HEIC, codes)", "可查看，但 {names} 未安装（HEIC、二维码）"
        ).format(names=", ".join(lacking))
        return Check(name, State.WEAK, found, advice)
    return Check(name, State.GOOD, Say("looked at: marks, text, codes", "可查看：密级标志、文字、二维码"))
