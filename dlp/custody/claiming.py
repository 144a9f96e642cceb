"""Taking over what was dropped: one rename, written down before and after."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from dlp import ulid
from dlp.custody import plan as steps
from dlp.custody import send as sends
from dlp.custody.faults import Point
from dlp.custody.ground import Ground
from dlp.custody.plan import Intent, Move, Place, Plan, Step
from dlp.custody.send import Kind, Send, Transfer
from dlp.files import copy_judged, remove_tree, sync_folders
from dlp.inspect import sha256_of
from dlp.model import Origin, State
from dlp.naming import free_name, rename_new
from dlp.outbox.folders import Outbox, send_of


@dataclass(frozen=True, slots=True)
class NotTakenError(Exception):
    """What was dropped is neither a file nor a folder of files; it stays where it is. ``path`` is what is wrong."""

    path: Path


class OpenClaimError(OSError):
    """The drop was taken, but that could not be finished; ``send`` is to be resumed."""

    def __init__(self, send: str) -> None:
        super().__init__(errno.EIO, "the claim could not be finished")
        self.send = send


def claim(ground: Ground, drop: Path, origin: Origin, outbox: Outbox) -> Send | None:
    """Take over a dropped file or folder; None when it went away meanwhile.

    Raises NotTakenError for links, sockets and the like, and OSError; the drop is then where it was.
    """
    try:
        kind = kind_of(drop)
    except FileNotFoundError:
        return None
    return _take(ground, drop, outbox, lambda: sends.new(ground.journal, kind, drop.name, origin, outbox.root))


def claim_copy(ground: Ground, descriptor: int, name: str, origin: Origin, outbox: Outbox) -> Send:
    """Take over a copy of an open file, which itself stays where it is. Raises NotTakenError and OSError."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise NotTakenError(Path(name))
    send = sends.new(ground.journal, Kind.FILE, name, origin, outbox.root)
    draft = outbox.draft_of(send.id, "copy")
    copy_judged(descriptor, draft, "")
    os.utime(draft, ns=(status.st_atime_ns, status.st_mtime_ns))
    taken = _take(ground, draft, outbox, lambda: send)
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


def _take(ground: Ground, drop: Path, outbox: Outbox, new: Callable[[], Send]) -> Send | None:
    try:
        modified = drop.lstat().st_mtime_ns
    except FileNotFoundError:
        return None
    with ground.journal.transaction():  # its number too: each wait for the disk keeps all other files waiting
        send = new()
        target = outbox.claim_of(send.id, send.name)
        plan = Plan(Step.CLAIM, State.CLAIMED, (Move(Place.CLAIM, str(drop), str(target)),))
        send = replace(send, path=target)
        sends.insert(ground.journal, send)
        if send.kind is Kind.FILE:
            sends.keep_member(ground.journal, _only(send, modified))
        intent = steps.intend(ground.journal, send.id, plan)
    ground.reach(Point.CLAIM_INTENDED)
    try:
        _move(drop, target, outbox)
    except BaseException as error:
        if os.path.lexists(target):
            raise OpenClaimError(send.id) from error  # it is ours already, though perhaps not durably
        undo(ground, intent)
        if isinstance(error, FileNotFoundError):
            return None
        raise
    ground.reach(Point.CLAIM_MOVED)
    return conclude(ground, intent, send)


def _move(drop: Path, target: Path, outbox: Outbox) -> None:
    """One rename; a copy where the drop lies on another file system, the source going last."""
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
    sync_folders([target.parent, drop.parent])


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


def resume_all(ground: Ground, intents: list[Intent]) -> list[tuple[str, Exception]]:
    """After a kill with many claims open: as ``resume``, and one write of the journal for all; those that failed."""
    failed: list[tuple[str, Exception]] = []
    with ground.journal.transaction():
        for intent in intents:
            try:
                resume(ground, intent)
            except OSError as error:
                failed.append((intent.send, error))
    return failed


def resume(ground: Ground, intent: Intent) -> None:
    """After a kill: conclude where the rename had happened, forget where it had not.

    What turned out to be no file meanwhile is a drop again, and refused like one. Raises OSError.
    """
    (move,) = intent.plan.moves
    source, target = Path(move.source), Path(move.target)
    if not os.path.lexists(target):
        undo(ground, intent)
        return
    if os.path.lexists(source) and _same(source, target):
        source.unlink()  # taken across file systems: the copy is whole and durable, the source was to go last
    send = sends.get(ground.journal, intent.send)
    if send.kind is Kind.FILE and not sends.members_of(ground.journal, send.id):
        # Left by a version that wrote the file down only here; a Send without files would pass unjudged.
        sends.keep_member(ground.journal, _only(send, target.lstat().st_mtime_ns))
        send = sends.update(ground.journal, send, path=target)
    with contextlib.suppress(NotTakenError):
        conclude(ground, intent, send)


def _same(source: Path, target: Path) -> bool:
    if not (source.is_file() and target.is_file()):
        return False
    digests = []
    for path in (source, target):
        with path.open("rb") as file:
            digests.append(sha256_of(file.fileno()))
    return digests[0] == digests[1]


def _only(send: Send, modified: int) -> Transfer:
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


def sweep(ground: Ground, outbox: Outbox) -> None:
    """At the start: remove drafts that no open step needs, for they are copies; drop what nobody knows anew."""
    in_use = {intent.send for intent in steps.open_intents(ground.journal)}
    for draft in sorted(outbox.drafts.iterdir()):
        if send_of(draft) not in in_use:
            remove_tree(draft)
    waiting = set(sends.ids_in_states(ground.journal, *sends.UNSETTLED))
    for claim in sorted(outbox.claims.iterdir()):
        if send_of(claim) not in waiting and not sends.known(ground.journal, send_of(claim)):
            # As after a journal was put back from a copy: it becomes a drop again, under its own name.
            rename_new(claim, free_name(outbox.root, claim.name.partition(" ")[2] or claim.name))
            sync_folders([outbox.root, outbox.claims])
