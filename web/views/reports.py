"""What happened, as charts, tables and a page to print; and how each clause of the regulations is answered."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, render_template, request, url_for

from dlp.errors import UsageError
from dlp.language import Say
from dlp.model import Action, Direction
from web.here import account, office, profile
from web.looks import day_of, say, zone
from web.words import word

pages = Blueprint("reports", __name__)
SPANS = (1, 7, 30, 90, 365)
LINKS: dict[str, tuple[str, dict[str, Any]]] = {
    "verdicts": ("transfers.page", {}),
    "blocks": ("transfers.page", {"action": Action.BLOCK.value}),
    "received": ("transfers.page", {"direction": Direction.RECEIVED.value}),
    "sealed": ("sealed.page", {}),
    "records": ("records.page", {}),
    "incidents": ("incidents.queue", {"state": "all"}),
    "accounts": ("people.page", {}),
    "groups": ("groups.page", {}),
}
"""Where what was counted is listed, by the count: with the filter that lists those and no others."""


def _span() -> int:
    try:
        days = int(request.args.get("days", "30"))
    except ValueError as error:
        raise UsageError(Say("days: expected a number", "days 应为数字")) from error
    return days if days in SPANS else 30


@pages.get("/overview")
def page() -> str:
    """Charts and tables of a span."""
    found = office().figures(account(), _span(), zone=zone())
    names = [action.value for action in Action]
    series = [[day.get(name, 0) for _, day in found.days] for name in names]
    chart = {
        "days": [day for day, _ in found.days],
        "series": series,
        "names": [say(word("action", name)) for name in names],
    }
    told = {"days": _span(), "spans": SPANS, "used": office().editions.forces(account())}
    return render_template("overview.html", found=found, chart=json.dumps(chart, ensure_ascii=False), **told)


@pages.get("/overview/report")
def report() -> str:
    """The inspection report of one month, by department, to print."""
    month = request.args.get("month", "") or str(day_of(office().ground.now()))[:7]
    try:
        year, number = (int(part) for part in month.split("-"))
        following = f"{year + number // 12:04d}-{number % 12 + 1:02d}-01"
        from datetime import date

        days = (date.fromisoformat(following) - date(year, number, 1)).days
    except ValueError as error:
        raise UsageError(Say("expected a month such as 2027-01", "月份格式应为 2027-01")) from error
    found = office().figures(account(), days, following, zone())
    rows = office().careers.ledger(account()) if _reads_ledger() else ()
    ledger = [one for one in rows if str(day_of(one.at))[:7] == month]
    chosen = office().settings.show()
    return render_template("report.html", found=found, month=month, ledger_rows=ledger, chosen=chosen)


def _reads_ledger() -> bool:
    from web.looks import may

    return may("decide", "read_events")


@pages.get("/compliance")
def compliance() -> str:
    """Every clause with its state here and the evidence."""
    rows = office().compliance(account(), profile())
    return render_template("compliance.html", rows=rows, link=_evidence_link, profile=profile())


def _evidence_link(evidence: str, event: str) -> str:
    from web.doors import may_enter

    endpoint, asked = ("audit.page", {"kind": event}) if event else LINKS.get(evidence, ("", {}))
    return url_for(endpoint, **asked) if endpoint and may_enter(endpoint, account().roles) else ""
