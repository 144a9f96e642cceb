"""The review queue and one incident; what may be done about it stands in the office's offers."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from dlp.office.desk import UNDO
from dlp.office.known import Look
from dlp.office.queue import Asked
from dlp.office.unmasking import barred
from web.here import account, in_part, office

pages = Blueprint("incidents", __name__, url_prefix="/incidents")
FIELDS = ("state", "level", "action", "direction", "person", "group", "assigned", "wished", "text")
KEPT = (*FIELDS, "after")


def asked() -> Asked:
    """The filter as it stands in the address."""
    given = {name: request.args.get(name, "").strip() for name in FIELDS}
    return Asked(**{**given, "state": given["state"] or "waiting"})


@pages.get("/")
def queue() -> str | Answer:
    """What waits, riskiest first; only the rows where a script asks for them."""
    found = listed()
    if not found["found"].rows and request.args.get("after"):  # the last of this page were decided
        return redirect(url_for("incidents.queue", **{**kept(), "after": None}), 303)
    return render_template("queue_rows.html" if in_part() else "queue.html", **found)


def kept() -> dict[str, Any]:
    """Filter and page of the queue as the address has them, for the addresses that lead back to it."""
    return {name: value for name, value in request.args.items() if name in KEPT and value}


def listed() -> dict[str, Any]:
    """What the queue shows."""
    wanted = asked()
    found = office().queue.page(account(), wanted, request.args.get("after", ""))
    mark = office().queue.mark(account())
    plain = {"error": None, "reason": "", "chosen": ()}
    return {"found": found, "asked": wanted, "mark": mark, "kept": kept(), **plain}


@pages.get("/live")
def live() -> tuple[str, int] | Answer:
    """Nothing while the queue is as the page knows it; else the way to its rows."""
    if office().queue.mark(account()) == request.args.get("mark"):
        return "", 204
    return redirect(url_for("incidents.queue", **kept()), 303)


@pages.get("/next")
def following() -> Answer:
    """The incident after this one in the queue, else the queue."""
    found = office().queue.next_after(account(), request.args.get("after", ""))
    target = url_for("incidents.one", incident_id=found) if found else url_for("incidents.queue")
    return redirect(target, 303)


@pages.get("/<incident_id>")
def one(incident_id: str) -> str:
    """One incident with all that is known and what may be done about it."""
    return render_template("incident.html", **looked(incident_id))


def looked(incident_id: str) -> dict[str, object]:
    """What the page of one incident shows."""
    look = office().desk.look(account(), incident_id)
    transfer = look.incident.transfer
    clear = {"clear": None, "unmask_error": None, "unmask_barred": barred(account(), transfer)}
    return {
        "look": look,
        "incident": look.incident,
        "transfer": transfer,
        "error": None,
        "reason": "",
        "said": "",
        "undo_left": _undo_left(look),
        **clear,
    }


def _undo_left(look: Look) -> int:
    """Seconds in which the decision can still be taken back."""
    if not look.undo or look.incident.decision is None:
        return 0
    end = datetime.fromisoformat(look.incident.decision.at) + UNDO
    return max(0, math.floor((end - office().ground.clock()).total_seconds()))
