"""Releasing a file key to a reader: asked, judged, written down, and only then unwrapped (invariant 7)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from dlp import ulid
from dlp.errors import KeysError, UsageError
from dlp.language import Say
from dlp.link.protocol import opening_context as context
from dlp.office.ground import Ground, Writing
from dlp.office.opening_rules import BULK, MOST_OPENINGS, MOST_TRIES, PROVED, WITHIN, registered, tries, why_not, words
from dlp.office.people import Account, account_view, find
from dlp.office.reasons import said
from dlp.office.store.tables import OpeningRow, RecordRow, SealedRow
from dlp.office.tokens import fold

__all__ = [
    "BULK",
    "MOST_OPENINGS",
    "MOST_TRIES",
    "WITHIN",
    "Openings",
    "PasswordAgain",
    "Release",
    "TooMany",
    "context",
]

LARGEST_HEADER = 64 * 1024
LONGEST_REASON = 2000


class TooMany(KeysError):
    """The account opened, or tried to open, too many files in a short time."""


class PasswordAgain(KeysError):
    """The session opened many files; the next takes the password again (``Openings.proved``)."""


@dataclass(frozen=True, slots=True)
class Release:
    """The file key, wrapped for one client only, and what the file is called."""

    wrapped: str
    name: str
    size: int
    sha256: str

    def __repr__(self) -> str:
        """Without the key, whoever prints it."""
        return f"Release({self.sha256!r})"


@dataclass(frozen=True, slots=True)
class _Judged:
    """What was found for a header, why it is refused (or nothing), and the row of this try."""

    found: SealedRow | RecordRow | None
    why: str
    opening: str


@dataclass(frozen=True, slots=True)
class Openings:
    """The door to every sealed file."""

    ground: Ground

    def release(
        self,
        account: Account,
        header: bytes,
        client_key: str,
        reason: str = "",
        name: str = "",
        *,
        proven: bool = False,
    ) -> Release:
        """The file key of a registered header for a reader who may open it.

        ``name`` is the account's name as the client wrote it, where it differs in case. Archive records need a
        reason. ``proven``: the caller checked the password with this very request; a mere session must prove it again
        after BULK files. The event is durable before the keystore is asked. Raises KeysError where it is refused
        (which is an event too): TooMany, PasswordAgain; UsageError for a header or client key that is none.
        """
        if not header or len(header) > LARGEST_HEADER:
            raise UsageError(Say("the header is empty or too long", "文件头为空或过长"))
        if name and fold(name) != fold(account.name):
            raise UsageError(Say("the name is not that of the account", "名称与账户不符"))
        judged = self._judged(account, header, reason.strip(), proven)
        if judged.why or judged.found is None:
            raise _refusal(judged.why)
        wrapped = self._wrapped(account, header, client_key, name, judged)
        return Release(wrapped, judged.found.name, judged.found.size, judged.found.sha256)

    def proved(self, account: Account) -> None:
        """The account proved its password just now (``office.accounts.check``): another BULK files may follow."""
        with self.ground.writing(account) as writing:
            row = self._row(writing, account, "", PROVED, "")
            writing.note("opening.proved", account.name, row.id)

    def _judged(self, account: Account, header: bytes, reason: str, proven: bool) -> _Judged:
        """Whether the reader gets the key; on return the event is on disk."""
        digest = hashlib.sha256(header).hexdigest()
        with self.ground.writing() as writing:
            row = registered(writing.session, self.ground.organisation, digest)
            # Read anew inside this transaction: an account that was disabled a moment ago opens nothing.
            reader = account_view(find(writing.session, account.id))
            tried = tries(self.ground, writing.session, reader, refused=True)
            if tried > MOST_TRIES:
                return _Judged(row, "too_many", "")  # written down once already; more lines would only fill the disk
            why = why_not(self.ground, writing, reader, row, reason=reason, proven=proven)
            if why == "unregistered" and self._is_to_our_key(header):
                # Somebody outside the agents seals to our key, to have us open what we never judged.
                why = "unregistered_to_our_key"
            if tried == MOST_TRIES:
                why = "too_many"
            outcome = "refused" if why else "released"
            opening = self._row(writing, reader, digest, outcome, why or reason[:LONGEST_REASON])
            writing.note(f"opening.{outcome}", reader.name, opening.id, header=digest, why=why, **said(reason))
            return _Judged(row, why, opening.id)

    def _row(self, writing: Writing, reader: Account, digest: str, outcome: str, why: str) -> OpeningRow:
        row = OpeningRow(
            id=ulid.new(),
            organisation=writing.organisation,
            header_digest=digest,
            account=reader.id,
            name=reader.name,
            outcome=outcome,
            why=why,
            at=writing.at,
        )
        writing.session.add(row)
        return row

    def _is_to_our_key(self, header: bytes) -> bool:
        """Whether one of our epoch keys would open it; what it opens is forgotten at once."""
        from keys.errors import EpochRevoked, KeysFault

        try:
            self.ground.keystore.unwrap(header)
        except EpochRevoked:
            return True
        except KeysFault:
            return False
        return True

    def _wrapped(self, account: Account, header: bytes, client_key: str, name: str, judged: _Judged) -> str:
        from keys.errors import EpochRevoked, KeysFault
        from keys.exchange import wrap_for

        try:
            return wrap_for(client_key, self.ground.keystore.unwrap(header), context(header, name or account.name))
        except EpochRevoked as error:
            self._not_after_all(account, header, judged, "refused", "epoch_revoked")
            raise _refusal("epoch_revoked") from error
        except KeysFault as error:
            self._not_after_all(account, header, judged, "failed", type(error).__name__)
            raise KeysError(
                Say("the file's key could not be handed out", "无法提供该文件的密钥"),
                Say(
                    "check the client's key, and the keystore with dlp doctor",
                    "请检查客户端公钥，并用 dlp doctor 检查密钥库",
                ),
            ) from error

    def _not_after_all(self, account: Account, header: bytes, judged: _Judged, outcome: str, why: str) -> None:
        """The event that said released stands; this one says that nothing was."""
        with self.ground.writing() as writing:
            row = writing.session.get_one(OpeningRow, judged.opening)
            row.outcome, row.why = outcome, why
            digest = hashlib.sha256(header).hexdigest()
            writing.note(f"opening.{outcome}", account.name, judged.opening, header=digest, why=why)


def _refusal(why: str) -> KeysError:
    kinds: dict[str, type[KeysError]] = {"too_many": TooMany, "password_again": PasswordAgain}
    return kinds.get(why, KeysError)(*words(why))
