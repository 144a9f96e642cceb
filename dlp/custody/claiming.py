"""Taking over what was dropped: one rename, written down before and after."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from dlp import ulid
from dlp.custody import plan as steps
from dlp.custody import send as sends
from dlp.custody.faults import Point
from dlp.custody.ground import Ground
from dlp.custody.plan import Intent, Move, Place, Plan, Step
from dlp.custody.send import Kind, Send, Transfer
from dlp.files import copy_judged, sync_folders
from dlp.model import Origin, State
from dlp.naming import rename_new
from dlp.outbox.folders import Outbox, send_of


@dataclass(frozen=True, slots=True)
class NotTakenError(Exception):
    """What was dropped is neither a file nor a folder of files; it stays where it is. ``path`` is what is wrong."""

    path: Path


class OpenClaimError(OSError):
    """The drop was taken, but that could not be finished; ``send`` is to be resumed."""

    def __init__(self, send: str, cause: OSError) -> None:
        super().__init__(cause.errno, "the claim could not be finished")
        self.send, self.__cause__ = send, cause


@dataclass(frozen=True, slots=True)
class Offer:
    """A drop that may be taken."""

    drop: Path
    origin: Origin
    outbox: Outbox


@dataclass(frozen=True, slots=True)
class _Begun:
    """A claim that is written down, and how it goes on."""

    send: Send
    intent: Intent
    drop: Path
    target: Path
    outbox: Outbox


Taken = Send | NotTakenError | OSError | None
"""What became of an offer. None: it went away meanwhile. An error: the drop is where it was, but for OpenClaimError."""


def claim(ground: Ground, drop: Path, origin: Origin, outbox: Outbox) -> Send | None:
    """Take over a dropped file or folder; None when it went away meanwhile.

    Raises NotTakenError for links, sockets and the like, and OSError; the drop is then where it was.
    """
    (taken,) = claim_all(ground, [Offer(drop, origin, outbox)])
    if isinstance(taken, Exception):
        raise taken
    return taken


def claim_all(ground: Ground, offers: Sequence[Offer]) -> list[Taken]:
    """Take over several drops by one write of the journal and one wait for each folder; what became of each.

    Raises what the journal raises; then nothing was taken.
    """
    looked = [_looked(offer.drop) for offer in offers]
    begun: dict[int, _Begun] = {}
    with ground.journal.transaction():  # their numbers too: each wait for the disk keeps all other files waiting
        for place, (offer, found) in enumerate(zip(offers, looked, strict=True)):
            if isinstance(found, tuple):
                kind, modified = found
                send = sends.new(ground.journal, kind, offer.drop.name, offer.origin, offer.outbox.root)
                begun[place] = _begin(ground, send, offer.drop, offer.outbox, modified)
    taken = dict(zip(begun, _carried_out(ground, list(begun.values())), strict=True))
    return [taken[place] if isinstance(found, tuple) else found for place, found in enumerate(looked)]


def _looked(drop: Path) -> tuple[Kind, int] | NotTakenError | OSError | None:
    """What a drop is, and the time that it has; None where it went away, or what is wrong with it."""
    try:
        kind = kind_of(drop)
        # Asked before a number is spent on it. To move a folder its own ".." is written, so it must be writable too.
        for place in (drop.parent, drop) if kind is Kind.FOLDER else (drop.parent,):
            if not os.access(place, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))
        return kind, drop.lstat().st_mtime_ns
    except FileNotFoundError:
        return None
    except (NotTakenError, OSError) as error:
        return error


def claim_copy(ground: Ground, descriptor: int, name: str, origin: Origin, outbox: Outbox) -> Send:
    """Take over a copy of an open file, which itself stays where it is. Raises NotTakenError and OSError."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise NotTakenError(Path(name))
    send = sends.new(ground.journal, Kind.FILE, name, origin, outbox.root)
    draft = outbox.draft_of(send.id, "copy")
    copy_judged(descriptor, draft, "")
    os.utime(draft, ns=(status.st_atime_ns, status.st_mtime_ns))
    with ground.journal.transaction():
        begun = _begin(ground, send, draft, outbox, status.st_mtime_ns)
    (taken,) = _carried_out(ground, [begun])
    if isinstance(taken, Exception):
        raise taken
    if taken is None:
        raise OSError(errno.ENOENT, "the copy went away", str(draft))
    return taken


def kind_of(drop: Path) -> Kind:
    """File or folder of files. Raises NotTakenError, naming what is neither, and OSError."""
    mode = drop.lstat().st_mode
    if stat.S_ISREG(mode):
        return Kind.FILE
    if not stat.S_ISDIR(mode):
        raise NotTakenError(drop)
    for folder, inner, files in os.walk(drop, onerror=_raise):
        for name in (*inner, *files):
            mode = (Path(folder) / name).lstat().st_mode
            if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                raise NotTakenError(Path(folder) / name)
    return Kind.FOLDER


