"""Policies and rules: reading what is in force, trying a file or a text, drafting, activating by two people."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from dlp.errors import DlpError, UsageError
from dlp.language import Say
from dlp.office.differences import between
from web.here import account, language, office
from web.looks import say
from web.trial import Trial
from web.views.people import DONE

pages = Blueprint("policy", __name__, url_prefix="/policy")
LARGEST_TEXT = 200_000
NOWHERE = Say("this console cannot try files: it was started without a home", "本控制台未关联主目录，无法检测文件")


def trial() -> Trial:
    """Where files are tried."""
    found = cast("Trial | None", current_app.extensions["trial"])
    if found is None:
        raise UsageError(NOWHERE)
    return found


def _shown(**more: Any) -> str:  # noqa: ANN401 - what a template is given
    try:
        force: str | DlpError = trial().shown(language())
    except DlpError as error:
        force = error
    versions, used = office().policies.all(account()), office().policies.used(account())
    shown = {"force": force, "versions": versions, "used": used, "text_in_force": _in_force()}
    return render_template("policy.html", **shown, **{"verdict": None, "error": None, **more})


def _in_force() -> str:
    """The text in force here; nothing where it cannot be read, which the page says at its place."""
    try:
        return trial().text(language())
    except DlpError:
        return ""


@pages.get("/")
def page() -> str:
    """What is in force, and the versions."""
    return _shown()


@pages.get("/rules")
def rules() -> str:
    """The packs and rules in force here, and how each did; reading only: a pack is a file of its own."""
    health, problem, rows = office().health(account()), None, list[dict[str, Any]]()
    try:
        rows = trial().rules(language())
    except DlpError as error:
        problem = error
    packs: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        packs.setdefault(row["pack"], []).append(row)
    digest = rows[0]["digest"] if rows else ""
    used = office().policies.used(account())
    return render_template("rules.html", packs=packs, error=problem, health=health, digest=digest, used=used)


@pages.get("/<version_id>")
def one(version_id: str) -> str:
    """One version: what it would change, or whether it is what is in force, and its text."""
    version, now = office().policies.show(account(), version_id), _in_force()
    parts = between(now, version.text) if now else None
    return render_template("policy_one.html", version=version, parts=parts)


@pages.post("/try")
def attempt() -> str | tuple[str, int]:
    """Judge a file or a text by the policy in force or by a version."""
    office().policies.all(account())  # the right is judged there
    upload, text = request.files.get("file"), request.form.get("text", "")
    name, content = "text.txt", text[:LARGEST_TEXT].encode()
    if upload and upload.filename:
        name, content = upload.filename, upload.stream.read()
    version = request.form.get("version", "")
    try:
        if not content:
            raise UsageError(Say("choose a file or write a text", "请选择文件或输入文本"))
        policy = office().policies.show(account(), version).text if version else ""
        verdict = trial().inspect(name, content, policy, language())
    except UsageError as error:
        return _shown(error=error, text=text), 400
    return _shown(verdict=verdict, text=text, version=version)


@pages.post("/draft")
def draft() -> str | Answer | tuple[str, int]:
    """Keep a new version, once its own examples agree with it."""
    text, note = request.form.get("policy", ""), request.form.get("note", "")
    try:
        if text.strip():
            trial().test_policy(text, language())
        made = office().policies.draft(account(), text, note)
    except UsageError as error:
        return _shown(error=error, draft=text, note=note), 400
    return redirect(url_for("policy.one", version_id=made.id), 303)


@pages.post("/<version_id>/ask")
def ask(version_id: str) -> Answer:
    """Ask that it becomes active."""
    office().policies.ask(account(), version_id)
    flash(say(DONE))
    return redirect(url_for("policy.one", version_id=version_id), 303)


@pages.post("/<version_id>/confirm")
def confirm(version_id: str) -> Answer:
    """Make it active, as the second of two; its examples run once more, by the rules of now."""
    version = office().policies.show(account(), version_id)
    trial().test_policy(version.text, language())
    office().policies.confirm(account(), version_id, trial().publish)
    flash(say(DONE))
    return redirect(url_for("policy.one", version_id=version_id), 303)
