"""The second step before what cannot be taken back: without the tick nothing is done, whatever sent the form."""

from __future__ import annotations

from flask import request

from dlp.errors import UsageError
from dlp.language import Say


def ticked() -> None:
    """Raises UsageError unless the form says that the visitor knows."""
    if request.form.get("ticked") != "1":
        raise UsageError(
            Say("nothing was done: it was not confirmed", "未执行：尚未确认"),
            Say("go back and tick that you know that it is for good", "请返回并勾选“知悉不可恢复”"),
        )
