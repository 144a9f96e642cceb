"""What an earlier run left claimed or half claimed: concluded, undone, or swept, at the start and when tried again."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from dlp.custody import plan as steps
from dlp.custody import send as sends
from dlp.custody.claiming import NotTakenError, conclude, only, undo
from dlp.custody.ground import Ground
from dlp.custody.plan import Intent
from dlp.custody.send import Kind
from dlp.files import remove_tree, sync_folders
from dlp.inspect import sha256_of
from dlp.naming import free_name, rename_new
from dlp.outbox.folders import Outbox, send_of


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
        sends.keep_member(ground.journal, only(send, target.lstat().st_mtime_ns))
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
