"""Deciding incidents: alone, by two, several at once, and back again; every one of these is a form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time
from functools import wraps
from zoneinfo import ZoneInfo

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import get_timezone  # type: ignore[import-untyped]  # ships no types
from werkzeug.wrappers import Response as Answer

from dlp.errors import UsageError
from dlp.language import Say
from dlp.model import Choice
from dlp.office import Conflict, Refused
from dlp.office.desk import UNDO
from dlp.office.ground import moment
from dlp.office.incidents import Terms
from dlp.office.known import Look
from dlp.office.unmasking import beside
from web.errors import code_of
from web.here import account, office
from web.looks import say
from web.views.incidents import kept, listed, looked, pages

ASKED = Say("{number}: asked; a second person must confirm", "{number}：已提交，须由第二人确认")
DECIDED = Say("{number}: {choice}", "{number}：{choice}")
WITHDRAWN = Say("the incident is open again", "事件已恢复为待处理")
UNDONE = Say("taken back; the incident is open again", "已撤销，事件恢复为待处理")
SAID = Say("written down", "已记录")
BACK = Say("your file comes back to you; it is not sent", "文件将退还给您，不会发送")
ALL = Say("{done} decided", "已处理 {done} 件")
SEVERAL = Say(
    "{done} decided; {left} could not be: decided already, or not yours to decide that way",
    "已处理 {done} 件；{left} 件无法处理：已由他人处理，或您无权作此处理",
)
SENT = {
    "release": Say("the reviewers see your wish", "审核人员将看到您的申请"),
    "wrong": Say("thank you; it was written down", "感谢反馈，已记录"),
}
MOST_AT_ONCE = 200
Shown = Answer | tuple[str, int]


def _choice() -> Choice:
    try:
        return Choice(request.form.get("choice", ""))
    except ValueError as error:
        raise UsageError(Say("no choice was made", "未选择处理方式")) from error


def _terms() -> Terms:
    """What goes with the decision; a day means its end in the reviewer's zone."""
    until = ""
    if day := request.form.get("opens_until", ""):
        try:
            date = datetime.strptime(day, "%Y-%m-%d").date()
        except ValueError as error:
            raise UsageError(Say("the day is none", "日期格式无效")) from error
        end = datetime.combine(date, time(23, 59, 59), ZoneInfo(str(get_timezone())))
        if end < datetime.now(UTC):
            raise UsageError(Say("the day has passed", "日期已过"))
        until = moment(end)
    return Terms(request.form.get("rule", ""), until, UNDO)


def _on_its_page(view: Callable[[str], Answer]) -> Callable[[str], Shown]:
    """What is missing, or was decided meanwhile and by whom, is said on the page of the incident itself."""

    @wraps(view)
    def shown(incident_id: str) -> Shown:
        try:
            return view(incident_id)
        except (UsageError, Conflict, Refused) as error:
            told = {"error": error, "reason": request.form.get("reason", ""), "said": request.form.get("text", "")}
            return render_template("incident.html", **{**looked(incident_id), **told}), code_of(error)

    return shown


@pages.post("/<incident_id>/decide")
@_on_its_page
def decide(incident_id: str) -> Answer:
    """Ask, confirm or decide, as the option says; then the next one."""
    choice = _choice()
    incident = office().incidents.decide(account(), incident_id, choice, request.form.get("reason", ""), _terms())
    from web.words import CHOICES

    said = ASKED if incident.state == "asked" else DECIDED
    undo = f"undo:{incident_id}" if incident.state == "decided" else "message"
    flash(say(said, number=incident.transfer.number, choice=CHOICES[choice]), undo)
    if request.form.get("onward"):
        return redirect(url_for("incidents.following", after=incident_id), 303)
    return _to(incident_id)


@pages.post("/decide")
def decide_all() -> Shown:
    """The same for several, where nothing gets out by it; the filter of the queue stays."""
    ids, reason = request.form.getlist("incident")[:MOST_AT_ONCE], request.form.get("reason", "")
    try:
        if not ids:
            raise UsageError(Say("nothing is chosen", "未选择任何事件"), Say("tick the rows first", "请先勾选"))
        done, left = office().desk.decide_all(account(), ids, _choice(), reason, _terms())
    except UsageError as error:
        return render_template("queue.html", **{**listed(), "error": error, "reason": reason, "chosen": ids}), 400
    flash(say(SEVERAL if left else ALL, done=done, left=left))
    return redirect(url_for("incidents.queue", **kept()), 303)


@pages.post("/<incident_id>/undo")
@_on_its_page
def undo(incident_id: str) -> Answer:
    """Within ten seconds, as if it had not been."""
    office().desk.undo(account(), incident_id)
    flash(say(UNDONE))
    return _to(incident_id)


@pages.post("/<incident_id>/withdraw")
@_on_its_page
def withdraw(incident_id: str) -> Answer:
    """Take an asking back, or decline somebody else's."""
    office().incidents.withdraw(account(), incident_id, request.form.get("reason", ""))
    flash(say(WITHDRAWN))
    return _to(incident_id)


@pages.post("/<incident_id>/unmask")
def unmask(incident_id: str) -> str | tuple[str, int]:
    """What was found, in clear, on this one page; asked anew, with its event, whenever the page is asked for anew."""
    reason = request.form.get("unmask_reason", "")
    try:
        excerpts = office().unmasking.show(account(), incident_id, reason)
    except (UsageError, Conflict) as error:
        code = 409 if isinstance(error, Conflict) else 400
        return render_template("incident.html", **{**looked(incident_id), "unmask_error": error}), code
    findings = office().incidents.show(account(), incident_id).transfer.findings
    return render_template("incident.html", **{**looked(incident_id), "clear": beside(findings, excerpts)})


@pages.post("/<incident_id>/assign")
@_on_its_page
def assign(incident_id: str) -> Answer:
    """Say who looks at it."""
    office().desk.assign(account(), incident_id, request.form.get("to", ""))
    return _to(incident_id)


@pages.post("/<incident_id>/remark")
@_on_its_page
def remark(incident_id: str) -> Answer:
    """A comment, or the sender's words."""
    kind = request.form.get("kind", "comment")
    office().desk.remark(account(), incident_id, kind, request.form.get("text", ""))
    flash(say(SENT.get(kind, SAID)))
    return _to(incident_id)


@pages.post("/<incident_id>/take-back")
@_on_its_page
def take_back(incident_id: str) -> Answer:
    """The owner gets their file back."""
    office().desk.take_back(account(), incident_id)
    flash(say(BACK))
    return _to(incident_id)


def _to(incident_id: str) -> Answer:
    return redirect(url_for("incidents.one", incident_id=incident_id), 303)


@pages.post("/<incident_id>/evidence")
def evidence(incident_id: str) -> Response:
    """The evidence bundle as a zip."""

    def page(look: Look) -> str:
        return render_template("evidence.html", look=look, incident=look.incident, transfer=look.incident.transfer)

    raw = office().evidence(account(), incident_id, page)
    answer = Response(raw, mimetype="application/zip")
    answer.headers["Content-Disposition"] = f"attachment; filename=evidence-{incident_id}.zip"
    return answer
