"""How far a file was read before a limit was reached, in words: "pages 1–40 of 60 were read"; which picture it is."""

from __future__ import annotations

import re

from dlp.language import Say

_TOLD = re.compile(r": (\d{1,18}) of (\d{1,18}) (pages|sheets|parts|members|bytes) read$")
"""How a Gap's detail ends (dlp.read.document)."""
_PICTURE = re.compile(r"picture (\d{1,6}) of (\d{1,6})$")
"""How the detail of a gap says which picture it is about (dlp.sight.looking)."""
_SAID = {
    "pages": Say("pages 1–{done} of {whole} were read", "已读第 1–{done} 页，共 {whole} 页"),
    "sheets": Say("sheets 1–{done} of {whole} were read", "已读第 1–{done} 个工作表，共 {whole} 个"),
    "parts": Say("{done} of its {whole} parts were read", "已读 {done} 个部件，共 {whole} 个"),
    "members": Say("the first {done} of {whole} files in it were read", "已读前 {done} 个文件，共 {whole} 个"),
    "bytes": Say("{share} of it was read", "已读 {share}"),
}


def read_so_far(detail: str) -> Say | None:
    """What was read of a part that a limit cut short, from the Gap's detail; None where it does not tell."""
    found = _TOLD.search(detail)
    if found is None or not int(found[2]):
        return None
    done, whole = int(found[1]), int(found[2])
    if not done and found[3] != "bytes":
        return Say("nothing of it was read", "尚未读取任何内容")
    return _SAID[found[3]].format(done=done, whole=whole, share=f"{100 * done / whole:.3g} %")


def which_picture(detail: str) -> Say | None:
    """Which of a file's pictures a Gap is about; None where there is one only, or it is about none."""
    found = _PICTURE.search(detail)
    if found is None or int(found[2]) < 2:
        return None
    return Say("picture {number} of {all}", "第 {number} 幅图片（共 {all} 幅）").format(number=found[1], all=found[2])


def share_unread(coverage: float) -> Say | None:
    """How much of its page or file a Gap covers, where it is not all of it and not nothing."""
    if not 0 < coverage < 1:
        return None
    return Say("about {share} of its page or file", "约占所在页面或文件的 {share}").format(
        share=f"{max(1, round(100 * coverage))} %"
    )
