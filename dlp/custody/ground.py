"""What every step of custody stands on: journal, vault, keys, outboxes, and how a receipt is worded."""

from __future__ import annotations

import contextlib
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

from dlp.custody.faults import Reach, go_on
from dlp.custody.send import Send, Transfer
from dlp.custody.turns import Turns
from dlp.errors import KeysError
from dlp.inspect import sha256_of
from dlp.journal import Journal
from dlp.language import Say
from dlp.model import Recipients
from dlp.objects import Objects
from dlp.outbox.folders import Outbox

if TYPE_CHECKING:
    from keys.x25519 import Identity


class Pages(Protocol):
    """Words a receipt (``dlp.receipts``)."""

    def receipt(self, send: Send, members: Sequence[Transfer], outbox: Outbox) -> str:
        """The page for a Send that is kept."""

    def outcome(self, send: Send, outbox: Outbox, people: str, reason: str) -> str:
        """The page that replaces it once a person decided."""

    def after(self, send: Send, member: Transfer, outbox: Outbox) -> str:
        """The page about a file in which something was found after it was released."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One agent's custody."""

    agent: Path
    """The agent's own folder, which holds machine key and vault."""
    journal: Journal
    outboxes: tuple[Outbox, ...]
    recipients: Callable[[], Recipients]
    """The keys to seal to, as last heard of the office."""
    pages: Pages
    reach: Reach = go_on
    turns: Turns = field(default_factory=Turns)
    rested: threading.Event = field(default_factory=threading.Event)
    """Set when a file was released of which a rest is still to be looked at."""
    needing: threading.Lock = field(default_factory=threading.Lock)
    """Held while it is written down who needs an object, and while one that nobody needs is removed: otherwise a file
    held this moment could lose its object to another of the same content that is given back."""

    @contextlib.contextmanager
    def unsealed(self, object_id: str) -> Iterator[int]:
        """The content of an object of the vault, in a file without a name that is gone with this process.

        Raises OSError and KeysError.
        """
        from keys.age import open_sealed
        from keys.errors import KeysFault

        with (
            self.vault.path(object_id).open("rb") as sealed,
            tempfile.TemporaryFile(dir=self.agent, buffering=0) as plain,
        ):
            try:
                open_sealed(sealed, cast(BinaryIO, plain), [self.identity()])
            except KeysFault as error:
                raise KeysError(
                    Say("what is kept under {id} does not open: {error}", "存储对象 {id} 无法打开：{error}").format(
                        id=object_id[:12], error=error
                    )
                ) from error
            if sha256_of(plain.fileno())[0] != object_id:
                raise OSError("what came out is not what was judged")
            yield plain.fileno()

    @property
    def vault(self) -> Objects:
        """The sealed objects of held and blocked files."""
        return Objects(self.agent / "vault")

    def identity(self) -> Identity:
        """The machine's own key, which opens the vault without any office. Raises KeysError."""
        from keys.age import BadKey
        from keys.x25519 import Identity

        try:
            return Identity.parse((self.agent / "machine.key").read_text("ascii").strip())
        except (OSError, UnicodeDecodeError, BadKey) as error:
            raise KeysError(
                Say("the machine's key cannot be used: {error}", "本机密钥无法使用：{error}").format(error=error),
                Say(
                    "put agent/machine.key back from a backup; the recovery key opens the vault as well",
                    "请从备份恢复 agent/machine.key；也可使用恢复密钥打开保管库",
                ),
            ) from error

    def copy_keys(self) -> list[str]:
        """Recipients of a sealed copy that goes out: epoch and recovery."""
        keys = self.recipients()
        return [keys.epoch, keys.recovery]

    def vault_keys(self) -> list[str]:
        """Recipients of a vault object: the machine itself besides."""
        keys = self.recipients()
        return [keys.machine, keys.epoch, keys.recovery]

    def outbox_of(self, send: Send) -> Outbox:
        """The outbox that a Send came through; one that was taken out of the settings since is still known by path."""
        for outbox in self.outboxes:
            if outbox.root == send.outbox:
                return outbox
        return Outbox(send.outbox, self.outboxes[0].language)
