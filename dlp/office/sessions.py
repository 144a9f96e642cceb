"""Signing in: sessions that end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select

from dlp.errors import KeysError
from dlp.office.entry import WRONG, WRONG_HINT, Entry
from dlp.office.ground import Ground
from dlp.office.people import Account, AccountState, account_view, find
from dlp.office.store.tables import AccountRow, SessionRow
from dlp.office.tokens import new_token, token_hash

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
SEEN_EVERY = timedelta(seconds=60)
"""How often a session's last use is written down; each page view would be a write otherwise."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session; the token goes into the browser's cookie and nowhere else."""

    token: str
    account: Account
    expires: str

    def __repr__(self) -> str:
        """Without the token, whoever prints it."""
        return f"SignedIn({self.account.name!r})"


@dataclass(frozen=True, slots=True)
class Sessions:
    """Who is signed in."""

    ground: Ground
    entry: Entry

    def sign_in(self, name: str, password: str, address: str) -> SignedIn:
        """A session for the right password; KeysError otherwise."""
        account = self.entry.check(name, password, address)
        token = new_token()
        with self.ground.writing() as writing:
            row = find(writing.session, account.id)
            if row.state != AccountState.ACTIVE:  # disabled between the check and now
                raise KeysError(WRONG, WRONG_HINT)
            at = writing.at
            session = SessionRow(
                token=token_hash(token),
                organisation=row.organisation,
                account=row.id,
                started=at,
                seen=at,
                address=address[:64],
            )
            writing.session.add(session)
            row.last_sign_in = at
            writing.note("session.started", row.name, row.id, address=address[:64])
            return SignedIn(token, account_view(row), self.ground.now(LONGEST))

    def resume(self, token: str, by_itself: bool = False) -> Account | None:
        """The account of a live session; None where it ended, idled out, grew too old, or the account was disabled.

        ``by_itself``: a page looks for news while nobody may sit before it, and that keeps no session alive.
        """
        if not token:
            return None
        digest = token_hash(token)
        with self.ground.reading() as session:
            joined = select(SessionRow, AccountRow).join(AccountRow, AccountRow.id == SessionRow.account)
            found = session.execute(joined.where(SessionRow.token == digest)).one_or_none()
            if found is None:
                return None
            row, account = found
            if row.started < self.ground.now(-LONGEST) or row.seen < self.ground.now(-IDLE):
                return None
            if account.state != AccountState.ACTIVE:
                return None
            stale = not by_itself and row.seen < self.ground.now(-SEEN_EVERY)
        if stale:
            self._seen(digest)
        return account_view(account)

    def _seen(self, digest: str) -> None:
        with self.ground.store.writing() as session:
            row = session.get(SessionRow, digest)
            if row is not None:
                row.seen = self.ground.now()
            session.execute(delete(SessionRow).where(SessionRow.started < self.ground.now(-LONGEST)))

    def end(self, token: str) -> None:
        """Sign out; nothing happens where the session ended before."""
        with self.ground.writing() as writing:
            row = writing.session.get(SessionRow, token_hash(token))
            if row is not None:
                account = find(writing.session, row.account)
                writing.session.delete(row)
                writing.note("session.ended", account.name, account.id)
