"""What was not seen in the pictures of a released file: a sealed copy waits in the vault until it was looked at.

The file itself goes its way. The copy is what is looked at afterwards, whatever becomes of the file meanwhile; it is
removed as soon as that is over. Each rest ends exactly once, with an event, also where nothing could be looked at.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import structlog

from classifiers.model import Certainty, Classification, Level
from dlp.archive import relabel
from dlp.custody import plan as steps
from dlp.custody import reports
from dlp.custody import send as sends
from dlp.custody.drafts import inner_name
from dlp.custody.faults import Point
from dlp.custody.ground import Ground
from dlp.custody.plan import Note, Step
from dlp.custody.send import Send, Transfer
from dlp.errors import KeysError
from dlp.files import ChangedError, opened_inside
from dlp.inspect import sha256_of
from dlp.journal import Journal, rests
from dlp.journal.rests import Look, Rest
from dlp.language import Say
from dlp.model import Because, Choice, Direction, Option, State, Verdict
from dlp.read.left import rest as left_in
from dlp.verdict_words import to_report

MOST_WAITING = 500
"""Files that wait; of further ones the rest stays unseen, with an event."""
KEPT_DAYS = 14
"""How long a rest may wait, with its copy; after that it stays unseen, with an event."""
MOST_BYTES = 256 * 1024 * 1024
"""Of one file, up to which a copy is kept; a larger one is looked at where it stands, if it still does."""
MOST_KEPT_BYTES = 2 * 1024 * 1024 * 1024
"""Of all copies together; beyond it, likewise."""
RELEASED = frozenset({State.READY, State.SEALED, State.ARCHIVED})
"""States of a Send whose rest is looked at; what a person released meanwhile was decided by that person."""
_SAID = Say(
    "It was released before all of its pictures had been looked at; this was found in the rest afterwards.",
    "该文件放行时图片尚未全部查看；其后在剩余部分中发现以下内容。",
)
AFTER = Because("after", "微信使用保密管理制度 二·3、五·2", _SAID.en, _SAID.zh)
"""Stands first in the verdict of what was released and would not have been."""
ENDING = (Choice.FALSE_POSITIVE, Choice.KEEP)
"""What can still be decided about a file that has gone."""


class Why(StrEnum):
    """Why a rest stays unseen."""

    LIMIT = "limit"
    """The larger time was over too, or a picture cannot be read to its end."""
    GONE = "gone"
    CHANGED = "changed"
    TOO_MANY = "too_many"
    TOO_OLD = "too_old"
    FAILED = "failed"
    NO_EYES = "no_eyes"


WORDS = {
    Why.LIMIT: Say("there was not enough time for all of it", "在时限内未能全部查看"),
    Why.GONE: Say("the file was gone before that", "查看前文件已不在"),
    Why.CHANGED: Say("what stands there now is another content", "现有内容与放行时不同"),
    Why.TOO_MANY: Say("too many others waited", "等待查看的文件过多"),
    Why.TOO_OLD: Say("it waited too long", "等待时间过长"),
    Why.FAILED: Say("looking at it failed again and again", "多次查看均失败"),
    Why.NO_EYES: Say("nothing here looks at pictures any more", "本机已无法查看图片"),
}


class NotThereError(Exception):
    """The bytes that were released are nowhere any more; ``why`` is GONE or CHANGED."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


def keep(
    ground: Ground,
    members: Iterable[Transfer],
    verdicts: Mapping[str, Verdict],
    opened: Callable[[Transfer], AbstractContextManager[int]],
) -> tuple[Note, ...]:
    """Before a Send is released: note what is still to be looked at in it. The events of that, for its conclusion.

    Raises ChangedError where a file is no longer what was judged. Nothing else keeps the Send from being released.
    """
    notes: list[Note] = []
    for member in members:
        if wanted(ground.journal, verdicts[member.id]):
            with opened(member) as descriptor:
                made = rest_of(ground, Rest(member.id, member.sha256, member.size), descriptor)
            with ground.journal.transaction(durable=False):  # what follows is durable, and this then too
                rests.note(ground.journal, made)
            ground.reach(Point.REST_KEPT)
            notes.append(noted(made))
    return tuple(notes)


def wanted(journal: Journal, verdict: Verdict) -> bool:
    """Whether looking longer can say anything that is not known: a person's release and an earlier look count."""
    if verdict.because[0].rule == "approved" or not left_in(verdict.classification):
        return False
    before = rests.known(journal, verdict.document.sha256)
    return not any(one.state is Look.CLEAN and one.rules == verdict.classification.rules for one in before)


def rest_of(ground: Ground, rest: Rest, descriptor: int) -> Rest:
    """The rest of one open file with its copy, within the limits. Raises ChangedError."""
    waiting, size = rests.load(ground.journal)
    if waiting >= MOST_WAITING:
        return replace(rest, state=Look.LEFT, problem=Why.TOO_MANY)
    if rest.size > MOST_BYTES or size + rest.size > MOST_KEPT_BYTES:
        return rest
    try:
        ground.vault.put(descriptor, ground.vault_keys(), rest.sha256)
    except ChangedError:
        raise
    except (OSError, KeysError) as error:
        # The sender need not wait for a copy of ours; the file is then looked at where it stands.
        structlog.get_logger().warning("rest.not_kept", transfer=rest.transfer, error=type(error).__name__)
        return rest
    return replace(rest, object=rest.sha256)


def noted(rest: Rest) -> Note:
    """The event of a new rest."""
    body: dict[str, object] = {"why": rest.problem} if rest.problem else {}
    return Note("rest.waits" if rest.state is Look.WAITING else "rest.left", "agent", rest.transfer, body)


