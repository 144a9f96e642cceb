"""The review queue, one incident, and deciding it; what may be decided stands in the office's offers."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from dlp.errors import UsageError
from dlp.language import Say
from dlp.model import Choice
from dlp.office import IncidentFilter
from web.here import account, office
from web.looks import say

pages = Blueprint("incidents", __name__, url_prefix="/incidents")
ASKED = Say("asked; a second person must confirm", "已提交，须由第二人确认")
DECIDED = Say("decided", "已处理")
WITHDRAWN = Say("the incident is open again", "事件已恢复为待处理")


@pages.get("/")
def queue() -> str:
    """What waits, newest first."""
    asked = {"state": request.args.get("state", "waiting"), "level": request.args.get("level", "")}
    found = office().incidents.queue(account(), IncidentFilter(**asked), request.args.get("after", ""))
    return render_template("queue.html", found=found, asked=asked)


@pages.get("/<incident_id>")
def one(incident_id: str) -> str:
    """One incident with what may be done about it."""
    incident = office().incidents.show(account(), incident_id)
    return render_template("incident.html", incident=incident, offers=office().incidents.offers(account(), incident_id))


@pages.post("/<incident_id>/decide")
def decide(incident_id: str) -> Answer:
    """Ask, confirm or decide, as the option says."""
    try:
        choice = Choice(request.form.get("choice", ""))
    except ValueError as error:
        raise UsageError(Say("no choice was made", "未选择处理方式")) from error
    incident = office().incidents.decide(account(), incident_id, choice, request.form.get("reason", ""))
    flash(say(ASKED if incident.state == "asked" else DECIDED))
    return redirect(url_for("incidents.one", incident_id=incident_id), 303)


@pages.post("/<incident_id>/withdraw")
def withdraw(incident_id: str) -> Answer:
    """Take an asking back, or decline somebody else's."""
    office().incidents.withdraw(account(), incident_id, request.form.get("reason", ""))
    flash(say(WITHDRAWN))
    return redirect(url_for("incidents.one", incident_id=incident_id), 303)
