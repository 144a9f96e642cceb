"""The archive of received files."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from web.here import account, office
from web.looks import may

pages = Blueprint("records", __name__, url_prefix="/archive")


@pages.get("/")
def page() -> str:
    """The records up to the visitor's clearance, newest first."""
    text = request.args.get("text", "")
    found = office().records.page(account(), request.args.get("after", ""), text=text)
    return render_template("records.html", found=found, asked={"text": text})


@pages.get("/<record_id>")
def one(record_id: str) -> str:
    """One record."""
    record = office().records.show(account(), record_id)
    overseen = may("revoke_files")
    openings = office().records.openings(account(), record.id) if overseen else None
    deeds = office().records.deeds(account(), record.id) if overseen else ()
    return render_template("record.html", record=record, openings=openings, deeds=deeds)


@pages.post("/<record_id>/hold")
def hold(record_id: str) -> Answer:
    """Keep it beyond its date, or end that."""
    form = request.form
    office().records.hold(account(), record_id, form.get("held") == "1", form.get("reason", ""))
    return redirect(url_for("records.one", record_id=record_id), 303)
