"""Passwords: how they are kept (Argon2id, RFC 9106) and which are too easy to guess.

Length and a block list, no rules about character classes (NIST SP 800-63B-4); and what Chinese users choose and
general estimators rate as strong: names in pinyin with a birthday, telephone and identity card numbers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST = 15
"""Code points of a password that is the only factor (NIST SP 800-63B-4)."""
LONGEST = 256
# What is left after everything guessable is taken out; eight unguessable characters are enough with Argon2id.
_LEFT_OVER = 8
_NAME_SYLLABLES = 5

_COMMON = (
    "password passw0rd admin administrator root welcome letmein iloveyou monkey dragon sunshine princess football "
    "baseball master shadow superman qwertyuiop qwerty asdfghjkl asdf zxcvbnm zxcvbn 1qaz2wsx 1q2w3e4r qazwsx wechat "
    "weixin tencent china beijing shanghai woaini woaiwojia mima gongsi zhongguo dlp secret changeme default "
    "密码 口令 我爱你 中国 公司 管理员"
)
_LEET = str.maketrans("@4301!$57", "aaeoiisst")
_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)", re.ASCII)
_ID_NUMBER = re.compile(r"[1-9]\d{5}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]", re.ASCII)
_DATE = re.compile(
    r"(?:19|20)\d\d[-/.年]?(?:0?[1-9]|1[0-2])[-/.月]?(?:0?[1-9]|[12]\d|3[01])日?|(?:19|20)\d\d", re.ASCII
)
_REPEAT = re.compile(r"(.{1,6}?)\1{2,}")
# Where the keys lie: rows from top to bottom, each shifted to the right of the one above; with shift or without.
_ROWS = (
    (0.0, "`1234567890-=", "~!@#$%^&*()_+"),
    (1.5, "qwertyuiop[]", "qwertyuiop{}"),
    (1.75, "asdfghjkl;'", 'asdfghjkl:"'),
    (2.25, "zxcvbnm,./", "zxcvbnm<>?"),
)
_KEYS = {
    mark: (left + place, row)
    for row, (left, *shifts) in enumerate(_ROWS)
    for marks in shifts
    for place, mark in enumerate(marks)
}
_WALK = 5
# Initials and finals of pinyin: a little more than exists, which is harmless here.
_SYLLABLE = (
    r"(?:(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)"
    r"(?:iang|uang|iong|ang|eng|ing|ong|iao|ian|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|uo|ui|ue|ve|[aeiouv])"
    r"|ang|eng|ai|ei|ao|ou|an|en|er|[aeo])"
)
_PINYIN_NAME = re.compile(rf"(?<![a-z])(?:{_SYLLABLE}){{2,{_NAME_SYLLABLES}}}(?![a-z])")


class Weakness(StrEnum):
    """Why a password is refused; the caller has the words for people."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    DIGITS = "digits"
    REPEATED = "repeated"
    PHONE = "phone"
    ID_NUMBER = "id_number"
    DATE = "date"
    NAME = "name"
    COMMON = "common"
    KEYBOARD = "keyboard"


def hash(password: str) -> str:
    """The password as it is kept: Argon2id with a random salt, in the PHC text form. Raises ValueError if too long."""
    return _hasher().hash(_normal(password))


def verify(hashed: str, password: str) -> bool:
    """Whether this is the password. Raises ValueError when what was kept is not an Argon2 hash."""
    from argon2.exceptions import InvalidHashError, VerificationError

    if len(password) > LONGEST:
        return False
    try:
        return _hasher().verify(hashed, _normal(password))
    except VerificationError:
        return False
    except InvalidHashError as fault:
        raise ValueError("not an Argon2 hash") from fault


def is_outdated(hashed: str) -> bool:
    """Whether the password should be hashed again, at the next log-in, with today's parameters."""
    return _hasher().check_needs_rehash(hashed)


def weakness(password: str, words: Sequence[str], *, shortest: int = SHORTEST) -> Weakness | None:
    """Why the password is too easy to guess, or None.

    ``words`` are what an attacker would try for this account: names of the person and colleagues, in characters and
    in pinyin, account names, the organisation, telephone numbers.
    """
    if len(password) > LONGEST:
        return Weakness.TOO_LONG
    text = _normal(password).casefold()
    if text.isdigit():
        return _first_pattern(text) or Weakness.DIGITS
    if len(text) < shortest:
        return _first_pattern(text) or Weakness.TOO_SHORT
    return _reason(text, words)


