"""Where a file that was handed over is now, and how it got there."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from dlp.custody import plan as steps
from dlp.custody import send as sends
from dlp.custody.send import KEPT, Send, Transfer
from dlp.journal import Journal, rests
from dlp.journal.rests import Rest
from dlp.model import State
from dlp.naming import as_text


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """One Send, its files, its present place, and its history."""

    send: Send
    members: tuple[Transfer, ...]
    history: tuple[dict[str, Any], ...]
    rests: tuple[Rest, ...] = ()
    """What was not seen of its pictures when it was released, and what came of it."""

    @property
    def there(self) -> bool:
        """Whether it still stands where we put it; people take what is ready."""
        return self.send.path is None or os.path.lexists(self.send.path)

    def _rest(self, member: Transfer) -> dict[str, Any] | None:
        for one in self.rests:
            if one.transfer == member.id:
                return {"state": one.state.value, "why": one.problem, "tries": one.tries, "at": one.changed}
        return None

    def to_json(self) -> dict[str, Any]:
        """The object that ``dlp where --json`` prints."""
        send = self.send
        worst = max(self.members, key=lambda one: one.bad, default=None)
        return {
            "number": send.number,
            "kind": send.kind.value,
            "name": as_text(send.name),
            "state": send.state.value,
            "place": place_of(send),
            "path": as_text(send.path or ""),
            "there": self.there,
            "original": as_text(send.original or ""),
            "receipt": as_text(send.receipt or ""),
            "group": send.origin.group,
            "detail": send.detail,
            "level": worst.level if worst else "",
            "action": worst.action if worst else "",
            "sha256": worst.sha256 if worst else "",
            "files": [_file(member) | {"rest": self._rest(member)} for member in self.members],
            "history": list(self.history),
        }


def place_of(send: Send) -> str:
    """Which of the five places has it (DESIGN 5.4), or its owner; a drop not claimed yet is not in the journal."""
    if send.state in KEPT:
        return "vault"
    if send.state in (State.READY, State.SEALED, State.RELEASED):
        return "ready"
    if send.state is State.RETURNED:
        return "originals"
    if send.state is State.REFUSED:
        return "owner"
    return "archive" if send.state is State.ARCHIVED else "claim"


def _file(member: Transfer) -> dict[str, Any]:
    return {
        "transfer": member.id,
        "number": member.number,
        "name": as_text(member.name),
        "size": member.size,
        "sha256": member.sha256,
        "level": member.level,
        "action": member.action,
        "choice": member.choice,
    }


def whereabouts(journal: Journal, what: str) -> list[Whereabouts]:
    """Every Send with this name, number or sha256, newest first."""
    return [_one(journal, send) for send in sends.alike(journal, what)]


def _one(journal: Journal, send: Send) -> Whereabouts:
    members = tuple(sends.members_of(journal, send.id))
    found = tuple(rest for member in members if (rest := rests.get(journal, member.id)))
    return Whereabouts(send, members, steps.history(journal, send.id), found)