def _raise(error: OSError) -> None:
    raise error


def _begin(ground: Ground, send: Send, drop: Path, outbox: Outbox, modified: int) -> _Begun:
    """Write down, inside a transaction, that a drop is about to be taken."""
    target = outbox.claim_of(send.id, send.name)
    plan = Plan(Step.CLAIM, State.CLAIMED, (Move(Place.CLAIM, str(drop), str(target)),))
    send = replace(send, path=target)
    sends.insert(ground.journal, send)
    if send.kind is Kind.FILE:
        sends.keep_member(ground.journal, only(send, modified))
    return _Begun(send, steps.intend(ground.journal, send.id, plan), drop, target, outbox)


def _carried_out(ground: Ground, begun: Sequence[_Begun]) -> list[Taken]:
    """Move what is written down; what became of each."""
    ground.reach(Point.CLAIM_INTENDED)
    moved = [(one, _moved(ground, one)) for one in begun]
    try:
        sync_folders(folder for one, done in moved if done is True for folder in (one.target.parent, one.drop.parent))
    except OSError as error:
        return [OpenClaimError(one.send.id, error) if done is True else done for one, done in moved]
    ground.reach(Point.CLAIM_MOVED)
    return [_concluded(ground, one) if done is True else done for one, done in moved]


def _moved(ground: Ground, one: _Begun) -> Literal[True] | OSError | None:
    """Whether the file has its new name; otherwise as ``Taken``, and undone where nothing had happened."""
    try:
        _move(one.drop, one.target, one.outbox)
    except OSError as error:
        if os.path.lexists(one.target):
            return OpenClaimError(one.send.id, error)  # it is ours already, though perhaps not durably
        undo(ground, one.intent)
        return None if isinstance(error, FileNotFoundError) else error
    return True


def _concluded(ground: Ground, one: _Begun) -> Taken:
    try:
        return conclude(ground, one.intent, one.send)
    except NotTakenError as error:
        return error
    except OSError as error:
        return OpenClaimError(one.send.id, error)


def _move(drop: Path, target: Path, outbox: Outbox) -> None:
    """One rename, not durable yet; a copy where the drop lies on another file system, the source going last."""
    try:
        rename_new(drop, target)
    except OSError as error:
        if error.errno != errno.EXDEV or not stat.S_ISREG(drop.lstat().st_mode):
            raise
        part = outbox.draft_of(send_of(target), "part")
        part.unlink(missing_ok=True)
        copy_judged(drop, part, "")
        rename_new(part, target)
        sync_folders([target.parent])
        drop.unlink()


def undo(ground: Ground, intent: Intent) -> None:
    """Nothing was taken over: forget it."""
    with ground.journal.transaction():
        sends.remove(ground.journal, sends.get(ground.journal, intent.send))


def conclude(ground: Ground, intent: Intent, send: Send) -> Send:
    """The drop is in our hands: write down its files. What turned into a link meanwhile goes back (NotTakenError).

    Of a single file all is written already, and the step ends with the one that follows. The files of a folder are
    not waited for on the disk: without them the next start finds the intent and the claim, and concludes again. What
    follows is durable, and everything before it then too.
    """
    (move,) = intent.plan.moves
    target = Path(move.target)
    try:
        kind_of(target)
    except NotTakenError:
        rename_new(target, Path(move.source))
        undo(ground, intent)
        raise
    if send.kind is Kind.FOLDER:
        members, folders = _files(send, target)
        with ground.journal.transaction(durable=False):
            for member in members:
                sends.keep_member(ground.journal, member)
            send = sends.update(ground.journal, send, folders=folders)
            steps.end(ground.journal, intent)
    ground.reach(Point.CLAIM_DONE)
    return send


def only(send: Send, modified: int) -> Transfer:
    """The member of a Send that is one file, with the time it had when it was dropped."""
    return Transfer(ulid.new(), send.id, 0, send.number, send.name, modified)


def _files(send: Send, target: Path) -> tuple[list[Transfer], tuple[str, ...]]:
    """The members of a claimed folder, and the folders in it."""
    members: list[Transfer] = []
    folders: list[str] = []
    for folder, inner, files in os.walk(target, onerror=_raise):
        inner.sort()
        folders += [_within(Path(folder) / name, target) for name in inner]
        for name in sorted(files):
            path, number = Path(folder) / name, f"{send.number}.{len(members) + 1}"
            one = Transfer(ulid.new(), send.id, len(members), number, _within(path, target))
            members.append(replace(one, modified=path.lstat().st_mtime_ns))
    return members, tuple(folders)


def _within(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()
