"""What the organisation chose for its office; each change is an event with a reason."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from dlp.errors import UsageError
from dlp.language import Say
from web.here import account, office, profile
from web.looks import say
from web.views.people import DONE

pages = Blueprint("settings", __name__)


@pages.route("/settings/", methods=["GET", "POST"])
def page() -> str | Answer:
    """The choices, and changing them."""
    if request.method == "POST":
        hours, name, reason = (request.form.get(field, "") for field in ("hours", "organisation", "reason"))
        if name:
            office().settings.rename(account(), name, reason)
        elif hours.isdecimal():
            office().settings.allow_alone(account(), int(hours), reason)
        else:
            raise UsageError(Say("expected hours", "请填写小时数"))
        flash(say(DONE))
        return redirect(url_for("settings.page"), 303)
    found = office().settings
    more = {"deeds": found.deeds(account()), "deciding": found.deciding()}
    return render_template("settings.html", chosen=found.show(), profile=profile(), **more)
