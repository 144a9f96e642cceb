"""The epoch keys: which there are, starting a new one, refusing all files of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, cast

from dlp.errors import KeysError
from dlp.language import Say
from dlp.office.ground import Ground
from dlp.office.people import Account
from dlp.office.reasons import given
from dlp.office.rights import Right, need


class EpochView(Protocol):
    """An epoch key as people may see it (``keys.keystore.Epoch``)."""

    @property
    def number(self) -> int:
        """Counted from 1."""
        ...

    @property
    def recipient(self) -> str:
        """Its public half, age1…."""
        ...

    @property
    def created(self) -> str:
        """UTC, ISO 8601."""
        ...

    @property
    def revoked(self) -> str:
        """Since when it opens nothing; empty: it opens."""
        ...


class KeepsEpochs(Protocol):
    """What this room asks of the keystore, beyond what opening asks (``keys.keystore.Keystore``)."""

    def epochs(self) -> tuple[EpochView, ...]:
        """All, oldest first; the last is sealed to."""
        ...

    def rotate_epoch(self) -> str:
        """Start a new one."""
        ...

    def revoke_epoch(self, number: int, *, revoked: bool = True) -> EpochView:
        """Open nothing of it any more, or again."""
        ...


@dataclass(frozen=True, slots=True)
class Epochs:
    """The epochs of this office. Each change is written down before it is made, and again when it is."""

    ground: Ground

    @property
    def _keystore(self) -> KeepsEpochs:
        return cast(KeepsEpochs, self.ground.keystore)

    def all(self, by: Account) -> tuple[EpochView, ...]:
        """Every epoch, oldest first."""
        need(by, Right.KEEP_KEYS, Right.READ_EVENTS)
        return self._keystore.epochs()

    def rotate(self, by: Account, reason: str) -> EpochView:
        """Seal to a new key from now on; agents hear of it at their next look, older files still open."""
        self._intend(by, "epoch.rotating", "", reason)
        self._keystore.rotate_epoch()
        current = self._keystore.epochs()[-1]
        with self.ground.writing() as writing:
            writing.note("epoch.rotated", by.name, str(current.number), recipient=current.recipient)
        return current

    def revoke(self, by: Account, number: int, reason: str) -> EpochView:
        """Refuse every file of this epoch from the next opening on; sealing goes on with a new one.

        Raises KeysError for an epoch that does not exist.
        """
        return self._mark(by, number, reason, revoked=True)

    def allow_again(self, by: Account, number: int, reason: str) -> EpochView:
        """Undo a revocation."""
        return self._mark(by, number, reason, revoked=False)

    def _mark(self, by: Account, number: int, reason: str, *, revoked: bool) -> EpochView:
        from keys.errors import KeystoreError

        word = "revok" if revoked else "allow"
        self._intend(by, f"epoch.{word}ing", str(number), reason)
        try:
            changed = self._keystore.revoke_epoch(number, revoked=revoked)
        except KeystoreError as error:
            raise KeysError(Say(f"the epoch was not changed: {error}", f"密钥周期未变更：{error}")) from error
        with self.ground.writing() as writing:
            writing.note(f"epoch.{word}ed", by.name, str(number))
        return changed

    def _intend(self, by: Account, kind: str, subject: str, reason: str) -> None:
        need(by, Right.KEEP_KEYS)
        why = given(reason)
        with self.ground.writing(by) as writing:
            writing.note(kind, by.name, subject, reason=why)