@contextlib.contextmanager
def opened(ground: Ground, rest: Rest, send: Send, member: Transfer) -> Iterator[int]:
    """A descriptor of the bytes that were released: the copy, else the file where it stands. Raises NotThereError."""
    with contextlib.ExitStack() as stack:
        descriptor = _copy(ground, rest, stack)
        yield descriptor if descriptor is not None else _standing(rest, send, member, stack)


def _copy(ground: Ground, rest: Rest, stack: contextlib.ExitStack) -> int | None:
    if not rest.object:
        return None
    try:
        return stack.enter_context(ground.unsealed(rest.object))
    except (OSError, KeysError) as error:
        structlog.get_logger().warning("rest.copy_lost", transfer=rest.transfer, error=type(error).__name__)
        return None


def _standing(rest: Rest, send: Send, member: Transfer, stack: contextlib.ExitStack) -> int:
    plain = send.original or send.path
    if plain is None or send.state is State.ARCHIVED:  # the archive does not open for the machine
        raise NotThereError(Why.GONE)
    try:
        descriptor = stack.enter_context(opened_inside(plain, inner_name(send, member)))
    except OSError:
        raise NotThereError(Why.GONE) from None
    if sha256_of(descriptor)[0] != rest.sha256:
        raise NotThereError(Why.CHANGED)
    return descriptor


def only_known(member: Transfer, found: Classification) -> Classification:
    """What was found, without what was not known when the file was released."""
    before = {_key(one["rule"], one["fingerprint"], one["score"]) for one in member.judged.get("findings", ())}
    known = tuple(one for one in found.findings if _key(one.rule, one.fingerprint, one.score) in before)
    level = max((one.level for one in known if one.certainty >= Certainty.MEDIUM), default=Level.PUBLIC)
    return replace(found, findings=known, level=level)


def _key(rule: str, fingerprint: str, score: int) -> tuple[str, str, Certainty]:
    return rule, fingerprint, Certainty.of(score)


def end(ground: Ground, send: Send, member: Transfer, rest: Rest, verdict: Verdict | None) -> Send:
    """Write down, at once and once, what came of a rest; ``rest`` has its end, ``verdict`` is what was then judged.

    The page for the sender comes first: after a kill in between the rest is looked at again, and all is written anew.
    """
    if verdict is not None:
        member = _judged(member, verdict, found=rest.state is Look.FOUND)
    receipt = send.receipt
    if rest.state is Look.FOUND and send.origin.direction is Direction.OUTGOING:
        receipt = _told(ground, send, member) or receipt
        ground.reach(Point.REST_TOLD)
    journal = ground.journal
    with journal.transaction():
        if verdict is not None:
            sends.keep_member(journal, member)
            relabel(journal, member.id, member.level)
            for kind, body in reports.transfers(send, [member], send.state):
                journal.report(kind, body)
        send = sends.update(journal, send, receipt=receipt)
        steps.record(journal, send.id, STEPS[rest.state])
        body = {"why": rest.problem} if rest.problem else {}
        journal.event(f"rest.{rest.state.value}", "agent", member.id, action=member.action, level=member.level, **body)
        rests.note(journal, rest)
    ground.reach(Point.REST_ENDED)
    forget_copy(ground, rest)
    return send


STEPS = {Look.CLEAN: Step.LOOKED, Look.FOUND: Step.FOUND, Look.LEFT: Step.LEFT}


def forget_copy(ground: Ground, rest: Rest) -> None:
    """Remove the copy of a rest that ended, where nobody else needs it; after a kill the next start does."""
    if rest.object:
        with ground.needing:
            if not sends.needed(ground.journal, rest.object):
                ground.vault.remove(rest.object)


def ending(options: tuple[Option, ...]) -> tuple[Option, ...]:
    """Of a verdict's options those left for a file that has gone; one always ends the incident."""
    left = tuple(one for one in options if one.choice in ENDING)
    return left if any(one.choice is Choice.KEEP for one in left) else (*left, Option(Choice.KEEP))


def _judged(member: Transfer, verdict: Verdict, *, found: bool) -> Transfer:
    """The file as it is now known. What was done with it stays what was done, unless that would be otherwise now."""
    told = to_report(verdict)
    if not found:
        seen = {name: told[name] for name in ("findings", "gaps", "complete", "rules", "level")}
        judged: dict[str, Any] = {**member.judged, **seen, "incident": False}
        return replace(member, level=verdict.level.id, verdict=json.dumps(judged, ensure_ascii=True))
    earlier = [one for one in member.judged.get("because", ()) if one["rule"] == "bypass"]
    because = (AFTER, *(Because(**one) for one in earlier), *verdict.because)
    told = to_report(replace(verdict, because=because, options=ending(verdict.options))) | {"incident": True}
    action = verdict.action.value
    return replace(member, level=verdict.level.id, action=action, verdict=json.dumps(told, ensure_ascii=True))


def _told(ground: Ground, send: Send, member: Transfer) -> Path | None:
    """The page in Held for whoever sent it; None where it could not be written: the incident is opened all the same."""
    from dlp.files import write_whole

    outbox = ground.outbox_of(send)
    path = outbox.receipt_of(member.number, send.name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, ground.pages.after(send, member, outbox).encode("utf-8", "replace"), 0o644)
    except OSError as error:
        structlog.get_logger().warning("rest.not_told", transfer=member.id, errno=error.errno)
        return None
    return path
