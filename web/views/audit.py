"""The auditor's page: the chain of events, whether it is whole, checkpoints to keep elsewhere, and the export."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request

from dlp.errors import UsageError
from dlp.language import Say
from dlp.office import Checkpoint, EventFilter
from dlp.office.days import begins
from web.event_words import EVENTS
from web.here import account, office
from web.looks import zone
from web.particulars import subject_of

pages = Blueprint("audit", __name__, url_prefix="/audit")
FIELDS = ("kind", "actor", "subject", "since", "until")
SIZE = 100


@pages.get("/")
def page() -> str:
    """Events, newest first, by the filter in the address."""
    return _shown()


def _shown(verdict: Say | None = None, good: bool = False) -> str:
    asked = {name: request.args.get(name, "").strip() for name in FIELDS}
    before = request.args.get("before", "0")
    wanted = EventFilter(
        asked["kind"],
        asked["actor"],
        subject_of(asked["subject"]) or asked["subject"],
        begins(_day(asked["since"]), zone()) if asked["since"] else "",
        begins(_day(asked["until"]) + timedelta(days=1), zone()) if asked["until"] else "",
    )
    rows = office().audit.events(account(), wanted, int(before) if before.isdecimal() else 0, SIZE)
    following = str(rows[-1].sequence) if len(rows) == SIZE else ""
    kinds = sorted({kind.partition(".")[0] + "." for kind in EVENTS}) + sorted(EVENTS)
    told: dict[str, Any] = {"verdict": verdict, "good": good, "machines": office().audit.machines(account())}
    told["called"] = office().audit.called(account(), rows)
    return render_template("audit.html", rows=rows, asked=asked, kinds=kinds, following=following, **told)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(Say("expected a day such as 2027-01-31", "日期格式应为 2027-01-31")) from error


@pages.post("/verify")
def verify() -> str:
    """Check every link of the chain; also against a checkpoint where one was given."""
    office().audit.events(account(), size=1)  # the right to read is judged there
    if upload := request.files.get("checkpoint"):
        raw = upload.stream.read(64 * 1024)
        if raw:
            try:
                checkpoint = Checkpoint.from_json(json.loads(raw))
            except ValueError as error:
                raise UsageError(Say("this is no checkpoint", "不是有效的检查点")) from error
            wrong = office().audit.compare(checkpoint)
            held = Say("the chain is whole and holds the checkpoint", "事件链完整，且与检查点一致")
            return _shown(wrong or held, wrong is None)
    broken = office().audit.verify()
    if broken is None:
        return _shown(Say("the chain is whole from its first event to its end", "事件链从首条到末尾完整无误"), True)
    return _shown(Say(f"the chain is broken at event {broken}", f"事件链在第 {broken} 条处断裂"))


@pages.post("/checkpoint")
def checkpoint() -> Response:
    """A signed checkpoint as a file to keep outside this machine."""
    made = office().audit.kept_elsewhere(account())
    answer = Response(json.dumps(made.to_json(), indent=1) + "\n", mimetype="application/json")
    answer.headers["Content-Disposition"] = f"attachment; filename=checkpoint-{made.sequence}.json"
    return answer


@pages.post("/export")
def export() -> Response:
    """Every event as JSON lines."""
    lines = office().audit.export(account())

    def told() -> Iterator[str]:
        for line in lines:
            yield json.dumps(line, ensure_ascii=False) + "\n"

    answer = Response(told(), mimetype="application/x-ndjson")
    answer.headers["Content-Disposition"] = "attachment; filename=events.jsonl"
    return answer
