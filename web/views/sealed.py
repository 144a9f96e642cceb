"""Sealed files: which there are, who opened them, revoking them, and opening one in the browser."""

from __future__ import annotations

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from dlp.errors import UsageError
from dlp.language import Say
from dlp.office import Refused
from web.here import account, office
from web.looks import say
from web.ticked import ticked
from web.views.link import released, text

pages = Blueprint("sealed", __name__)
REVOKED = Say("nobody gets this file's key any more", "此后任何人都无法再取得该文件的密钥")


@pages.get("/sealed/")
def page() -> str:
    """The sealed files that the visitor sealed, gets through a group, or oversees."""
    text = request.args.get("text", "")
    found = office().sealed_files.page(account(), request.args.get("after", ""), text=text)
    return render_template("sealed.html", found=found, asked={"text": text})


@pages.get("/sealed/<sealed_id>")
def one(sealed_id: str) -> str:
    """One sealed file, with its openings for the sender and the officer."""
    found = office().sealed_files.show(account(), sealed_id)
    try:
        openings = office().sealed_files.openings(account(), sealed_id)
    except Refused:
        openings = None
    deeds = office().sealed_files.deeds(account(), sealed_id)
    return render_template("sealed_one.html", sealed=found, openings=openings, deeds=deeds)


@pages.post("/sealed/<sealed_id>/revoke")
def revoke(sealed_id: str) -> Answer:
    """No key from the next opening on; with a reason, and confirmed, for nothing brings it back."""
    ticked()
    office().sealed_files.revoke(account(), sealed_id, request.form.get("reason", ""))
    flash(say(REVOKED))
    return redirect(url_for("sealed.one", sealed_id=sealed_id), 303)


@pages.get("/open")
def open_page() -> str:
    """Choose a sealed file on this device and open it here."""
    return render_template("open.html")


@pages.post("/open/release")
def release() -> Response:
    """The key of one file for the script of the opening page; the file itself never comes here.

    428 asks for the password again, which then comes with the next request.
    """
    body = request.get_json()
    if not isinstance(body, dict):
        raise UsageError(Say("expected a JSON object", "应为 JSON 对象"))
    if password := text(body, "password", ""):
        office().accounts.check(account().name, password, request.remote_addr or "")
        office().opening.proved(account())
    return jsonify(released(account(), body))
