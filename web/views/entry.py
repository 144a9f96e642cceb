"""Signing in and out, and the one-time link by which a person sets their password."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from dlp.errors import DlpError, KeysError, UsageError
from dlp.language import Say
from dlp.office.entry import WHO_MAKES_LINKS
from dlp.office.password_rules import PasswordOld
from web import auth
from web.here import knocks, office, visitor
from web.knocks import Try

pages = Blueprint("entry", __name__)
NOT_THE_SAME = Say("the two passwords are not the same", "两次输入的密码不一致")
DEAD = Say("this one-time link was used, replaced or has expired", "该一次性链接已使用、被替换或已过期")
ENDED = {
    "seen": Say("Your session has ended. Sign in to go on.", "会话已结束，请重新登录。"),
    "undone": Say(
        "Your session had ended: nothing of what you sent was done. Sign in, and repeat it on the page that follows.",
        "会话已结束，您提交的操作未执行。请重新登录，并在随后的页面上重新操作。",
    ),
}
Shown = str | Answer | tuple[str, int]


@pages.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Shown:
    """The form, and the way in."""
    target = request.values.get("next", "")
    if request.method == "GET":
        return redirect(auth.here_only(target), 303) if visitor() else _form(target)
    name, address = request.form.get("name", ""), request.remote_addr or ""
    with knocks().knock(address) as tried:
        try:
            signed = office().sessions.sign_in(name, request.form.get("password", ""), address)
        except KeysError as error:
            tried.right = isinstance(error, PasswordOld)
            return _form(target, name, error), 403
        tried.right = True
        return auth.let_in(signed, target)


def _form(target: str, name: str = "", error: DlpError | None = None) -> str:
    ended = ENDED.get(request.values.get("ended", "")) if error is None else None
    return render_template("sign_in.html", next=target, name=name, error=error, ended=ended)


@pages.post("/sign-out")
def sign_out() -> Shown:
    """End the session."""
    return auth.let_out(redirect(url_for("entry.sign_in"), 303))


@pages.route("/link/<token>", methods=["GET", "POST"])
def link(token: str) -> Shown:
    """Set a password once, and be signed in with it."""
    if request.method == "POST":
        with knocks().knock(request.remote_addr or "") as tried:
            return _redeemed(token, tried)
    account = office().accounts.peek(token)
    if account is None:
        return _dead()
    return render_template("link.html", person=account, token=token, error=None)


def _dead() -> tuple[str, int]:
    return render_template("error.html", code=410, message=DEAD, hint=WHO_MAKES_LINKS), 410


def _redeemed(token: str, tried: Try) -> Shown:
    account = office().accounts.peek(token)
    if account is None:
        return _dead()
    tried.right = True  # who has a living link guesses nothing, however weak the password is that they choose
    password = request.form.get("password", "")
    try:
        if password != request.form.get("again", ""):
            raise UsageError(NOT_THE_SAME)
        office().accounts.redeem(token, password)
    except UsageError as error:
        return render_template("link.html", person=account, token=token, error=error), 400
    signed = office().sessions.sign_in(account.name, password, request.remote_addr or "")
    return auth.let_in(signed, url_for("home.page"))
