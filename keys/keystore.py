"""The office's keys on disk: epoch keys, the signing key and the certificate authority, under one root key.

A folder holds root.key (0600), keystore.json, and what TLS needs. Nothing is ever made anew in silence: a missing or
wrong root key stops with KeystoreError, because a fresh one would make every sealed file unreadable.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from keys import age
from keys.durable import locked, sweep, write_whole
from keys.errors import KeystoreError
from keys.keystore_file import KEYSTORE, ROOT, Kept, State, keep, load, new_root, read_root, reveal

if TYPE_CHECKING:
    from keys.tls import TlsFiles

_LOCK = "keystore.lock"
_Mark = tuple[int, int, int]

__all__ = ["Epoch", "Keystore", "KeystoreError", "RecoverySecret"]


@dataclass(frozen=True, slots=True)
class RecoverySecret:
    """The key that opens every sealed file in any age tool. Shown once, kept offline, never on this machine."""

    identity: str = field(repr=False)

    @property
    def recipient(self) -> str:
        """The public half, ``age1…``."""
        return str(age.Identity.parse(self.identity).recipient)


@dataclass(frozen=True, slots=True)
class Epoch:
    """An epoch key as people may see it; the last one is sealed to, all of them open."""

    number: int
    recipient: str
    created: str


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Keystore:
    """An open keystore. Changes by another process are seen at the next call; threads may share one."""

    def __init__(self, folder: Path, root: bytes, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._root = root
        self._clock = clock
        self._seen: tuple[_Mark, State] = self._read()

    def __repr__(self) -> str:
        return f"Keystore({str(self._folder)!r}, revision={self._seen[1].revision})"

    @classmethod
    def create(cls, folder: Path, *, clock: Callable[[], datetime] = _utc_now) -> tuple[Keystore, RecoverySecret]:
        """Make a keystore in a folder that has none. The recovery secret is nowhere kept: show it, then forget it.

        Raises KeystoreError when there is one already, OSError when the folder cannot be written.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(folder):
            if (folder / KEYSTORE).exists():
                raise KeystoreError(f"there is a keystore already: {folder / KEYSTORE}")
            _set_aside(folder / ROOT)
            root = new_root(folder / ROOT)
            recovery = age.generate()
            # keystore.json comes last: a kill before it leaves a folder that counts as having no keystore.
            _save(folder, root, _fresh_state(root, str(recovery.recipient), clock()))
        return cls(folder, root, clock), RecoverySecret(str(recovery))

    @classmethod
    def open(cls, folder: Path, *, clock: Callable[[], datetime] = _utc_now) -> Keystore:
        """Open the keystore of a folder. Raises KeystoreError; writes nothing."""
        if not (folder / KEYSTORE).exists():
            raise KeystoreError(f"there is no keystore in {folder}")
        return cls(folder, read_root(folder / ROOT), clock)

    @property
    def revision(self) -> int:
        """Rises with every change of the keys."""
        return self._state().revision

    @property
    def verify_key(self) -> bytes:
        """The Ed25519 public key (32 bytes) for what `sign` signed; `keys.signing.is_signed` checks with it."""
        return bytes.fromhex(self._state().signing.public)

    def epoch_recipient(self) -> str:
        """The public key that files are sealed to now."""
        return self._state().epochs[-1].public

    def recovery_recipient(self) -> str:
        """The public half of the offline recovery key, a recipient of every file."""
        return self._state().recovery

    def epochs(self) -> tuple[Epoch, ...]:
        """All epoch keys, oldest first."""
        return tuple(Epoch(one.number, one.public, one.created) for one in self._state().epochs)

    def unwrap(self, header: bytes) -> bytes:
        """The file key of a sealed file, of any epoch. Raises age.NoMatch, age.HeaderFailure, age.HmacFailure."""
        newest_first = reversed(self._state().epochs)
        return age.unwrap_file_key(header, [age.Identity(reveal(self._root, one)) for one in newest_first])

    def sign(self, content: bytes) -> bytes:
        """An Ed25519 signature (64 bytes)."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(reveal(self._root, self._state().signing)).sign(content)

    def rotate_epoch(self) -> str:
        """Start a new epoch: later files are sealed to its key, older ones still open. Returns the new recipient."""

        def rotated(state: State) -> State:
            number = state.epochs[-1].number + 1
            return replace(state, epochs=(*state.epochs, _epoch(self._root, number, self._clock())))

        return self._change(rotated).epochs[-1].public

    def replace_recovery(self) -> RecoverySecret:
        """A new recovery key for files sealed from now on; the old one still opens the older files."""
        recovery = age.generate()
        self._change(lambda state: replace(state, recovery=str(recovery.recipient)))
        return RecoverySecret(str(recovery))

    def tls(self, names: Sequence[str] = ()) -> TlsFiles:
        """Certificate, key and authority as PEM files in the folder, made or renewed when due.

        ``names`` are further host names and addresses that the server is reached by. Raises AuthorityError for one
        that the authority may not vouch for, OSError when the files cannot be written.
        """
        from keys import tls

        kept = self._state().authority
        with _alone(self._folder):
            return tls.ensure(self._folder, kept.public, lambda: reveal(self._root, kept), names, self._clock())

    def _state(self) -> State:
        """The state on disk, read again when another process changed it."""
        if _mark(self._folder) != self._seen[0]:
            self._seen = self._read()
        return self._seen[1]

    def _read(self) -> tuple[_Mark, State]:
        mark = _mark(self._folder)
        state = load(self._folder / KEYSTORE, self._root)
        known = getattr(self, "_seen", None)
        if known and state.revision < known[1].revision:
            # Going on would seal to keys, or forget keys, that the newer state had replaced.
            raise KeystoreError(f"{KEYSTORE} went back from revision {known[1].revision} to {state.revision}")
        return mark, state

    def _change(self, change: Callable[[State], State]) -> State:
        with _alone(self._folder):
            before = self._read()[1]
            _save(self._folder, self._root, replace(change(before), revision=before.revision + 1))
        return self._state()


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder against other writers, rid of what a killed one left."""
    with locked(folder / _LOCK):
        sweep(folder)
        yield


def _fresh_state(root: bytes, recovery: str, now: datetime) -> State:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from keys import tls

    signing = Ed25519PrivateKey.generate()
    verify_key = signing.public_key().public_bytes_raw().hex()
    authority, certificate = tls.new_authority(now)
    return State(
        1,
        recovery,
        (_epoch(root, 1, now),),
        keep(root, "signing", 1, verify_key, now.isoformat(), signing.private_bytes_raw()),
        keep(root, "authority", 1, certificate, now.isoformat(), authority),
    )


def _epoch(root: bytes, number: int, now: datetime) -> Kept:
    identity = age.generate()
    return keep(root, "epoch", number, str(identity.recipient), now.isoformat(), identity.secret)


def _save(folder: Path, root: bytes, state: State) -> None:
    write_whole(folder / KEYSTORE, state.encode(root))


def _set_aside(root: Path) -> None:
    """A root key without keystore is a start that was cut short, or a lost keystore whose backup still needs it."""
    if root.exists():
        root.rename(root.with_name(f"{ROOT}.{os.urandom(4).hex()}.orphan"))


def _mark(folder: Path) -> _Mark:
    try:
        found = (folder / KEYSTORE).stat()
    except OSError as fault:
        raise KeystoreError(f"{folder / KEYSTORE} cannot be read: {fault.strerror}") from fault
    return found.st_ino, found.st_mtime_ns, found.st_size
