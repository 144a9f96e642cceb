"""The first page after signing in: what there is to do for this person; and the way from the first start on."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from dlp.errors import DlpError, UsageError
from dlp.language import Say
from dlp.office import Account, Conflict
from dlp.office.steps import Step
from web.here import account, office, profile, settings, work_accounts
from web.looks import say, zone
from web.views.people import DONE, level

pages = Blueprint("home", __name__)
# Invented people; the numbers have right check digits, so that the shipped policies seal the file.
PROFILES = ("standard", "strict")
TEST_NAME = Say("test file.csv", "测试文件.csv")
TEST_FILE = """姓名,身份证号,手机号
测试甲,11010519491231002X,13800138000
测试乙,440524188001010014,13900139000
测试丙,11010119900307871X,13700137000
"""


def _steps() -> tuple[Step, ...]:
    return office().steps(account(), settings().profile, settings().accounts)


@pages.get("/")
def page() -> str:
    """A few counts of what this person may see, and the way to each."""
    return render_template("home.html", overview=office().overview(account(), zone()), steps=_steps())


@pages.get("/first-steps/")
def guide() -> str:
    """Step by step; the next one is open, with what to do and whose turn it is."""
    return _guide()


def _guide(error: DlpError | None = None) -> str:
    given = request.form if request.method == "POST" else {}
    now = {"profile": profile(), "accounts": work_accounts(), "decided": bool(office().editions.newest())}
    return render_template(
        "guide.html", steps=_steps(), settings=settings(), error=error, given=given, test_name=TEST_NAME, **now
    )


@pages.post("/first-steps/<what>")
def take_step(what: str) -> Answer | tuple[str, int]:
    """Do one step right here; what is missing is said at the step."""
    try:
        if what == "profile":
            _profile(request.form.get("profile", ""))
        elif what == "notice":
            names = request.form.get("accounts", "").replace("，", " ").replace("、", " ").replace(",", " ").split()
            office().settings.choose_accounts(account(), tuple(names), told=bool(request.form.get("told")))
        elif what == "group":
            _first_group()
        else:
            raise UsageError(Say("that is no step", "没有此步骤"))
    except (UsageError, Conflict) as error:
        return _guide(error), 400
    flash(say(DONE))
    return redirect(url_for("home.guide"), 303)


def _profile(chosen: str) -> None:
    """Choose it, unless it was decided before and is the same."""
    if chosen not in PROFILES:
        raise UsageError(Say("choose one of the two", "请选择其中一种方案"))
    if chosen == profile() and office().editions.newest():
        office().settings.confirm_profile(account(), chosen)
    else:
        office().policies.choose_profile(account(), chosen)


def _first_group() -> None:
    """The group and its readers; every name is looked up before anything is made."""
    form = request.form
    owner = _person(form.get("owner", ""))
    readers = [
        _person(name)
        for name in form.get("readers", "").replace("，", ",").replace("、", ",").split(",")
        if name.strip()
    ]
    if not [one for one in readers if one.id != owner.id]:
        raise UsageError(Say("name at least one reader besides the owner", "除负责人外至少填写一名接收人"))
    made = office().groups.create(account(), form.get("name", ""), form.get("purpose", ""), owner.id, level("highest"))
    for reader in readers:
        office().groups.add(account(), made.id, reader.id)


def _person(name: str) -> Account:
    found = office().accounts.by_name(name.strip())
    if found is None:
        raise UsageError(Say("there is no account called {name}", "没有名为 {name} 的账户").format(name=name.strip()))
    return found


@pages.get("/first-steps/test-file")
def test_file() -> Response:
    """Three invented people, as a file to send."""
    answer = Response("\ufeff" + TEST_FILE, mimetype="text/csv")
    answer.headers["Content-Disposition"] = "attachment; filename=test-file.csv"
    return answer
