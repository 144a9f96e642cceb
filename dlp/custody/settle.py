"""Carries a plan out: intended, moved, receipt, concluded, discarded. The same code goes on after a kill."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from dlp.custody import plan as steps
from dlp.custody import send as sends
from dlp.custody.faults import Point
from dlp.custody.ground import Ground
from dlp.custody.plan import Intent, Move, Place, Plan
from dlp.custody.rights import dress
from dlp.custody.send import KEPT, UNSETTLED, Send, Transfer
from dlp.files import draft_of, remove_tree, sync_folders, write_whole
from dlp.journal import rulings
from dlp.model import State
from dlp.naming import free_name, rename_new
from dlp.outbox.folders import Outbox, send_of

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Planned:
    """A step that is to be begun."""

    send: Send
    plan: Plan
    members: tuple[Transfer, ...] = ()
    """Files of the Send of which the journal is to know more."""
    rests: bool = False
    """Whether something of it is still to be looked at once it is released."""


def carry_out(ground: Ground, send: Send, plan: Plan, members: Iterable[Transfer] = ()) -> Send:
    """Write down the changed members with the intent, then finish.

    Raises OSError; the step is then open, and ``finish`` goes on with it later.
    """
    return _one(carry_out_all(ground, [Planned(send, plan, tuple(members))]))


def carry_out_all(ground: Ground, planned: Sequence[Planned]) -> list[Send | OSError]:
    """The same for steps of several Sends, which are written down, made durable and concluded together.

    An OSError concerns one of them, whose step stays open. Raises what the journal raises, and OSError where it
    concerns all.
    """
    with ground.journal.transaction():
        begun = [_intended(ground, one) for one in planned]
    ground.reach(Point.INTENDED)
    return _finish(ground, begun)


def _intended(ground: Ground, one: Planned) -> tuple[Intent, Send]:
    send = one.send
    for member in one.members:
        sends.keep_member(ground.journal, member)
    if send.state is State.CLAIMED:
        send = sends.update(ground.journal, send, state=State.INSPECTED)
        steps.end_claim(ground.journal, send.id)
    return steps.intend(ground.journal, send.id, one.plan), send


def finish(ground: Ground, intent: Intent) -> Send:
    """Do what of an intended step is not done yet. Raises OSError; the step is then still open."""
    return _one(_finish(ground, [(intent, sends.get(ground.journal, intent.send))]))


def _one(done: list[Send | OSError]) -> Send:
    (only,) = done
    if isinstance(only, OSError):
        raise only
    return only


def _finish(ground: Ground, begun: Sequence[tuple[Intent, Send]]) -> list[Send | OSError]:
    """Each phase for all before the next begins: they wait together for the disk."""
    done: list[Intent | OSError] = [_tried(partial(_moved, ground, intent, send)) for intent, send in begun]
    sync_folders(
        folder
        for intent, (_, send) in zip(done, begun, strict=True)
        if isinstance(intent, Intent)
        for folder in _changed(intent, ground.outbox_of(send))
    )
    done = [one if isinstance(one, OSError) else _tried(partial(_receipt, ground, one)) for one in done]
    concluded = _conclude_all(ground, done, [send for _, send in begun])
    ground.reach(Point.CONCLUDED)
    concluded = [one if isinstance(one, OSError) else _tried(partial(discard, ground, one)) for one in concluded]
    ground.reach(Point.DISCARDED)
    return concluded


def _tried(do: Callable[[], Found]) -> Found | OSError:
    """What it gives, or the OSError that it raised: of several Sends the others go on."""
    try:
        return do()
    except OSError as error:
        return error


def _moved(ground: Ground, intent: Intent, send: Send) -> Intent:
    """All renames of a step, each to a free name; not durable yet."""
    for move in intent.plan.moves:
        intent = _move(ground, intent, move, ground.outbox_of(send))
        ground.reach(Point.MOVED)
    return intent


def _move(ground: Ground, intent: Intent, move: Move, outbox: Outbox) -> Intent:
    """One rename. A source that is gone was moved before the kill that made us come again."""
    source, target = Path(move.source), Path(move.target)
    dress(source, move.to, outbox)
    while True:
        try:
            rename_new(source, target)
        except FileExistsError:
            # Somebody took the name; the journal must know the new one before the file has it.
            target = free_name(target.parent, Path(move.target).name, 2)
            plan = intent.plan.moved_to(move, target)
            intent = steps.change(ground.journal, intent, plan)
            move = next(one for one in plan.moves if one.source == move.source)
        except FileNotFoundError:
            if not os.path.lexists(source):
                return intent
            if target.parent.is_dir():
                raise
            target.parent.mkdir(parents=True, exist_ok=True)
        else:
            return intent


def _changed(intent: Intent, outbox: Outbox) -> Iterator[Path]:
    """Folders in which the renames of a step changed names, where that must be durable before it is concluded."""
    moves = [(Path(move.source).parent, Path(move.target).parent) for move in intent.plan.moves]
    yield from (target for _, target in moves)
    # A draft that shows up again after a power cut is a copy, and swept; a claim would be the file twice.
    yield from (source for source, _ in moves if source == outbox.claims)


def _receipt(ground: Ground, intent: Intent) -> Intent:
    if intent.plan.receipt:
        path = Path(intent.plan.receipt)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, intent.plan.page.encode("utf-8", "replace"), 0o644)
        ground.reach(Point.RECEIPT_WRITTEN)
    return intent


def _conclude_all(
    ground: Ground, done: Sequence[Intent | OSError], send_of_each: Sequence[Send]
) -> list[Send | OSError]:
    with ground.journal.transaction():
        return [
            one if isinstance(one, OSError) else _conclude(ground, one, send)
            for one, send in zip(done, send_of_each, strict=True)
        ]


def _conclude(ground: Ground, intent: Intent, send: Send) -> Send:
    plan, journal = intent.plan, ground.journal
    path, original = send.path, send.original
    if plan.moves or plan.state in KEPT:  # a step that moves nothing leaves it where it is
        path = plan.target(Place.READY) or plan.target(Place.ORIGINAL)
        original = plan.target(Place.ORIGINAL)
    send = sends.update(
        journal,
        send,
        state=plan.state,
        path=path,
        original=original,
        receipt=Path(plan.receipt) if plan.receipt else send.receipt,
        detail=plan.detail,
    )
    for sha256, transfer in plan.sealed.items():
        journal.note_sealed(sha256, transfer)
    for kind, body in plan.reports:
        journal.report(kind, body)
    if plan.notes:
        journal.append([(note.kind, note.who, note.subject, note.body) for note in plan.notes])
    for sequence in plan.rulings:
        rulings.applied(journal, sequence)
    steps.end(journal, intent)
    return send


def discard(ground: Ground, send: Send) -> Send:
    """Remove what a concluded step no longer needs: claim, drafts, objects that no Send needs. Idempotent."""
    outbox = ground.outbox_of(send)
    for left in (outbox.claim_of(send.id, send.name), *outbox.drafts_of(send.id)):
        remove_tree(left)
    if send.state in KEPT:
        return send
    for member in sends.members_with_objects(ground.journal, send.id):
        forget_object(ground, member)
    if send.receipt:
        draft_of(send.receipt).unlink(missing_ok=True)
    return send


def forget_object(ground: Ground, member: Transfer) -> None:
    """Drop a member's claim on its object, and the object where it was the last one."""
    with ground.needing:
        sends.keep_member(ground.journal, replace(member, object=""))
        if not sends.needed(ground.journal, member.object):
            ground.vault.remove(member.object)


def sweep(ground: Ground) -> None:
    """At the start, after ``finish``: discard what a kill kept from being discarded, and objects that nobody needs."""
    left = {send_of(claim) for outbox in ground.outboxes for claim in outbox.claims.iterdir()}
    left.difference_update(sends.ids_in_states(ground.journal, *UNSETTLED))
    concluded = [send for send in sends.with_objects(ground.journal) if send.state not in KEPT]
    for send in [*concluded, *(sends.get(ground.journal, id_) for id_ in sorted(left))]:
        if send.state not in UNSETTLED and not steps.open_intents(ground.journal, send.id):
            discard(ground, send)
    for object_id in ground.vault.all():
        if not sends.needed(ground.journal, object_id):
            ground.vault.remove(object_id)
