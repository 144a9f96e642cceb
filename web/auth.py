"""Who is knocking: the session cookie, and the doors (``web.doors``) that it opens. Deny by default."""

from __future__ import annotations

from flask import Flask, g, redirect, request, url_for
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as Answer

from dlp.office.refusals import no_right
from dlp.office.sessions import LONGEST, SignedIn
from web.doors import DOORS, Door, may_enter
from web.here import in_part, office
from web.security import renew
from web.way_back import came_from, inside

COOKIE = "__Host-session"
BY_THEMSELVES = frozenset({"incidents.live"})
"""Pages that scripts ask for with nobody at the keyboard."""


def install(app: Flask) -> None:
    """Ask every visitor who they are, before any page."""

    @app.before_request
    def knock() -> Answer | None:
        door = DOORS.get(request.endpoint or "")
        if isinstance(request.routing_exception, RequestRedirect):
            raise request.routing_exception  # an address typed without its last slash
        if door is None:
            raise NotFound
        # No text of ours holds one, and a database that refuses it would answer with an error of its own.
        if "\0" in request.path or any("\0" in value for value in request.args.values()):
            raise BadRequest
        if door is Door.MACHINE or request.endpoint == "static":
            return None
        by_itself = request.endpoint in BY_THEMSELVES
        g.account = office().sessions.resume(request.cookies.get(COOKIE, ""), by_itself)
        if door is Door.OPEN:
            return None
        if g.account is None and in_part():
            # A script would put the sign-in page into the middle of the one that is shown.
            return Answer(status=401, headers={"HX-Redirect": _sign_in(came_from())})
        if g.account is None:
            return redirect(_sign_in(_asked()), 303)
        if not may_enter(request.endpoint, g.account.roles):
            raise no_right()
        return None


def _asked() -> str:
    """The page to come back to after signing in; what changes something is never repeated by itself."""
    return request.full_path.rstrip("?") if request.method == "GET" else came_from()


def _sign_in(target: str) -> str:
    """The way to the sign-in page, which says what became of what was sent, and leads on to the target."""
    ended = "undone" if request.method != "GET" else "seen" if request.cookies.get(COOKIE) else None
    return url_for("entry.sign_in", next=target if target not in {"", "/"} else None, ended=ended)


def here_only(target: str) -> str:
    """The target where it is a page of this console, else the first page: nobody is sent elsewhere by a link."""
    return target if inside(target) else url_for("home.page")


def let_in(signed: SignedIn, target: str) -> Answer:
    """Give the browser its session and send it on."""
    renew()
    answer = redirect(here_only(target), 303)
    answer.set_cookie(
        COOKIE,
        signed.token,
        max_age=int(LONGEST.total_seconds()),
        secure=True,
        httponly=True,
        samesite="Strict",
        path="/",
    )
    return answer


def let_out(answer: Answer) -> Answer:
    """End the session here and in the browser."""
    office().sessions.end(request.cookies.get(COOKIE, ""))
    renew()
    answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Strict")
    return answer
