"""Prepares what is to appear in front of people: whole, durable, compared with what was judged, in our own inodes."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from pathlib import Path

from dlp.custody.faults import Point
from dlp.custody.ground import Ground
from dlp.custody.send import Kind, Send, Transfer
from dlp.errors import KeysError
from dlp.files import ChangedError, copy_judged, opened_inside, remove_tree, sync_folders
from dlp.language import Say
from dlp.naming import SEALED, numbered


class Treatment(StrEnum):
    """How one file goes to Ready."""

    PLAIN = "plain"
    SEALED = "sealed"


@dataclass(frozen=True, slots=True)
class Copy:
    """A sealed copy that was made."""

    transfer: Transfer
    file_id: str
    header_digest: str
    sealed_sha256: str


def from_vault(ground: Ground, send: Send, members: Sequence[Transfer]) -> Path:
    """The Send as it was dropped, out of the vault. Raises OSError and KeysError."""
    top = _fresh(ground, send, "kept")
    _make_folders(send, top)
    identity = ground.identity()
    for member in members:
        path = place_in(send, top, member)
        ground.vault.take_out(member.object, path, identity)
        _dress(path, member)
    sync_folders([*_folders(send, top), top.parent])
    ground.reach(Point.DRAFT_WRITTEN)
    return top


def to_send(
    ground: Ground, send: Send, members: Sequence[Transfer], source: Path, how: Mapping[str, Treatment]
) -> tuple[Path, list[Copy]]:
    """What goes to Ready: copies of the files that pass, sealed copies of the others.

    Its own name is not durable yet: ``written`` waits for many at once. Raises ChangedError where a file is no longer
    what was judged, OSError, and KeysError without keys to seal to.
    """
    top, copies, names = _fresh(ground, send, "send"), list[Copy](), {member.name for member in members}
    _make_folders(send, top)
    for member in members:
        path = place_in(send, top, member)
        with opened_inside(source, inner_name(send, member)) as descriptor:
            if how[member.id] is Treatment.SEALED:
                if send.kind is Kind.FOLDER:
                    path = top / sealed_beside(member.name, names)
                copies.append(_seal(ground, member, descriptor, path))
            else:
                copy_judged(descriptor, path, member.sha256)
        _dress(path, member)
    sync_folders(_folders(send, top))
    return top, copies


def written(ground: Ground, sends: Iterable[Send]) -> None:
    """The drafts of these Sends are whole: make their names durable. Raises OSError."""
    sync_folders(ground.outbox_of(send).drafts for send in sends)
    ground.reach(Point.DRAFT_WRITTEN)


def place_in(send: Send, top: Path, member: Transfer) -> Path:
    """Where a member stands when its Send stands at ``top``."""
    return top if send.kind is Kind.FILE else top / member.name


def inner_name(send: Send, member: Transfer) -> str:
    """A member's name below the place where its Send stands."""
    return "" if send.kind is Kind.FILE else member.name


def _seal(ground: Ground, member: Transfer, descriptor: int, path: Path) -> Copy:
    from keys.errors import KeysFault
    from keys.files import seal_file

    try:
        made = seal_file(descriptor, path, ground.copy_keys())
    except KeysFault as error:
        raise KeysError(
            Say("the file could not be sealed: {error}", "加密失败：{error}").format(error=error)
        ) from error
    if made.sha256 != member.sha256:
        path.unlink()
        raise ChangedError(errno.ESTALE, "the file changed after it was judged")
    return Copy(member, made.file_id, made.digest, made.sealed_sha256)


def sealed_name(name: str) -> str:
    """The name of a sealed copy."""
    return numbered(name + SEALED, 1)


def sealed_beside(name: str, names: set[str]) -> str:
    """The name that a sealed member gets in its folder; it is added to ``names``, those that are given already."""
    folder, slash, own = name.rpartition("/")
    free = (numbered(sealed_name(own), number) for number in count(1))
    found = next(one for one in (f"{folder}{slash}{own}" for own in free) if one not in names)
    names.add(found)
    return found


def ready_name(send: Send, copies: Sequence[Copy]) -> str:
    """The name that a Send has in Ready."""
    return sealed_name(send.name) if send.kind is Kind.FILE and copies else send.name


def _fresh(ground: Ground, send: Send, what: str) -> Path:
    """Where a draft is made; what an earlier try left there is a copy and goes."""
    top = ground.outbox_of(send).draft_of(send.id, what)
    remove_tree(top)
    return top


def _make_folders(send: Send, top: Path) -> None:
    if send.kind is Kind.FOLDER:
        for folder in (top, *(top / name for name in send.folders)):
            folder.mkdir(mode=0o700)


def _dress(path: Path, member: Transfer) -> None:
    """The time it had; a file that goes back has it, and one in Ready does not look newer than it is."""
    if member.modified:
        os.utime(path, ns=(member.modified, member.modified))


def _folders(send: Send, top: Path) -> list[Path]:
    """The folders of a Send that stands at ``top``."""
    return [top, *(top / name for name in send.folders)] if send.kind is Kind.FOLDER else []
