"""Doing what a reviewer decided about a kept Send, and giving one back to its owner.

A decision is about one file. A folder is released when every file in it that needed a decision has one that lets it
pass; one that says return gives the whole folder back, one that says keep keeps it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from dlp.clock import in_time
from dlp.custody import drafts, reports, settle
from dlp.custody import send as sends
from dlp.custody.drafts import Copy, Treatment
from dlp.custody.faults import Point
from dlp.custody.ground import Ground
from dlp.custody.plan import Move, Note, Place, Plan, Step
from dlp.custody.send import KEPT, Send, Transfer
from dlp.journal import rulings
from dlp.model import Action, Choice, Ruling, State

REFUSED_LIFE = timedelta(days=1)
"""How long WeChat may open a file that the gate refused and a reviewer released: there is no copy to hand out once."""
PASSING = frozenset({Choice.RELEASE, Choice.RELEASE_SEALED, Choice.FALSE_POSITIVE})


def set_aside(ground: Ground, ruling: Ruling) -> None:
    """A ruling about a file that this machine does not have."""
    with ground.journal.transaction():
        ground.journal.event("ruling.unknown", _people(ruling), ruling.transfer, sequence=ruling.sequence)
        rulings.applied(ground.journal, ruling.sequence)


def rule(ground: Ground, send: Send, ruling: Ruling) -> Send:
    """Do what one ruling about a file of this Send wants, once; the Send as it is then.

    Raises OSError and KeysError; the ruling is then still to be done.
    """
    if not rulings.waits(ground.journal, ruling.sequence):
        return send  # an open step that was finished just now had done it
    _remember(ground, send, ruling)
    ground.reach(Point.RULING_TAKEN)
    if send.state not in KEPT:
        return _only_say(ground, send, ruling)
    members = sends.members_of(ground.journal, send.id)
    choices = {sends.choice_of(member) for member in members if member.bad}
    if Choice.RETURN in choices:
        return give_back(ground, send, _people(ruling), ruling)
    if choices <= PASSING:
        return release(ground, send, members, ruling)
    return _only_say(ground, send, ruling)


def _remember(ground: Ground, send: Send, ruling: Ruling) -> None:
    """The choice beside its file, and the approval that lets the same content pass again until it expires."""
    with ground.journal.transaction():
        for member in sends.members_of(ground.journal, send.id):
            if member.id != ruling.transfer:
                continue
            sends.keep_member(ground.journal, replace(member, choice=ruling.choice.value))
            expires = ruling.expires or (in_time(REFUSED_LIFE) if send.state is State.REFUSED else "")
            if expires and ruling.choice in PASSING:
                ground.journal.approve(member.sha256, send.origin.group, ruling.choice, expires, member.id)


def _only_say(ground: Ground, send: Send, ruling: Ruling) -> Send:
    """Nothing moves: it stays kept, waits for decisions about other files, or is not kept any more."""
    members = sends.members_of(ground.journal, send.id)
    plan = Plan(
        Step.DECIDE,
        send.state,
        detail=send.detail,
        reports=reports.outcomes([one for one in members if one.id == ruling.transfer], send.state, "", [ruling]),
        notes=(Note(f"ruling.{ruling.choice.value}", _people(ruling), ruling.transfer, {"sequence": ruling.sequence}),),
        rulings=(ruling.sequence,),
    )
    if send.state in KEPT and ruling.choice is Choice.KEEP and send.receipt:
        page = ground.pages.outcome(send, ground.outbox_of(send), _people(ruling), ruling.reason)
        plan = replace(plan, receipt=str(send.receipt), page=page)
    return settle.carry_out(ground, send, plan)


def give_back(ground: Ground, send: Send, who: str, ruling: Ruling | None = None) -> Send:
    """Out of the vault into Originals, byte for byte; the receipt is replaced by the outcome."""
    members = sends.members_of(ground.journal, send.id)
    top = drafts.from_vault(ground, send, members)
    move = Move(Place.ORIGINAL, str(top), str(ground.outbox_of(send).originals / send.name))
    return _conclude(ground, replace(send, state=State.RETURNED), members, Step.RETURN, (move,), who, ruling)


def release(ground: Ground, send: Send, members: list[Transfer], ruling: Ruling) -> Send:
    """Out of the vault into Ready, each file as it was decided about it."""
    outbox = ground.outbox_of(send)
    top = drafts.from_vault(ground, send, members)
    how = {member.id: _treatment(member) for member in members}
    copies: list[Copy] = []
    ready = top
    moves: tuple[Move, ...] = ()
    if Treatment.SEALED in how.values():
        ready, copies = drafts.to_send(ground, send, members, top, how)
        moves = (Move(Place.ORIGINAL, str(top), str(outbox.originals / send.name)),)
    moves = (Move(Place.READY, str(ready), str(outbox.ready / drafts.ready_name(send, copies))), *moves)
    released = replace(send, state=State.RELEASED)
    return _conclude(ground, released, members, Step.RELEASE, moves, _people(ruling), ruling, copies)


def _treatment(member: Transfer) -> Treatment:
    choice = sends.choice_of(member)
    sealed = choice is Choice.RELEASE_SEALED or (choice is None and member.action == Action.ENCRYPT)
    return Treatment.SEALED if sealed else Treatment.PLAIN


def _conclude(
    ground: Ground,
    send: Send,
    members: Sequence[Transfer],
    step: Step,
    moves: tuple[Move, ...],
    who: str,
    ruling: Ruling | None,
    copies: Sequence[Copy] = (),
) -> Send:
    said = (who, ruling.reason if ruling else "")
    plan = Plan(
        step,
        send.state,
        moves,
        receipt=str(send.receipt or ""),
        page=ground.pages.outcome(send, ground.outbox_of(send), *said),
        reports=(
            *reports.sealed(send, copies),
            *reports.outcomes(members, send.state, "", [ruling] if ruling else []),
        ),
        notes=reports.notes(send, members, send.state, who),
        sealed={copy.sealed_sha256: copy.transfer.id for copy in copies},
        rulings=(ruling.sequence,) if ruling else (),
    )
    return settle.carry_out(ground, send, plan)


def _people(ruling: Ruling) -> str:
    return ", ".join(ruling.by)
