"""Whether a group that a file is declared for exists: for a name that nobody has, a sealed copy opens for nobody."""

from __future__ import annotations

from dlp.errors import UsageError
from dlp.language import Say
from dlp.link.office_file import OfficeFile

MOST_NAMED = 20
"""Groups that the hint names; with more of them the console is the better list."""


def need_group(office: OfficeFile, group: str) -> None:
    """Raise UsageError, which names the known groups, unless the office has this one; no group at all is fine."""
    known = sorted(one.name for one in office.groups)
    if not group or group in known:
        return
    shown = Say(", ".join(known[:MOST_NAMED]), "、".join(known[:MOST_NAMED]))
    more = Say(" and {n} more", " 等，另有 {n} 个").format(n=len(known) - MOST_NAMED)
    hint = (
        Say("the groups are: {names}{more}", "现有群组：{names}{more}").format(
            names=shown, more=more if len(known) > MOST_NAMED else ""
        )
        if known
        else Say("the office has no group yet; one is made in the console", "管理端尚无群组，请先在控制台新建")
    )
    if not office.told:
        hint = Say(
            "this machine has not heard of any group yet; dlp run reaches the office",
            "本机尚未取得群组；请运行 dlp run 连接管理端",
        )
    raise UsageError(Say("there is no group {group!r}", "没有群组 {group!r}").format(group=group), hint)
