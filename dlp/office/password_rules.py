"""What an organisation asks of passwords: words that nobody may use, and how old one may get.

Regular change is a setting, off unless chosen: NIST SP 800-63B-4 advises against it, and some regulations ask for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dlp.errors import KeysError, UsageError
from dlp.language import Say
from dlp.office.ground import Ground
from dlp.office.people import Account
from dlp.office.reasons import given
from dlp.office.rights import Right, need
from dlp.office.store.tables import AccountRow, EventRow, OrganisationRow

DAYS, WORDS = "password_days", "password_words"
MOST_DAYS = 3650
MOST_WORDS = 200
MOST_PEOPLE = 2000
"""Colleagues whose names are looked for; a check must not take longer with every account."""
PIECE = 3
"""A password with so many characters in a row of the organisation's Chinese name counts as made of it."""
SET = ("account.password_set", "account.password_changed")


class PasswordOld(KeysError):
    """The password is right and older than the organisation allows: it must be changed first."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What is chosen."""

    days: int = 0
    """After how long a password must be changed; 0: never."""
    words: tuple[str, ...] = ()
    """Abbreviations, products, places: what everybody in the organisation would try first."""


@dataclass(frozen=True, slots=True)
class PasswordRules:
    """The choices of this organisation; the system administrator keeps them."""

    ground: Ground

    def show(self) -> Rules:
        """What is chosen now."""
        with self.ground.reading() as session:
            return rules(session, self.ground.organisation)

    def choose(self, by: Account, chosen: Rules, reason: str) -> Rules:
        """Set both. Raises Refused, UsageError for values out of range or a missing reason."""
        need(by, Right.KEEP_ACCOUNTS)
        words = tuple(dict.fromkeys(word.strip() for word in chosen.words if word.strip()))
        if not 0 <= chosen.days <= MOST_DAYS or len(words) > MOST_WORDS:
            raise UsageError(
                Say(
                    f"expected 0 to {MOST_DAYS} days and at most {MOST_WORDS} words",
                    f"天数应为 0 至 {MOST_DAYS}，词语最多 {MOST_WORDS} 个",
                )
            )
        why = given(reason)
        with self.ground.writing(by) as writing:
            row = writing.session.get_one(OrganisationRow, writing.organisation)
            row.settings = {**row.settings, DAYS: chosen.days, WORDS: list(words)}
            writing.note("setting.changed", by.name, DAYS, days=chosen.days, words=len(words), reason=why)
        return Rules(chosen.days, words)


def rules(session: Session, organisation: str) -> Rules:
    """The choices as they are in this transaction."""
    settings = session.get_one(OrganisationRow, organisation).settings
    return Rules(int(settings.get(DAYS, 0)), tuple(settings.get(WORDS, ())))


def guessable(session: Session, organisation: str) -> list[str]:
    """What somebody who knows the organisation would try: its name, its words, its people."""
    name = session.get_one(OrganisationRow, organisation).name
    found = [name, *name.split(), *_pieces(name), *rules(session, organisation).words]
    asked = select(AccountRow.name, AccountRow.title).where(AccountRow.organisation == organisation)
    for account, title in session.execute(asked.limit(MOST_PEOPLE)):
        found += [account, title, *title.split()]
    return [word for word in dict.fromkeys(found) if len(word) > 1]


def too_old(ground: Ground, session: Session, account_id: str) -> bool:
    """Whether the account's password was set longer ago than the organisation allows."""
    days = rules(session, ground.organisation).days
    if not days:
        return False
    asked = select(func.max(EventRow.at)).where(EventRow.subject == account_id, EventRow.kind.in_(SET))
    return (session.scalar(asked) or "") < ground.now(-timedelta(days=days))


def old() -> PasswordOld:
    """What the person is told."""
    return PasswordOld(
        Say("the password is too old and must be changed", "密码已过期，须先更换"),
        Say(
            "change it in the console, or ask for a new one-time link (officers: the security administrator makes it)",
            "请在控制台更换，或申请新的一次性链接（三员的链接由安全保密管理员生成）",
        ),
    )


def _pieces(name: str) -> list[str]:
    if name.isascii():
        return []
    return [name[start : start + PIECE] for start in range(len(name) - PIECE + 1)]
