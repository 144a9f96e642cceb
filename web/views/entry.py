"""Signing in and out, and the one-time link by which a person sets their password."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from dlp.errors import DlpError, KeysError, UsageError
from dlp.language import Say
from web import auth
from web.here import office, visitor

pages = Blueprint("entry", __name__)
NOT_THE_SAME = Say("the two passwords are not the same", "两次输入的密码不一致")
DEAD = Say("this one-time link was used, replaced or has expired", "该一次性链接已使用、被替换或已过期")
DEAD_HINT = Say("ask the system administrator for a new one", "请向系统管理员申请新的链接")
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
    name = request.form.get("name", "")
    try:
        signed = office().sessions.sign_in(name, request.form.get("password", ""), request.remote_addr or "")
    except KeysError as error:
        return _form(target, name, error), 403
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
    account = office().accounts.peek(token)
    if account is None:
        return render_template("error.html", code=410, message=DEAD, hint=DEAD_HINT), 410
    if request.method == "GET":
        return render_template("link.html", person=account, token=token, error=None)
    password = request.form.get("password", "")
    try:
        if password != request.form.get("again", ""):
            raise UsageError(NOT_THE_SAME)
        office().accounts.redeem(token, password)
    except UsageError as error:
        return render_template("link.html", person=account, token=token, error=error), 400
    signed = office().sessions.sign_in(account.name, password, request.remote_addr or "")
    return auth.let_in(signed, url_for("home.page"))
