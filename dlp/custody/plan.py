"""A step of custody as data: written into the journal before it begins, complete enough to be finished after a kill.

A step is intended (durable), then done on disk, then concluded (durable). After a kill the next start finds the intent
and finishes it: every move asks whether its source is still there, and the conclusion is a list of rows to write.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from dlp.clock import now
from dlp.journal import Journal
from dlp.model import State


class Step(StrEnum):
    """The kinds of step."""

    CLAIM = "claim"
    PLACE = "place"
    KEEP = "keep"
    RELEASE = "release"
    RETURN = "return"
    DECIDE = "decide"
    LOOKED = "looked"
    """Its pictures were looked at to their end after it was released, and nothing was found."""
    FOUND = "found"
    LEFT = "left"


class Place(StrEnum):
    """What the target of a move is for."""

    CLAIM = "claim"
    READY = "ready"
    ORIGINAL = "original"


@dataclass(frozen=True, slots=True)
class Move:
    """One rename; its target is a name that is free when it happens."""

    to: Place
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Note:
    """One event that the conclusion appends."""

    kind: str
    who: str
    subject: str
    body: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """All of one step."""

    step: Step
    state: State
    moves: tuple[Move, ...] = ()
    detail: str = ""
    receipt: str = ""
    """Path of the receipt to write; empty: none is written, and an earlier one goes."""
    page: str = ""
    """What the receipt says."""
    reports: tuple[tuple[str, dict[str, object]], ...] = ()
    notes: tuple[Note, ...] = ()
    sealed: dict[str, str] = field(default_factory=dict)
    """sha256 of each sealed copy made, with its transfer."""
    rulings: tuple[int, ...] = ()
    """Rulings that this step fulfils."""

    def target(self, to: Place) -> Path | None:
        """Where the move to this place ends."""
        return next((Path(move.target) for move in self.moves if move.to is to), None)

    def encode(self) -> str:
        """As JSON; names that are no UTF-8 travel as escaped surrogates."""
        raw = {
            "step": self.step.value,
            "state": self.state.value,
            "moves": [{"to": move.to.value, "source": move.source, "target": move.target} for move in self.moves],
            "detail": self.detail,
            "receipt": self.receipt,
            "page": self.page,
            "reports": self.reports,
            "notes": [
                {"kind": one.kind, "who": one.who, "subject": one.subject, "body": one.body} for one in self.notes
            ],
            "sealed": self.sealed,
            "rulings": self.rulings,
        }
        return json.dumps(raw, ensure_ascii=True)

    @classmethod
    def decode(cls, text: str) -> Plan:
        """From JSON of ``encode``."""
        raw = json.loads(text)
        return cls(
            Step(raw["step"]),
            State(raw["state"]),
            tuple(Move(Place(move["to"]), move["source"], move["target"]) for move in raw["moves"]),
            raw["detail"],
            raw["receipt"],
            raw["page"],
            tuple((kind, body) for kind, body in raw["reports"]),
            tuple(Note(**note) for note in raw["notes"]),
            raw["sealed"],
            tuple(raw["rulings"]),
        )

    def moved_to(self, move: Move, target: Path) -> Plan:
        """The same with another target for one move, because somebody took the name."""
        other = replace(move, target=str(target))
        return replace(self, moves=tuple(other if one is move else one for one in self.moves))


@dataclass(frozen=True, slots=True)
class Intent:
    """A step that was begun and not ended."""

    id: int
    send: str
    plan: Plan


def intend(journal: Journal, send: str, plan: Plan) -> Intent:
    """Write down that a step is about to happen."""
    with journal.transaction() as database:
        row = (send, plan.step.value, plan.encode(), now())
        said = "INSERT INTO steps (send, step, phase, plan, at, ended) VALUES (?, ?, 'intent', ?, ?, '')"
        return Intent(database.run(said, *row), send, plan)


def record(journal: Journal, send: str, step: Step) -> None:
    """Write down what happened at once and moved nothing."""
    said = "INSERT INTO steps (send, step, phase, plan, at, ended) VALUES (?, ?, 'done', '{}', ?, ?)"
    journal.database.run(said, send, step.value, now(), now())


def change(journal: Journal, intent: Intent, plan: Plan) -> Intent:
    """Write down that the step goes on otherwise than intended, before it does."""
    journal.database.run("UPDATE steps SET plan = ? WHERE id = ?", plan.encode(), intent.id)
    return replace(intent, plan=plan)


def end(journal: Journal, intent: Intent, phase: str = "done") -> None:
    """Write down that the step was done or undone. What only finishing it needed is forgotten."""
    journal.database.run("UPDATE steps SET phase = ?, ended = ?, plan = '{}' WHERE id = ?", *(phase, now(), intent.id))


def end_claim(journal: Journal, send: str) -> None:
    """Write down that a file had been taken over, at the time when it was, with the step that follows."""
    said = "UPDATE steps SET phase = 'done', ended = at, plan = '{}' WHERE send = ? AND step = ? AND phase = 'intent'"
    journal.database.run(said, send, Step.CLAIM.value)


def open_intents(journal: Journal, send: str = "", but: Step | None = None) -> list[Intent]:
    """Steps that were begun and not ended, oldest first; of one Send where it is named, but none of that kind."""
    asked = "SELECT id, send, plan FROM steps WHERE phase = 'intent' AND step <> ? AND (? = '' OR send = ?) ORDER BY id"
    rows = journal.database.rows(asked, but or "", send, send)
    return [Intent(row["id"], row["send"], Plan.decode(row["plan"])) for row in rows]


def history(journal: Journal, send: str) -> tuple[dict[str, Any], ...]:
    """Every step of a Send as people may see it."""
    rows = journal.database.rows("SELECT step, phase, at, ended FROM steps WHERE send = ? ORDER BY id", send)
    return tuple({"at": row["ended"] or row["at"], "step": row["step"], "phase": row["phase"]} for row in rows)
