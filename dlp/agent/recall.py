"""Takes a file out of Ready in which something was found after it was put there: what stands in Ready may be sent."""

from __future__ import annotations

import os
from dataclasses import replace

import structlog

from dlp.agent.desk import Desk
from dlp.agent.known import KNOWN
from dlp.custody import Kind, NotTakenError, Send
from dlp.custody import send as sends
from dlp.custody.claiming import OpenClaimError
from dlp.files import ChangedError
from dlp.journal import rests
from dlp.journal.rests import Look
from dlp.model import State, Verdict

PROGRAM = "looked at afterwards"


def recall(desk: Desk, send: Send, verdict: Verdict | None = None) -> Send | None:
    """Take over what still stands in Ready as a Send of its own, and keep it; None where nothing stands there any more.

    ``verdict`` is what was judged of a single file: it need not be read again. What fails is tried again by the lanes.
    """
    path = send.path
    now = sends.at_path(desk.journal, path) if path else None
    if path is None or now is None or now.id != send.id or now.state is not State.READY or not os.path.lexists(path):
        return None
    try:
        taken = desk.take(path, replace(send.origin, program=PROGRAM), desk.custody.ground.outbox_of(send))
    except OpenClaimError as error:
        desk.later(error.send, error)
        return None
    except NotTakenError:  # no file of ours: a stranger, which the lookout finds
        return None
    except OSError as error:  # the next start tries again
        structlog.get_logger().warning("recall.failed", send=send.id, errno=error.errno)
        return None
    return _kept(desk, taken, verdict) if taken is not None else None


def _kept(desk: Desk, taken: Send, verdict: Verdict | None) -> Send | None:
    members = desk.custody.members(taken)
    try:
        if verdict is not None and taken.kind is Kind.FILE:
            known = replace(verdict, because=(KNOWN, *verdict.because))
            try:
                return desk.custody.settle(taken, {members[0].id: known})
            except ChangedError:
                pass  # other bytes stand there now: they are judged like any others
        return desk.judge(taken)
    except Exception as error:  # noqa: BLE001 - it is claimed, and the lanes try again whatever it was
        desk.later(taken.id, error)
        return None


def leftovers(desk: Desk) -> list[Send]:
    """Released Sends in which something was found, of which a kill kept us from taking back what stands in Ready."""
    found = []
    for rest in rests.in_state(desk.journal, Look.FOUND):
        send, member = sends.of_transfer(desk.journal, rest.transfer), sends.transfer_with(desk.journal, rest.transfer)
        if send is not None and member is not None and send.state is State.READY and not member.choice:
            found.append(send)
    return found
