"""The archive of received files."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from web.here import account, office

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
    return render_template("record.html", record=office().records.show(account(), record_id))
