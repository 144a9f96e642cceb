"""How far a file was read before a limit was reached, in words: "pages 1–40 of 60 were read"."""

from __future__ import annotations

import re

from dlp.language import Say

_TOLD = re.compile(r": (\d{1,18}) of (\d{1,18}) (pages|sheets|parts|members|bytes) read$")
"""How a Gap's detail ends (dlp.read.document)."""
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
