"""What became of a file, in words for people."""

from __future__ import annotations

from dlp.language import Say
from dlp.model import State

STATES = {
    State.CLAIMED: Say("taken over, not judged yet", "已接收，尚未判定"),
    State.INSPECTED: Say("judged, not moved yet", "已判定，正在处理"),
    State.READY: Say("may be sent", "可以发送"),
    State.SEALED: Say("sealed; send the sealed copy", "已加密，请发送加密副本"),
    State.HELD: Say("held for a person", "已扣留，等待审核"),
    State.BLOCKED: Say("blocked", "已拦截"),
    State.RELEASED: Say("released by a reviewer", "经审核放行"),
    State.RETURNED: Say("given back to its owner", "已退还本人"),
    State.ARCHIVED: Say("archived", "已归档"),
    State.REFUSED: Say("WeChat was not let open it; it is where it was", "已阻止微信打开，文件仍在原处"),
}
