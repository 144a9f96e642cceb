"""How the agent is, as ``dlp status`` shows it: what waits, what is stuck and why, how each folder is watched."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from dlp.custody import send as sends
from dlp.failures import TABLE, Failure
from dlp.journal import Journal, rests
from dlp.journal.rests import Rest
from dlp.naming import as_text
from dlp.received import ledger

if TYPE_CHECKING:
    from dlp.agent.agent import Agent

MOST_SHOWN = 50
"""Stuck Sends and failed received files that are listed; the rest are counted."""


def status(agent: Agent) -> dict[str, Any]:
    """The answer to the request ``status``."""
    force, journal = agent.force, agent.desk.journal
    problem = agent.editions.problem or force.problem
    failed = list(ledger.failed(journal))
    return {
        "up_seconds": round(time.monotonic() - agent.started),
        "pid": os.getpid(),
        "office": agent.courier.state.value,
        "reports_waiting": journal.waiting(),
        "policy": force.policy.digest,
        "rules": force.rules,
        "edition": force.edition,
        "problem_en": problem.en if problem else "",
        "problem_zh": problem.zh if problem else "",
        "judging": agent.lanes.waiting,
        "held_up": agent.lookout.held_up,
        "unfinished": agent.lookout.unfinished,
        "stuck": [_stuck(agent, send, failure) for send, failure in list(agent.lanes.problems.items())[:MOST_SHOWN]],
        "not_taken": [
            _not_taken(path, failure) for path, failure in list(agent.lanes.left.problems().items())[:MOST_SHOWN]
        ],
        "folders": _folders(agent),
        "stores": [
            {"path": as_text(store.root), "account": as_text(store.account), "layout": store.layout.value}
            for store in agent.receiver.watched
        ],
        "rests_waiting": len(waiting := rests.waiting(journal)),
        "rest_looked_at": agent.afterwards.looking,
        "rests": [_rest(journal, one) for one in waiting[:MOST_SHOWN]],
        "received_failed": len(failed),
        "received_retry": [
            {"path": as_text(one.path), "tries": one.tries, "problem": one.problem, "at": one.at}
            for one in failed[:MOST_SHOWN]
        ],
    }


def _not_taken(path: str, failure: Failure) -> dict[str, str]:
    title = TABLE[failure].title
    return {"path": as_text(path), "failure": failure.value, "why_en": title.en, "why_zh": title.zh}


def _folders(agent: Agent) -> list[dict[str, str]]:
    """Each folder that is looked at, and how; one that could not be used last time is that, however it is watched."""
    found = {
        str(path): health.value
        for hints in (agent.lookout.hints, agent.receiver.hints)
        for path, health in hints.health.items()
    }
    found |= dict.fromkeys(agent.lookout.unusable, "unusable")
    return [{"path": as_text(path), "health": health} for path, health in found.items()]


def _rest(journal: Journal, one: Rest) -> dict[str, Any]:
    found = sends.transfer_with(journal, one.transfer)
    number, name = (found.number, as_text(found.name)) if found else ("", "")
    return {"number": number, "name": name, "at": one.at, "tries": one.tries}


def with_problems(agent: Agent, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What ``where`` found, and why that which is in work does not go on."""
    stuck = {row["number"]: row for row in (_stuck(agent, *one) for one in list(agent.lanes.problems.items()))}
    return [one | {"stuck": stuck.get(one["number"])} for one in found]


def _stuck(agent: Agent, send: str, failure: Any) -> dict[str, Any]:  # noqa: ANN401 - a Failure
    row, found = TABLE[failure], sends.get(agent.desk.journal, send)
    return {
        "number": found.number,
        "name": as_text(found.name),
        "failure": failure.value,
        "why_en": row.title.en,
        "why_zh": row.title.zh,
        "file_en": row.file.en,
        "file_zh": row.file.zh,
    }
