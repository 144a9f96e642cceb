"""Policies and rules: reading what is in force, trying a file or a text, drafting, activating by two people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from dlp.errors import DlpError, UsageError
from dlp.language import Say
from dlp.office.differences import between
from dlp.office.policies import Version
from web.here import account, language, office
from web.looks import say
from web.ticked import ticked
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
    force, broken = list[dict[str, Any]](), None
    try:
        force = trial().shown(language())
    except DlpError as error:
        broken = error
    versions, used = office().policies.all(account()), office().editions.forces(account())
    shown: dict[str, Any] = {
        "force": force,
        "broken": broken,
        "versions": versions,
        "used": used,
        "edition": office().editions.newest(),
    }
    shown |= {"text_in_force": _in_force(versions), "verdict": None, "error": None}
    return render_template("policy.html", **{**shown, **more})


def _in_force(versions: Iterable[Version]) -> str:
    """The policy that was decided, else the text in force here; nothing where it cannot be read."""
    if active := next((one for one in versions if one.state == "active" and not one.name), None):
        return active.text
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
    used = office().editions.forces(account())
    return render_template("rules.html", packs=packs, error=problem, health=health, digest=digest, used=used)


@pages.get("/<version_id>")
def one(version_id: str) -> str:
    """One version: what it would change, or which machines have it, and its text."""
    versions = office().policies.all(account())
    version = office().policies.show(account(), version_id)
    told = {"version": version, "deeds": office().policies.deeds(account(), version_id)}
    if version.state == "active":
        return render_template("policy_one.html", **told, used=office().editions.forces(account()), parts=())
    if version.name:
        now = next((one.text for one in versions if one.state == "active" and one.name == version.name), "")
        return render_template("policy_one.html", **told, parts=between(now, version.text))
    now = _in_force(versions)
    return render_template("policy_one.html", **told, parts=between(now, version.text) if now else None)


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
    text, note, name = (request.form.get(field, "") for field in ("policy", "note", "name"))
    try:
        made = office().policies.draft(account(), text, note, name, _tested)
    except UsageError as error:
        return _shown(error=error, draft=text, note=note, name=name), 400
    return redirect(url_for("policy.one", version_id=made.id), 303)


def _tested(name: str, text: str) -> None:
    """Run the examples of a policy or a pack by the rules of now; UsageError says what disagrees."""
    if text.strip() and name:
        trial().test_pack(name, text, language())
    elif text.strip():
        trial().test_policy(text, language())


@pages.post("/<version_id>/ask")
def ask(version_id: str) -> Answer:
    """Ask that it becomes active."""
    office().policies.ask(account(), version_id)
    flash(say(DONE))
    return redirect(url_for("policy.one", version_id=version_id), 303)


@pages.post("/<version_id>/withdraw")
def withdraw(version_id: str) -> Answer:
    """Take one's own asking back."""
    office().policies.withdraw(account(), version_id)
    flash(say(DONE))
    return redirect(url_for("policy.one", version_id=version_id), 303)


@pages.post("/<version_id>/decline")
def decline(version_id: str) -> Answer:
    """Say no to what another asks for, with a reason."""
    office().policies.decline(account(), version_id, request.form.get("reason", ""))
    flash(say(DONE))
    return redirect(url_for("policy.one", version_id=version_id), 303)


@pages.post("/<version_id>/discard")
def discard(version_id: str) -> Answer:
    """Throw a draft away."""
    ticked()
    office().policies.discard(account(), version_id)
    flash(say(DONE))
    return redirect(url_for("policy.page"), 303)


@pages.post("/<version_id>/confirm")
def confirm(version_id: str) -> Answer:
    """Make it active, as the second of two; its examples run once more, by the rules of now."""
    version = office().policies.show(account(), version_id)
    _tested(version.name, version.text)
    office().policies.confirm(account(), version_id)
    flash(say(DONE))
    return redirect(url_for("policy.one", version_id=version_id), 303)
