"""Language, light or dark, and time zone: kept in the visitor's browser, never in an account."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as Answer

from dlp.language import Language
from web import auth
from web.looks import LANGUAGE, LONGEST_ZONE, THEME, THEMES, ZONE
from web.way_back import came_from

pages = Blueprint("choices", __name__)
YEAR = 366 * 24 * 3600


@pages.post("/choices")
def choose() -> Answer:
    """Keep what was chosen and go back to where the visitor was.

    A list that was filtered since has another address than its form knows; a form that was refused has none.
    """
    back, now = request.form.get("back", "/"), came_from()
    newer = back == "/" or back.partition("?")[0] == now.partition("?")[0]
    answer = redirect(auth.here_only(now if now and newer else back), 303)
    kept = (
        (LANGUAGE, "language", tuple(one.value for one in Language)),
        (THEME, "theme", THEMES),
    )
    for cookie, field, known in kept:
        if (value := request.form.get(field, "")) in known:
            _keep(answer, cookie, value)
    if zone := request.form.get("zone", ""):
        _keep(answer, ZONE, "".join(c for c in zone[:LONGEST_ZONE] if c.isascii() and (c.isalnum() or c in "/_+-")))
    return answer


def _keep(answer: Answer, cookie: str, value: str) -> None:
    answer.set_cookie(cookie, value, max_age=YEAR, secure=True, samesite="Strict", path="/")
