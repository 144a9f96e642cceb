"""What a page asks for: the office, who is looking, and in which language."""

from __future__ import annotations

from typing import cast

from flask import current_app, g, request

from dlp.config import Settings
from dlp.language import Language
from dlp.office import Account, Office
from dlp.office.refusals import no_right
from web.knocks import Knocks


def office() -> Office:
    """The office behind this console."""
    return cast(Office, current_app.extensions["office"])


def settings() -> Settings:
    """What was chosen at the first start."""
    return cast(Settings, current_app.extensions["settings"])


def knocks() -> Knocks:
    """The wrong tries at the door, by address."""
    return cast(Knocks, current_app.extensions["knocks"])


def profile() -> str:
    """The shipped policy that stands where the organisation has none of its own."""
    return office().settings.show().profile or settings().profile


def work_accounts() -> tuple[str, ...]:
    """The WeChat accounts whose received files are archived."""
    chosen = office().settings.show().accounts
    return settings().accounts if chosen is None else chosen


def visitor() -> Account | None:
    """Who is signed in; None for a stranger."""
    return cast("Account | None", g.get("account"))


def account() -> Account:
    """Who is signed in. Raises Refused for a stranger, whom the doors keep out before any page asks."""
    found = visitor()
    if found is None:
        raise no_right()
    return found


def in_part() -> bool:
    """Whether a script asks for a part of the page that is shown.

    One that restores the browser's history asks as a script too, and puts the answer in the place of the whole page.
    """
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def language() -> Language:
    """The language of this visitor."""
    return cast(Language, g.get("language") or settings().tongue)
