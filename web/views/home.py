"""The first page after signing in: what there is to do for this person."""

from __future__ import annotations

from flask import Blueprint, render_template

from web.here import account, office

pages = Blueprint("home", __name__)


@pages.get("/")
def page() -> str:
    """A few counts of what this person may see, and the way to each."""
    return render_template("home.html", overview=office().overview(account()), steps=office().steps(account()))
