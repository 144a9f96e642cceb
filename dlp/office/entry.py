"""Proving who one is: passwords, lockout, one-time links."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from dlp.errors import KeysError, UsageError
from dlp.language import Say
from dlp.office.ground import Ground, Writing
from dlp.office.password_rules import guessable, old, too_old
from dlp.office.people import Account, AccountState, account_view, end_sessions, find, find_name
from dlp.office.store.tables import AccountRow, LinkRow
from dlp.office.strangers import Strangers, lock_after
from dlp.office.tokens import token_hash

WRONG = Say("the account name or the password is wrong", "账户名或密码错误")
WHO_MAKES_LINKS = Say(
    "the system administrator makes a new one-time link, for one of the three officers the security administrator does",
    "一次性链接由系统管理员重新生成；三员的链接由安全保密管理员生成",
)
"""Whoever made an officer's link could use it before its owner: who makes accounts must not become an officer."""
WRONG_HINT = Say("try again; {who}", "请重试；{who}").format(who=WHO_MAKES_LINKS)


@dataclass(frozen=True, slots=True)
class Passwords:
    """Hashing and judging passwords (``keys.passwords``), with a hash to compare against where there is no account."""

    hash: Callable[[str], str]
    verify: Callable[[str, str], bool]
    weakness: Callable[[str, Sequence[str]], object | None]
    nobody: str
    """A hash of nothing in particular: an unknown name must take as long as a wrong password."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Passwords and one-time links."""

    ground: Ground
    passwords: Passwords
    strangers: Strangers = field(default_factory=Strangers)

    def check(self, name: str, password: str, address: str, *, even_old: bool = False) -> Account:
        """The account for the right password, with the same lockout as signing in.

        Raises KeysError: one wording for an unknown name, a wrong password and a disabled account, another while
        locked, which a name without an account becomes in the same way; PasswordOld where the organisation wants it
        changed first (unless ``even_old``). The slow hash is computed outside the transaction, or one person signing in
        would stop all writers.
        """
        with self.ground.reading() as session:
            row = find_name(session, self.ground.organisation, name)
        if row.locked_until > self.ground.now() if row else self.strangers.locked(name, self.ground.now()):
            raise _locked()
        right = self.passwords.verify((row and row.password) or self.passwords.nobody, password)
        if row is None:
            raise self._stranger(name, address)
        account = self._judge(row.id, row.password, right, address)
        with self.ground.reading() as session:
            if not even_old and too_old(self.ground, session, account.id):
                raise old()
        return account

    def _stranger(self, name: str, address: str) -> KeysError:
        if not self.strangers.count(name, self.ground.now):
            return _locked()
        with self.ground.writing() as writing:
            writing.note("session.unknown_account", "", "", address=address[:64])
        return KeysError(WRONG, WRONG_HINT)

    def _judge(self, account_id: str, compared: str, right: bool, address: str) -> Account:
        with self.ground.writing() as writing:
            row = find(writing.session, account_id)
            if row.locked_until > writing.at:  # other tries locked it while this one was hashing
                raise _locked()
            # A password that was changed while this one was hashed does not count as right.
            if right and compared == row.password and row.password and row.state == AccountState.ACTIVE:
                row.failed, row.locked_until = 0, ""
                return account_view(row)
            self._count_failure(writing, row, address)
        raise KeysError(WRONG, WRONG_HINT)

    def _count_failure(self, writing: Writing, row: AccountRow, address: str) -> None:
        row.failed += 1
        if lock := lock_after(row.failed):
            row.locked_until = self.ground.now(lock)
        writing.note("session.refused", row.name, row.id, address=address[:64], failed=row.failed)

    def peek(self, token: str) -> Account | None:
        """Whose one-time link this is; None where it was used, replaced, never made, or is too old."""
        with self.ground.reading() as session:
            link = session.get(LinkRow, token_hash(token))
            if link is None or link.expires < self.ground.now():
                return None
            return account_view(find(session, link.account))

    def redeem(self, token: str, password: str) -> Account:
        """Set the password by a one-time link, once. UsageError where it is weak, KeysError where the link is dead."""
        account = self.peek(token)
        if account is None:
            raise _dead_link()
        hashed = self._hashed(password, account)
        with self.ground.writing() as writing:
            link = writing.session.get(LinkRow, token_hash(token))
            if link is None:  # somebody else was quicker with the same link
                raise _dead_link()
            row = find(writing.session, link.account)
            row.password, row.state, row.failed, row.locked_until = hashed, AccountState.ACTIVE, 0, ""
            end_sessions(writing.session, row.id)
            writing.session.delete(link)
            writing.note("account.password_set", row.name, row.id)
            return account_view(row)

    def change_password(self, account: Account, now: str, new: str, keep: str = "") -> None:
        """Change one's own password; all sessions end but the one with the token ``keep``."""
        self.check(account.name, now, "", even_old=True)
        if new == now:
            raise UsageError(Say("the new password is the old one", "新密码与旧密码相同"))
        hashed = self._hashed(new, account)
        with self.ground.writing() as writing:
            row = find(writing.session, account.id)
            row.password = hashed
            end_sessions(writing.session, row.id, token_hash(keep) if keep else "")
            writing.note("account.password_changed", row.name, row.id)

    def _hashed(self, password: str, account: Account) -> str:
        with self.ground.reading() as session:
            words = guessable(session, self.ground.organisation)
        weakness = self.passwords.weakness(password, [account.name, account.title, *words])
        if weakness is not None:
            raise UsageError(*weak_words(weakness))
        return self.passwords.hash(password)


def weak_words(weakness: object) -> tuple[Say, Say]:
    """A weakness of ``keys.passwords`` in words for people."""
    why = WEAK.get(str(getattr(weakness, "value", weakness)), Say("it is easy to guess", "容易被猜到"))
    return (
        Say("the password is too weak: {why}", "密码强度不足：{why}").format(why=why),
        Say(
            "use at least 15 characters, such as four or more unrelated words",
            "请使用至少 15 个字符，例如四个以上不相关的词",
        ),
    )


WEAK = {
    "too_short": Say("it is too short", "过短"),
    "too_long": Say("it is too long", "过长"),
    "digits": Say("it is digits only", "仅含数字"),
    "repeated": Say("it repeats itself", "内容重复"),
    "phone": Say("it is mostly a telephone number", "主要是电话号码"),
    "id_number": Say("it is mostly an identity card number", "主要是身份证号码"),
    "date": Say("it is mostly a date", "主要是日期"),
    "name": Say("it is mostly a name", "主要是姓名"),
    "keyboard": Say("it follows keys that lie side by side", "由键盘上相邻的键组成"),
    "common": Say("it is made of words that everybody tries first", "由常见词组成"),
}


def _locked() -> KeysError:
    return KeysError(
        Say("too many wrong passwords; the account is locked for a while", "密码错误次数过多，账户已暂时锁定"),
        Say("wait up to 15 minutes", "请等待最多 15 分钟"),
    )


def _dead_link() -> KeysError:
    return KeysError(
        Say("this one-time link was used, replaced or has expired", "该一次性链接已使用、被替换或已过期"),
        WHO_MAKES_LINKS,
    )
