"""The office's keys on disk: epoch keys, the signing key and the certificate authority, under one root key.

A folder holds the root key in one of three ways (`keys.root`), keystore.json, and what TLS needs. Nothing is ever made
anew in silence: a missing or wrong root key stops with KeystoreError, because a fresh one would make every sealed file
unreadable.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from keys import age, fresh, keystore_file, root
from keys.durable import locked, sweep
from keys.errors import EpochRevoked, KeystoreError
from keys.keystore_file import KEYSTORE, Kept, State, load, reveal
from keys.root import Ask, Custody

if TYPE_CHECKING:
    from keys.tls import TlsFiles

LOCK = "keystore.lock"
_Mark = tuple[int, int, int]

__all__ = ["Custody", "Epoch", "Keystore", "KeystoreError", "RecoverySecret"]


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
    """An epoch key as people may see it; the last one is sealed to, all that are not revoked open."""

    number: int
    recipient: str
    created: str
    revoked: str = ""
    """Since when it opens nothing (UTC, ISO 8601); empty: it opens."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Keystore:
    """An open keystore. Changes by another process are seen at the next call; threads may share one."""

    def __init__(self, folder: Path, root_key: bytes, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._root = root_key
        self._clock = clock
        self._seen: tuple[_Mark, State] = self._read()

    def __repr__(self) -> str:
        return f"Keystore({str(self._folder)!r}, revision={self._seen[1].revision})"

    @classmethod
    def create(
        cls,
        folder: Path,
        *,
        custody: Custody = Custody.FILE,
        passphrase: str = "",
        clock: Callable[[], datetime] = _utc_now,
    ) -> tuple[Keystore, RecoverySecret]:
        """Make a keystore in a folder that has none. The recovery secret is nowhere kept: show it, then forget it.

        Raises KeystoreError when there is one already, OSError when the folder cannot be written.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(folder):
            if (folder / KEYSTORE).exists():
                raise KeystoreError(f"there is a keystore already: {folder / KEYSTORE}")
            root.set_aside(folder)
            root_key = os.urandom(root.BYTES)
            root.settle(folder, root.begin(folder, custody, root_key, passphrase))
            recovery = age.generate()
            # keystore.json comes last: a kill before it leaves a folder that counts as having no keystore.
            keystore_file.save(folder, fresh.state(root_key, str(recovery.recipient), clock()).encode(root_key))
        return cls(folder, root_key, clock), RecoverySecret(str(recovery))

    @classmethod
    def open(cls, folder: Path, *, ask: Ask | None = None, clock: Callable[[], datetime] = _utc_now) -> Keystore:
        """Open the keystore of a folder; ``ask`` gives the passphrase where there is one. Raises KeystoreError.

        Writes nothing.
        """
        if not (folder / KEYSTORE).exists():
            raise KeystoreError(f"there is no keystore in {folder}")
        content = keystore_file.read(folder / KEYSTORE)
        root_key, _ = root.find(folder, ask, lambda one: keystore_file.is_under(content, one))
        return cls(folder, root_key, clock)

    @staticmethod
    def custody(folder: Path) -> Custody | None:
        """How the root key of a folder is kept; None where there is none."""
        found = root.held(folder)
        return found[0].custody if found else None

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
        return tuple(Epoch(one.number, one.public, one.created, one.revoked) for one in self._state().epochs)

    def unwrap(self, header: bytes) -> bytes:
        """The file key of a sealed file, of any epoch that is not revoked.

        Raises EpochRevoked, age.NoMatch, age.HeaderFailure, age.HmacFailure.
        """
        revoked: list[Kept] = []
        for one in reversed(self._state().epochs):
            if one.revoked:
                revoked.append(one)
                continue
            with contextlib.suppress(age.NoMatch):
                return age.unwrap_file_key(header, [age.Identity(reveal(self._root, one))])
        age.unwrap_file_key(header, [age.Identity(reveal(self._root, one)) for one in revoked])
        raise EpochRevoked("the file is of an epoch that was revoked")

    def sign(self, content: bytes) -> bytes:
        """An Ed25519 signature (64 bytes)."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(reveal(self._root, self._state().signing)).sign(content)

    def rotate_epoch(self) -> str:
        """Start a new epoch: later files are sealed to its key, older ones still open. Returns the new recipient."""
        return self._change(self._rotated).epochs[-1].public

    def _rotated(self, state: State) -> State:
        number = state.epochs[-1].number + 1
        return replace(state, epochs=(*state.epochs, fresh.epoch(self._root, number, self._clock())))

    def revoke_epoch(self, number: int, *, revoked: bool = True) -> Epoch:
        """Open nothing of this epoch any more, or open it again. Revoking the current epoch starts a new one first.

        The key is kept, so that it can be undone; the recovery key opens these files all the same. Raises
        KeystoreError for an epoch that does not exist.
        """
        when = self._clock().isoformat() if revoked else ""

        def marked(state: State) -> State:
            if number not in {one.number for one in state.epochs}:
                raise KeystoreError(f"there is no epoch {number}; the epochs are 1 to {state.epochs[-1].number}")
            if revoked and number == state.epochs[-1].number:
                state = self._rotated(state)
            epochs = (replace(one, revoked=when) if one.number == number else one for one in state.epochs)
            return replace(state, epochs=tuple(epochs))

        self._change(marked)
        return next(one for one in self.epochs() if one.number == number)

    def change_root(self, custody: Custody, passphrase: str = "") -> None:
        """Make a new root key, kept in this way, and put all keys under it; old copies of the folder keep the old one.

        Other processes that hold this keystore open go on where nobody must be asked, else they must be started
        again. Raises KeystoreError, OSError; a kill at any instant leaves a keystore that opens.
        """
        with _alone(self._folder):
            _, state = self._read()
            root.tidy(self._folder, self._root)
            new = os.urandom(root.BYTES)
            begun = root.begin(self._folder, custody, new, passphrase)
            changed = replace(keystore_file.rewrapped(state, self._root, new), revision=state.revision + 1)
            keystore_file.save(self._folder, changed.encode(new))
            self._root = new
            root.settle(self._folder, begun)
            self._seen = self._read()

    def check(self) -> None:
        """Prove that every secret key opens and belongs to its public half. Raises KeystoreError."""
        keystore_file.check(self._state(), self._root)

    def bundle(self) -> tuple[bytes, bytes]:
        """The root key and the content of keystore.json, for `keys.backup` alone."""
        with _alone(self._folder):
            self._read()
            return self._root, keystore_file.read(self._folder / KEYSTORE)

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
        try:
            state = load(self._folder / KEYSTORE, self._root)
        except KeystoreError:
            # Another process may have changed the root key; where that asks nobody, this one goes on with it.
            content = keystore_file.read(self._folder / KEYSTORE)
            self._root, _ = root.find(self._folder, None, lambda one: keystore_file.is_under(content, one))
            state = load(self._folder / KEYSTORE, self._root)
        known = getattr(self, "_seen", None)
        if known and state.revision < known[1].revision:
            # Going on would seal to keys, or forget keys, that the newer state had replaced.
            raise KeystoreError(f"{KEYSTORE} went back from revision {known[1].revision} to {state.revision}")
        return mark, state

    def _change(self, change: Callable[[State], State]) -> State:
        with _alone(self._folder):
            before = self._read()[1]
            root.tidy(self._folder, self._root)
            keystore_file.save(self._folder, replace(change(before), revision=before.revision + 1).encode(self._root))
        return self._state()


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder against other writers, rid of what a killed one left."""
    with locked(folder / LOCK):
        sweep(folder)
        yield


def _mark(folder: Path) -> _Mark:
    try:
        found = (folder / KEYSTORE).stat()
    except OSError as fault:
        raise KeystoreError(f"{folder / KEYSTORE} cannot be read: {fault.strerror}") from fault
    return found.st_ino, found.st_mtime_ns, found.st_size
