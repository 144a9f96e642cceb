"""What the office is told of a Send, as bodies of reports (dlp.link.protocol; checked by dlp.office.bodies)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dlp.clock import now
from dlp.custody.drafts import Copy
from dlp.custody.plan import Note
from dlp.custody.send import Kind, Send, Transfer
from dlp.model import Ruling, State

Report = tuple[str, dict[str, Any]]


def transfers(send: Send, members: Iterable[Transfer], state: State) -> tuple[Report, ...]:
    """One report for each file."""
    return tuple(("transfer", _transfer(send, member, state)) for member in members)


def _transfer(send: Send, member: Transfer, state: State) -> dict[str, Any]:
    judged = member.judged
    return {
        **judged,
        "transfer": member.id,
        "number": member.number,
        "send": send.id,
        "name": shown_name(send, member),
        "size": member.size,
        "sha256": member.sha256,
        "direction": send.origin.direction.value,
        "group": send.origin.group,
        "person": send.origin.person,
        "program": send.origin.program,
        "state": state.value,
        "at": now(),
    }


def shown_name(send: Send, member: Transfer) -> str:
    """The name of a file as people know it, with its folder where it came in one."""
    return member.name if send.kind is Kind.FILE else f"{send.name}/{member.name}"


def sealed(send: Send, copies: Iterable[Copy]) -> tuple[Report, ...]:
    """One report for each sealed copy, so that the office counts it as ours."""
    return tuple(
        (
            "sealed",
            {
                "file_id": copy.file_id,
                "header_digest": copy.header_digest,
                "sha256": copy.transfer.sha256,
                "sealed_sha256": copy.sealed_sha256,
                "size": copy.transfer.size,
                "name": shown_name(send, copy.transfer),
                "level": copy.transfer.level,
                "group": send.origin.group,
                "sender": send.origin.person,
                "transfer": copy.transfer.id,
            },
        )
        for copy in copies
    )


def outcomes(
    members: Iterable[Transfer], state: State, detail: str = "", rulings: Iterable[Ruling] = ()
) -> tuple[Report, ...]:
    """One report for each file: what became of it, and by which ruling."""
    by = {ruling.transfer: ruling.sequence for ruling in rulings}
    return tuple(
        (
            "outcome",
            {
                "transfer": member.id,
                "state": state.value,
                "detail": detail,
                "at": now(),
                **({"ruling": by[member.id]} if member.id in by else {}),
            },
        )
        for member in members
    )


def claimed(send: Send) -> Note:
    """The event of the taking over, at the time it had; written together with what became of the Send."""
    return Note("transfer.claimed", send.origin.person, send.id, {"kind": send.kind.value, "at": send.at})


def notes(send: Send, members: Iterable[Transfer], state: State, who: str) -> tuple[Note, ...]:
    """One event for each file."""
    return tuple(
        Note(
            f"transfer.{state.value}", who, member.id, {"send": send.id, "action": member.action, "level": member.level}
        )
        for member in members
    )
