"""Prepares what is to appear in front of people: whole, durable, compared with what was judged, in our own inodes."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from dlp.custody.faults import Point
from dlp.custody.ground import Ground
from dlp.custody.send import Kind, Send, Transfer
from dlp.errors import KeysError
from dlp.files import ChangedError, copy_judged, opened_inside, remove_tree, sync_folders
from dlp.language import Say
from dlp.naming import fitting, free_name

SEALED_ENDING = ".age"
OUT_OF_VAULT, TO_SEND = "kept", "send"
"""Folders of a Send's drafts: what came out of the vault, and what goes to Ready."""


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
    name: str


def from_vault(ground: Ground, send: Send, members: Sequence[Transfer]) -> Path:
    """The Send as it was dropped, out of the vault. Raises OSError and KeysError."""
    top = _fresh(ground, send, OUT_OF_VAULT) / send.name
    _make_folders(send, top)
    identity = ground.identity()
    for member in members:
        path = place_in(send, top, member)
        ground.vault.take_out(member.object, path, identity)
        _dress(path, member)
    _sync(send, top)
    ground.reach(Point.DRAFT_WRITTEN)
    return top


def to_send(
    ground: Ground, send: Send, members: Sequence[Transfer], source: Path, how: Mapping[str, Treatment]
) -> tuple[Path, list[Copy]]:
    """What goes to Ready: copies of the files that pass, sealed copies of the others.

    Raises ChangedError where a file is no longer what was judged, OSError, and KeysError without keys to seal to.
    """
    folder, copies = _fresh(ground, send, TO_SEND), list[Copy]()
    top = folder / send.name
    _make_folders(send, top)
    for member in members:
        path = place_in(send, top, member)
        with opened_inside(source, inner_name(send, member)) as descriptor:
            if how[member.id] is Treatment.SEALED:
                copies.append(_seal(ground, member, descriptor, path))
                path = path.with_name(copies[-1].name)
            else:
                copy_judged(descriptor, path, member.sha256)
        _dress(path, member)
    if send.kind is Kind.FILE and copies:
        top = top.with_name(copies[0].name)
    _sync(send, top)
    ground.reach(Point.DRAFT_WRITTEN)
    return top, copies


def place_in(send: Send, top: Path, member: Transfer) -> Path:
    """Where a member stands when its Send stands at ``top``."""
    return top if send.kind is Kind.FILE else top / member.name


def inner_name(send: Send, member: Transfer) -> str:
    """A member's name below the place where its Send stands."""
    return "" if send.kind is Kind.FILE else member.name


def _seal(ground: Ground, member: Transfer, descriptor: int, path: Path) -> Copy:
    from keys.errors import KeysFault
    from keys.files import seal_file

    target = free_name(path.parent, sealed_name(path.name))
    try:
        made = seal_file(descriptor, target, ground.copy_keys())
    except KeysFault as error:
        raise KeysError(
            Say("the file could not be sealed: {error}", "加密失败：{error}").format(error=error)
        ) from error
    if made.sha256 != member.sha256:
        target.unlink()
        raise ChangedError(errno.ESTALE, "the file changed after it was judged")
    return Copy(member, made.file_id, made.digest, made.sealed_sha256, target.name)


def sealed_name(name: str) -> str:
    """The name of a sealed copy."""
    return fitting(name, SEALED_ENDING)


def _fresh(ground: Ground, send: Send, name: str) -> Path:
    """An empty draft folder; what an earlier try left in it is a copy and goes."""
    folder = ground.outbox_of(send).drafts / send.id / name
    remove_tree(folder)
    folder.mkdir(mode=0o700, parents=True)
    return folder


def _make_folders(send: Send, top: Path) -> None:
    if send.kind is Kind.FOLDER:
        for folder in (top, *(top / name for name in send.folders)):
            folder.mkdir(mode=0o700)


def _dress(path: Path, member: Transfer) -> None:
    """The time it had; a file that goes back has it, and one in Ready does not look newer than it is."""
    if member.modified:
        os.utime(path, ns=(member.modified, member.modified))


def _sync(send: Send, top: Path) -> None:
    folders = [top, *(top / name for name in send.folders)] if send.kind is Kind.FOLDER else []
    sync_folders([*folders, top.parent])
