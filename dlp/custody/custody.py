"""Custody as one object: claim, settle by verdict, take back, do what a reviewer decided, go on after a kill."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from dlp.custody import afterwards, claiming, claims_left, deciding, drafts, reports, settle
from dlp.custody import plan as steps
from dlp.custody import send as sends
from dlp.custody.claiming import Offer, Taken
from dlp.custody.drafts import Treatment
from dlp.custody.faults import Point
from dlp.custody.ground import Ground
from dlp.custody.plan import Move, Note, Place, Plan, Step
from dlp.custody.send import KEPT, Send, Transfer
from dlp.custody.settle import Planned
from dlp.errors import KeysError, UsageError
from dlp.files import opened_inside
from dlp.journal import rests
from dlp.journal.rests import Look, Rest
from dlp.language import Say
from dlp.model import Action, Origin, Ruling, State, Verdict
from dlp.outbox.folders import Outbox
from dlp.outcome_words import STATES
from dlp.verdict_words import to_report

ORDER = (Action.ALLOW, Action.ENCRYPT, Action.HOLD, Action.BLOCK)
"""From the mildest; one bad file decides for the whole Send."""
KEPT_AS = {Action.HOLD: State.HELD, Action.BLOCK: State.BLOCKED}


@dataclass(frozen=True, slots=True)
class Custody:
    """Every file handed over is in exactly one known place; each method leaves it there or moves it whole."""

    ground: Ground

    def claim(self, drop: Path, origin: Origin, outbox: Outbox) -> Send | None:
        """Take over a drop; see ``claiming.claim``."""
        return claiming.claim(self.ground, drop, origin, outbox)

    def claim_all(self, offers: Sequence[Offer]) -> list[Taken]:
        """Take over several drops at once; see ``claiming.claim_all``."""
        return claiming.claim_all(self.ground, offers)

    def claim_copy(self, descriptor: int, name: str, origin: Origin, outbox: Outbox) -> Send:
        """Take over a copy of an open file; see ``claiming.claim_copy``."""
        return claiming.claim_copy(self.ground, descriptor, name, origin, outbox)

    def members(self, send: Send) -> list[Transfer]:
        """The files of a Send."""
        return sends.members_of(self.ground.journal, send.id)

    def opened(self, send: Send, member: Transfer) -> AbstractContextManager[int]:
        """A descriptor for reading a claimed file, whatever links were put in its way. Raises OSError."""
        return opened_inside(self._claim(send), drafts.inner_name(send, member))

    def _claim(self, send: Send) -> Path:
        return self.ground.outbox_of(send).claim_of(send.id, send.name)

    def settle(self, send: Send, verdicts: Mapping[str, Verdict]) -> Send:
        """Do what the verdicts want; the worst decides for the whole. What was settled meanwhile stays as it is.

        Raises ChangedError where a file is no longer what was judged (judge again), OSError and KeysError otherwise;
        the Send is then claimed as before, or its step is open and ``resume`` goes on with it.
        """
        (settled,) = self.settle_all([(send, verdicts)])
        if isinstance(settled, Exception):
            raise settled
        return settled

    def settle_all(self, judged: Sequence[tuple[Send, Mapping[str, Verdict]]]) -> list[Send | OSError | KeysError]:
        """The same for several Sends, which wait for the disk together; of each what became of it, or its error.

        Raises what concerns all of them: what the journal raises, and OSError.
        """
        with contextlib.ExitStack() as turns:
            for send, _ in judged:
                turns.enter_context(self.ground.turns.of(send.id))
            found = [self._planned(send, verdicts) for send, verdicts in judged]
            planned = [one for one in found if isinstance(one, Planned)]
            if not planned:
                return [one for one in found if not isinstance(one, Planned)]
            drafts.written(self.ground, (one.send for one in planned))
            done = iter(settle.carry_out_all(self.ground, planned))
            if any(one.rests for one in planned):
                self.ground.rested.set()
            return [next(done) if isinstance(one, Planned) else one for one in found]

    def _planned(self, send: Send, verdicts: Mapping[str, Verdict]) -> Planned | Send | OSError | KeysError:
        """What is to be done with a Send, all of it prepared; the Send where nothing is, or what went wrong."""
        try:
            self._finish(send.id, claimed=True)
            send = sends.get(self.ground.journal, send.id)
            if send.state not in sends.UNSETTLED:
                return send
            members = [_judged(member, verdicts[member.id]) for member in self.members(send)]
            worst = max((verdict.action for verdict in verdicts.values()), key=ORDER.index, default=Action.ALLOW)
            self.ground.reach(Point.JUDGED)
            if worst in KEPT_AS:
                return self._keeping(send, members, KEPT_AS[worst])
            left = afterwards.keep(self.ground, members, verdicts, lambda member: self.opened(send, member))
            how = {one.id: treatment(verdicts[one.id].action) for one in members}
            return self._placing(send, members, how, left)
        except (OSError, KeysError) as error:
            return error

    def _placing(
        self, send: Send, members: list[Transfer], how: Mapping[str, Treatment], left: tuple[Note, ...]
    ) -> Planned:
        outbox, claim = self.ground.outbox_of(send), self._claim(send)
        top, copies = drafts.to_send(self.ground, send, members, claim, how)
        moves = [Move(Place.READY, str(top), str(outbox.ready / drafts.ready_name(send, copies)))]
        if copies:
            moves.append(Move(Place.ORIGINAL, str(claim), str(outbox.originals / send.name)))
        state = State.SEALED if copies else State.READY
        plan = Plan(
            Step.PLACE,
            state,
            tuple(moves),
            reports=(*reports.transfers(send, members, state), *reports.sealed(send, copies)),
            notes=(reports.claimed(send), *reports.notes(send, members, state, send.origin.person), *left),
            sealed={copy.sealed_sha256: copy.transfer.id for copy in copies},
        )
        return Planned(send, plan, tuple(members), rests=bool(left))

    def _keeping(self, send: Send, members: list[Transfer], state: State) -> Planned:
        outbox = self.ground.outbox_of(send)
        members = [replace(member, object=member.sha256) for member in members]
        # Who needs the objects is written down before they are stored, or another Send could remove them as unneeded.
        with self.ground.needing, self.ground.journal.transaction():
            for member in members:
                sends.keep_member(self.ground.journal, member)
        for member in members:
            self._store(send, member)
        plan = Plan(
            Step.KEEP,
            state,
            receipt=str(outbox.receipt_of(send.number, send.name)),
            page=self.ground.pages.receipt(replace(send, state=state), members, outbox),
            reports=reports.transfers(send, members, state),
            notes=(reports.claimed(send), *reports.notes(send, members, state, send.origin.person)),
        )
        return Planned(send, plan, tuple(members))

    def _store(self, send: Send, member: Transfer) -> None:
        with self.opened(send, member) as descriptor:
            self.ground.vault.put(descriptor, self.ground.vault_keys(), member.sha256)
        self.ground.reach(Point.OBJECT_STORED)

    def take_back(self, number: str) -> Send:
        """Give a Send back to its owner. Raises UsageError where there is nothing to give back, OSError, KeysError."""
        id_ = sends.by_number(self.ground.journal, number).id
        with self.ground.turns.of(id_):
            self._finish(id_)
            return self._give_back(sends.get(self.ground.journal, id_))

    def _give_back(self, send: Send) -> Send:
        if send.state in KEPT:
            return deciding.give_back(self.ground, send, send.origin.person)
        if send.state in sends.UNSETTLED:
            return self._withdraw(send)
        raise UsageError(
            Say("{number} is not kept here: {state}", "{number} 不在扣留状态：{state}").format(
                number=send.number, state=STATES[send.state]
            ),
            Say("dlp where {number} shows where it is", "dlp where {number} 可查询其位置").format(number=send.number),
        )

    def _withdraw(self, send: Send) -> Send:
        """A claimed Send that could not be settled yet goes back as it is."""
        target = self.ground.outbox_of(send).originals / send.name
        note = reports.notes(send, self.members(send), State.RETURNED, send.origin.person)
        plan = Plan(
            Step.RETURN, State.RETURNED, (Move(Place.ORIGINAL, str(self._claim(send)), str(target)),), notes=note
        )
        return settle.carry_out(self.ground, send, plan)

    def rule(self, ruling: Ruling) -> Send | None:
        """Do what a reviewer decided; see ``deciding.rule``."""
        send = sends.of_transfer(self.ground.journal, ruling.transfer)
        if send is None:
            deciding.set_aside(self.ground, ruling)
            return None
        with self.ground.turns.of(send.id):
            self._finish(send.id)
            return deciding.rule(self.ground, sends.get(self.ground.journal, send.id), ruling)

    def end_rest(self, rest: Rest, verdict: Verdict | None = None) -> Send | None:
        """Write down what came of looking at a rest; None where that was done, or the file was not released after all.

        Raises OSError and KeysError where a step of its Send is open and cannot be finished now.
        """
        journal = self.ground.journal
        send = sends.of_transfer(journal, rest.transfer)
        if send is None:
            return None
        with self.ground.turns.of(send.id):
            self._finish(send.id)
            now, member = rests.get(journal, rest.transfer), sends.transfer_with(journal, rest.transfer)
            if now is None or member is None or now.state is not Look.WAITING:
                return None
            send = sends.get(journal, send.id)
            if send.state not in afterwards.RELEASED:
                rests.forget(journal, rest.transfer)
                afterwards.forget_copy(self.ground, rest)
                return None
            return afterwards.end(self.ground, send, member, rest, verdict)

    def resume(self, send: str) -> None:
        """Finish the steps of a Send that were begun and not ended. Raises OSError and KeysError."""
        with self.ground.turns.of(send):
            self._finish(send)

    def _finish(self, send: str, *, claimed: bool = False) -> None:
        """``claimed``: it was judged, so it is known to be in our hands, though that step ends only with the next."""
        for intent in steps.open_intents(self.ground.journal, send, Step.CLAIM if claimed else None):
            if intent.plan.step is Step.CLAIM:
                claims_left.resume(self.ground, intent)
            else:
                settle.finish(self.ground, intent)

    def recover(self) -> list[tuple[str, Exception]]:
        """At the start, before anything else: finish what a kill cut off, of every Send.

        What cannot be finished now stays open and is returned with its OSError or KeysError, for ``resume`` later: one
        full disk must not keep the agent from all other files.
        """
        intents = steps.open_intents(self.ground.journal)
        failed = claims_left.resume_all(self.ground, [one for one in intents if one.plan.step is Step.CLAIM])
        for intent in intents:
            if intent.plan.step is Step.CLAIM:
                continue
            try:
                settle.finish(self.ground, intent)
            except (OSError, KeysError) as error:
                failed.append((intent.send, error))
        return failed

    def unsettled(self) -> list[str]:
        """What is claimed and not settled yet, by id, oldest first."""
        return sends.ids_in_states(self.ground.journal, *sends.UNSETTLED)

    def sweep(self) -> None:
        """Remove what nobody needs; only at the start, before anything else moves files."""
        for outbox in self.ground.outboxes:
            claims_left.sweep(self.ground, outbox)
        settle.sweep(self.ground)


def treatment(action: Action) -> Treatment:
    """How a file that passes goes to Ready."""
    return Treatment.SEALED if action is Action.ENCRYPT else Treatment.PLAIN


def _judged(member: Transfer, verdict: Verdict) -> Transfer:
    document = verdict.document
    judged = json.dumps(to_report(verdict), ensure_ascii=True)
    level, action = verdict.level.id, verdict.action.value
    return replace(member, size=document.size, sha256=document.sha256, level=level, action=action, verdict=judged)
