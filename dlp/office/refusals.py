"""How the office says no: each kind of no is its own type, so that the console can answer with the right status."""

from __future__ import annotations

from dlp.errors import DlpError
from dlp.language import Say


class Refused(DlpError):
    """This account may not do that, here or at all."""

    status = 4


class NotFound(DlpError):
    """It is not there, or this account may not know that it is."""


class Conflict(DlpError):
    """It was true a moment ago: decided, taken or set up in the meantime."""


def no_right() -> Refused:
    """The answer to anybody without the right."""
    return Refused(
        Say("this account may not do that", "该账户无权执行此操作"),
        Say("ask the officer whose task it is", "请联系负责该事项的管理人员"),
    )


def not_there(what: Say) -> NotFound:
    """The answer to a wrong id, and to one that the account may not see: the two look alike on purpose."""
    return NotFound(Say("no such {what}, or not yours to see", "没有此{what}，或无权查看").format(what=what))
