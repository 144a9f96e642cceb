"""Groups and machines."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from dlp.errors import UsageError
from dlp.language import Say
from dlp.office import Account
from dlp.office.machines import MACHINE, Enrolled
from dlp.office.refusals import not_there
from web.here import account, office
from web.looks import may, say
from web.ticked import ticked
from web.views.people import DONE, level

pages = Blueprint("groups", __name__)
REVOKE = Say("Revoke the machine {name} ({letter})?", "确定撤销终端 {name}（{letter}）？")
REVOKE_MEANS = (
    Say(
        "Its token opens nothing any more, at once: it reports nothing, and hears of no new keys, groups and policy. "
        "It goes on judging and sealing with what it has.",
        "其令牌立即失效：不再上报，也收不到新的密钥、群组和策略，仅按现有内容继续检查和加密。",
    ),
    Say(
        "Do it for a machine that is lost or given away. It can be let back in later, with a new token typed there.",
        "适用于终端丢失或转交他人。之后可凭新令牌在该终端上恢复。",
    ),
)
REVOKE_BUTTON = Say("Revoke", "撤销")


def _person(name: str) -> Account:
    found = office().accounts.by_name(name)
    if found is None:
        raise UsageError(Say("there is no account of that name", "没有该名称的账户"))
    return found


@pages.route("/groups/", methods=["GET", "POST"])
def page() -> str | Answer:
    """The groups that one keeps or is in; and a new one."""
    if request.method == "POST":
        form = request.form
        owner = _person(form.get("owner", ""))
        made = office().groups.create(
            account(), form.get("name", ""), form.get("purpose", ""), owner.id, level("highest")
        )
        return redirect(url_for("groups.one", group_id=made.id), 303)
    return render_template("groups.html", rows=office().groups.all(account()))


@pages.get("/groups/<group_id>")
def one(group_id: str) -> str:
    """One group with its people."""
    group = office().groups.show(account(), group_id)
    keeps = may("keep_groups") or (may("decide_group") and group.owner == account().name)
    return render_template("group.html", group=group, keeps=keeps)


@pages.post("/groups/<group_id>/<what>")
def change(group_id: str, what: str) -> Answer:
    """Take somebody in or out, change what it is for, or close it."""
    groups, form, by = office().groups, request.form, account()
    if what == "add":
        groups.add(by, group_id, _person(form.get("name", "")).id)
    elif what == "remove":
        groups.remove(by, group_id, _person(form.get("name", "")).id)
    elif what == "describe":
        groups.describe(by, group_id, form.get("purpose", ""), level("highest"))
    elif what == "close":
        ticked()
        groups.close(by, group_id, form.get("reason", ""))
    else:
        raise UsageError(Say("that cannot be changed", "不支持该操作"))
    flash(say(DONE))
    return redirect(url_for("groups.one", group_id=group_id), 303)


@pages.route("/machines/", methods=["GET", "POST"])
def machines() -> str:
    """The enrolled workstations; the token of a new one is shown once, on the page that answers."""
    return _machines(
        office().machines.enrol(request.form.get("name", ""), account()) if request.method == "POST" else None
    )


def _machines(enrolled: Enrolled | None, *, again: bool = False) -> str:
    rows, used = office().machines.all(account()), office().editions.forces(account())
    own = office().machines.own()
    return render_template("machines.html", rows=rows, own=own, enrolled=enrolled, back_in=again, used=used)


@pages.get("/machines/<machine_id>/revoke")
def sure(machine_id: str) -> str:
    """What revoking means, before it is done."""
    machine = next((one for one in office().machines.all(account()) if one.id == machine_id), None)
    if machine is None:
        raise not_there(MACHINE)
    return render_template(
        "sure.html",
        question=REVOKE.format(name=machine.name, letter=machine.letter),
        means=REVOKE_MEANS,
        button=REVOKE_BUTTON,
        action=url_for("groups.revoke", machine_id=machine_id),
        back=url_for("groups.machines"),
    )


@pages.post("/machines/<machine_id>/back")
def let_back_in(machine_id: str) -> str:
    """A revoked machine gets a new token, shown once."""
    return _machines(office().machines.let_back_in(account(), machine_id), again=True)


@pages.post("/machines/<machine_id>/revoke")
def revoke(machine_id: str) -> Answer:
    """Its token opens nothing any more."""
    office().machines.revoke(account(), machine_id)
    flash(say(DONE))
    return redirect(url_for("groups.machines"), 303)
