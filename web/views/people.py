"""People: the inventory, one person with roles and career, requests, and one's own account."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from classifiers.model import Level
from dlp.errors import UsageError
from dlp.language import Say
from dlp.office import Account, Role
from web import auth
from web.here import account, office
from web.looks import may, say
from web.ticked import ticked

pages = Blueprint("people", __name__)
DONE = Say("done", "已完成")
ASKED = Say("asked; an officer grants it", "已提交，等待审批")
CHANGED = Say("the password is changed; other sessions ended", "密码已修改，其他会话已退出")
CLOSE = Say("Close {name} for good?", "确定注销 {name}？")
CLOSE_MEANS = (
    Say(
        "The account is never opened again: nobody signs in with it, its sessions end, and its name stays taken.",
        "账户注销后无法恢复：不能再登录，其会话立即失效，账户名不得再用。",
    ),
    Say(
        "What it sent and opened stays on record. To keep somebody out for a while, disable the account instead.",
        "其收发和打开文件的记录仍会保留。如只需暂时停止使用，请改为停用。",
    ),
)
CLOSE_BUTTON = Say("Close for good", "注销")
NOT_THE_SAME = Say("the two passwords are not the same", "两次输入的密码不一致")


def level(name: str) -> Level:
    """A level as a form sends it; UsageError."""
    try:
        return Level.of(request.form.get(name, ""))
    except ValueError as error:
        raise UsageError(Say("expected a level", "请选择密级")) from error


@pages.get("/people/")
def page() -> str:
    """Every account; those of one state, or the dormant ones, by the address."""
    wanted = request.args.get("show", "")
    rows = office().careers.inventory(account())
    if wanted:
        rows = tuple(one for one in rows if (one.dormant if wanted == "dormant" else one.account.state == wanted))
    return render_template("people.html", rows=rows, show=wanted)


@pages.post("/people/")
def create() -> str:
    """A new account; its one-time link is shown once, on the page that answers."""
    form = request.form
    invited = office().accounts.create(account(), form.get("name", ""), form.get("title", ""), level("clearance"))
    return _link(invited.account, invited.token, invited.expires)


def _link(person: Account, token: str, expires: str) -> str:
    address = url_for("entry.link", token=token, _external=True, _scheme="https")
    return render_template("invited.html", person=person, address=address, expires=expires)


@pages.get("/people/<account_id>")
def one(account_id: str) -> str:
    """One person."""
    rows = office().careers.inventory(account())
    found = next((row for row in rows if row.account.id == account_id), None)
    if found is None:
        office().accounts.get(account_id)  # says that there is none
    ledger = office().careers.ledger(account(), account_id) if may("decide", "read_events") else ()
    return render_template("person.html", found=found, people=[row.account for row in rows], ledger_rows=ledger)


@pages.get("/people/<account_id>/close")
def sure(account_id: str) -> str:
    """What closing an account for good means, before it is done: nothing brings the account back."""
    person = office().accounts.get(account_id)
    return render_template(
        "sure.html",
        question=CLOSE.format(name=person.name),
        means=CLOSE_MEANS,
        button=CLOSE_BUTTON,
        action=url_for("people.change", account_id=account_id, what="close"),
        back=url_for("people.one", account_id=account_id),
    )


@pages.post("/people/<account_id>/<what>")
def change(account_id: str, what: str) -> Answer | str:
    """One change of one person; what may be changed by whom stands in the office."""
    accounts, careers, form, by = office().accounts, office().careers, request.form, account()
    if what == "invite":
        invited = accounts.invite(by, account_id)
        return _link(invited.account, invited.token, invited.expires)
    if what == "grant":
        roles = [Role(word) for word in form.getlist("role") if word in set(Role)]
        accounts.grant(by, account_id, roles, level("clearance"))
    elif what == "describe":
        careers.describe(by, account_id, form.get("title", ""), form.get("department", ""))
    elif what == "hand-over":
        ticked()
        careers.hand_over(by, account_id, form.get("to", ""), form.getlist("check"))
    elif what == "sanction":
        days = form.get("days", "") or "0"
        careers.sanction(
            by, account_id, form.get("grade", ""), form.get("basis", ""), int(days) if days.isdecimal() else -1
        )
    elif what in {"disable", "enable", "close"}:
        {"disable": accounts.disable, "enable": accounts.enable, "close": careers.close}[what](by, account_id)
    else:
        raise UsageError(Say("that cannot be changed", "不支持该操作"))
    flash(say(DONE))
    return redirect(url_for("people.one", account_id=account_id), 303)


@pages.route("/requests/", methods=["GET", "POST"])
def requests() -> str | Answer:
    """What was asked for: one's own, and what one may grant; and asking."""
    if request.method == "POST":
        form = request.form
        office().requests.make(account(), form.get("kind", ""), form.get("name", ""), form.get("purpose", ""))
        flash(say(ASKED))
        return redirect(url_for("people.requests"), 303)
    return render_template("requests.html", rows=office().requests.all(account()))


@pages.post("/requests/<request_id>")
def grant(request_id: str) -> Answer | str:
    """Grant or decline one."""
    choice = request.form.get("choice", "")
    if choice == "account":
        invited = office().requests.approve_account(account(), request_id, level("level"))
        return _link(invited.account, invited.token, invited.expires)
    if choice == "group":
        office().requests.approve_group(account(), request_id, level("level"))
    else:
        office().requests.decline(account(), request_id)
    flash(say(DONE))
    return redirect(url_for("people.requests"), 303)


@pages.get("/me")
def me() -> str:
    """One's own account."""
    return render_template("me.html", ledger_rows=office().careers.ledger(account(), account().id), error=None)


@pages.post("/me/password")
def password() -> Answer | tuple[str, int]:
    """Change one's own password; what is wrong is said on the same page."""
    form = request.form
    try:
        if form.get("new", "") != form.get("again", ""):
            raise UsageError(NOT_THE_SAME)
        token = request.cookies.get(auth.COOKIE, "")
        office().accounts.change_password(account(), form.get("old", ""), form.get("new", ""), token)
    except UsageError as error:
        ledger = office().careers.ledger(account(), account().id)
        return render_template("me.html", ledger_rows=ledger, error=error), 400
    flash(say(CHANGED))
    return redirect(url_for("people.me"), 303)


@pages.post("/me/compromised")
def compromised() -> Answer:
    """Somebody else may know the password: every session ends, this one too."""
    office().careers.compromised(account())
    return auth.let_out(redirect(url_for("entry.sign_in"), 303))