def _reason(text: str, words: Sequence[str]) -> Weakness | None:
    """Take out all that is guessable; when too little is left, name the kind that took most."""
    known = [word for word in (_normal(word).casefold().strip() for word in words) if len(word) > 1]
    rest, taken = text, dict.fromkeys(Weakness, 0)
    for kind, pattern in (
        (Weakness.ID_NUMBER, _ID_NUMBER),
        (Weakness.PHONE, _PHONE),
        (Weakness.DATE, _DATE),
        (Weakness.NAME, _any_of(known)),
        (Weakness.REPEATED, _REPEAT),
        (Weakness.COMMON, _any_of(_COMMON.split())),
        (Weakness.NAME, _PINYIN_NAME),
    ):
        rest = _without(rest, pattern, taken, kind)
    walked = _without_walks(rest)
    taken[Weakness.KEYBOARD] += walked.count(" ") - rest.count(" ")
    before, rest = walked.replace(" ", ""), _without_runs(walked).replace(" ", "")
    taken[Weakness.COMMON] += len(before) - len(rest)
    if len(set(rest)) >= _LEFT_OVER:
        return None
    worst = max(taken, key=lambda kind: taken[kind])
    return worst if taken[worst] else Weakness.REPEATED


def _without(text: str, pattern: re.Pattern[str], taken: dict[Weakness, int], kind: Weakness) -> str:
    """The text with the matches cut out, also where letters are disguised as signs (p@ssw0rd)."""
    plain = text.translate(_LEET) if kind in (Weakness.COMMON, Weakness.NAME) else text
    kept = list(text)
    for match in [*pattern.finditer(text), *pattern.finditer(plain)]:
        for place in range(match.start(), match.end()):
            taken[kind] += kept[place] != " "
            kept[place] = " "
    return "".join(kept)


def _without_walks(text: str) -> str:
    """The text without walks over keys that lie side by side, such as 1qaz, qwert or mnbvc.

    Four keys in one direction are a walk, in changing directions five: shorter ones stand in ordinary words.
    """
    places = [_KEYS.get(mark) for mark in text]
    kept, start = [*text], 0
    for end in range(1, len(text) + 1):
        if end < len(text) and _beside(places[end - 1], places[end]):
            continue
        if end - start >= _WALK or (end - start == _WALK - 1 and _straight(places[start:end])):
            kept[start:end] = " " * (end - start)
        start = end
    return "".join(kept)


def _beside(one: tuple[float, int] | None, other: tuple[float, int] | None) -> bool:
    if one is None or other is None or one == other:
        return False
    return abs(one[0] - other[0]) <= 1 and abs(one[1] - other[1]) <= 1


def _straight(places: Sequence[tuple[float, int] | None]) -> bool:
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(places) if a and b]
    # Rows are shifted against each other, so down a column goes half a key or a quarter to the right.
    return len({(step[0] > 0, step[1]) for step in steps}) == 1


def _without_runs(text: str) -> str:
    """The text without runs such as 2345 or dcba, of which only the first character is news."""
    codes = [ord(mark) for mark in text]
    steps = [second - first for first, second in pairwise(codes)]
    drop = {
        place + 1
        for place, step in enumerate(steps)
        if abs(step) <= 1 and (step in steps[max(0, place - 1) : place] or steps[place + 1 : place + 2] == [step])
    }
    return "".join(mark for place, mark in enumerate(text) if place not in drop)


def _first_pattern(text: str) -> Weakness | None:
    kinds = ((Weakness.ID_NUMBER, _ID_NUMBER), (Weakness.PHONE, _PHONE), (Weakness.DATE, _DATE))
    return next((kind for kind, pattern in kinds if pattern.fullmatch(text)), None)


def _any_of(words: Sequence[str]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")


def _normal(password: str) -> str:
    """NFKC: the same password typed on another keyboard, or with full-width digits, is the same password."""
    if len(password) > LONGEST:
        raise ValueError(f"a password has at most {LONGEST} characters")
    return unicodedata.normalize("NFKC", password)


def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher, Type

    # RFC 9106, section 4, second recommendation: 64 MiB, 3 passes, 4 lanes; about half a second here.
    return PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4, type=Type.ID)
