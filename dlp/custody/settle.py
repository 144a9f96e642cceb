"""Carries a plan out: intended, moved, receipt, concluded, discarded. The same code goes on after a kill."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

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


def carry_out(ground: Ground, send: Send, plan: Plan, members: Iterable[Transfer] = ()) -> Send:
    """Write down the changed members with the intent, then finish.

    Raises OSError; the step is then open, and ``finish`` goes on with it later.
    """
    with ground.journal.transaction():
        for member in members:
            sends.keep_member(ground.journal, member)
        if send.state is State.CLAIMED:
            send = sends.update(ground.journal, send, state=State.INSPECTED)
            steps.end_claim(ground.journal, send.id)
        intent = steps.intend(ground.journal, send.id, plan)
    ground.reach(Point.INTENDED)
    return _finish(ground, intent, send)


def finish(ground: Ground, intent: Intent) -> Send:
    """Do what of an intended step is not done yet."""
    return _finish(ground, intent, sends.get(ground.journal, intent.send))


def _finish(ground: Ground, intent: Intent, send: Send) -> Send:
    outbox = ground.outbox_of(send)
    for move in intent.plan.moves:
        intent = _moved(ground, intent, move, outbox)
    _receipt(ground, intent.plan)
    send = _conclude(ground, intent, send)
    ground.reach(Point.CONCLUDED)
    discard(ground, send)
    ground.reach(Point.DISCARDED)
    return send


def _moved(ground: Ground, intent: Intent, move: Move, outbox: Outbox) -> Intent:
    """One rename to a free name. A source that is gone was moved before the kill that made us come again."""
    source, target = Path(move.source), Path(move.target)
    target.parent.mkdir(parents=True, exist_ok=True)
    if os.path.lexists(source):
        dress(source, move.to, outbox)
    while os.path.lexists(source):
        try:
            rename_new(source, target)
        except FileExistsError:
            # Somebody took the name; the journal must know the new one before the file has it.
            target = free_name(target.parent, Path(move.target).name, 2)
            plan = intent.plan.moved_to(move, target)
            intent = steps.change(ground.journal, intent, plan)
            move = next(one for one in plan.moves if one.source == move.source)
            continue
        # A draft that shows up again after a power cut is a copy, and swept; a claim would be the file twice.
        sync_folders([target.parent, *([source.parent] if source.parent == outbox.claims else ())])
    ground.reach(Point.MOVED)
    return intent


def _receipt(ground: Ground, plan: Plan) -> None:
    if plan.receipt:
        path = Path(plan.receipt)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, plan.page.encode("utf-8", "replace"), 0o644)
        ground.reach(Point.RECEIPT_WRITTEN)


def _conclude(ground: Ground, intent: Intent, send: Send) -> Send:
    plan, journal = intent.plan, ground.journal
    with journal.transaction():
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


def discard(ground: Ground, send: Send) -> None:
    """Remove what a concluded step no longer needs: claim, drafts, objects that no Send needs. Idempotent."""
    outbox = ground.outbox_of(send)
    for left in (outbox.claim_of(send.id, send.name), *outbox.drafts_of(send.id)):
        remove_tree(left)
    if send.state in KEPT:
        return
    for member in sends.members_with_objects(ground.journal, send.id):
        forget_object(ground, member)
    if send.receipt:
        draft_of(send.receipt).unlink(missing_ok=True)


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
