"""Check digits and what else an identifier must satisfy. One small function each, registered by name in ``CHECKS``.

A check takes the identifier with separators removed and full-width characters folded, in capitals. It returns None for
"is none", otherwise the names of the supports it saw (a rule gives them points). A region table only moves the score:
codes are abolished and added, and an identifier must not vanish because a table is old.
"""

from __future__ import annotations

import datetime
import math
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from operator import mul
from pathlib import Path

Check = Callable[[str], tuple[str, ...] | None]

EARLIEST_BIRTH = 1880
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
"""GB 11643-1999, ISO 7064 MOD 11-2."""
USCC_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
"""GB 32100-2015, MOD 31."""
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
"""GB 11714-1997, MOD 11."""
LUHN_DOUBLES = str.maketrans("0123456789", "0246813579")
"""Twice a digit, its own digits added."""
VIN_VALUES = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True))
VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
"""ISO 3779, GB 16735-2019: position 9 is the check character."""
PROVINCES = frozenset(
    f"{area}{number}"
    for area, numbers in {
        1: "12345",
        2: "123",
        3: "1234567",
        4: "123456",
        5: "01234",
        6: "12345",
        7: "1",
        8: "123",
    }.items()
    for number in numbers
)
"""First two digits of GB/T 2260."""


@cache
def regions() -> frozenset[str]:
    """The six-digit division codes of GB/T 2260, present and abolished."""
    codes: set[str] = set()
    for line in (Path(__file__).parent / "packs" / "regions.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            head, *tails = line.split()
            codes.update(head + tail for tail in tails)
    return frozenset(codes)


def _real_date(digits: str) -> bool:
    """Whether yyyymmdd is a day on which somebody alive or recorded can be born."""
    try:
        born = datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return born.year >= EARLIEST_BIRTH and born <= datetime.date.today()


def _mod_11_2(value: str) -> bool:
    return ID_CHECKS[sum(map(mul, map(int, value[:17]), ID_WEIGHTS)) % 11] == value[17]


def _region(code: str) -> str:
    if code in regions():
        return "known_region"
    return "unlisted_region" if code[:2] in PROVINCES else "no_such_region"


def resident_id(value: str) -> tuple[str, ...] | None:
    """居民身份证, 18 characters, also residence permits of Hong Kong, Macao and Taiwan people (81, 82, 83)."""
    if len(value) != 18 or not value[:17].isdecimal() or not _real_date(value[6:14]) or not _mod_11_2(value):
        return None
    return ("check_digit", _region(value[:6]))


def resident_id_15(value: str) -> tuple[str, ...] | None:
    """居民身份证, 15 digits as issued before 1999: no check digit, only region and date."""
    if len(value) != 15 or not value.isdecimal() or not _real_date("19" + value[6:12]):
        return None
    return (_region(value[:6]),)


def permanent_residence(value: str) -> tuple[str, ...] | None:
    """外国人永久居留身份证 as issued since 2023: 9, province, country (ISO 3166 numeric), birthday, order, check."""
    if len(value) != 18 or not value[:17].isdecimal() or value[0] != "9" or value[1:3] not in PROVINCES:
        return None
    return ("check_digit",) if _real_date(value[6:14]) and _mod_11_2(value) else None


def permanent_residence_old(value: str) -> tuple[str, ...] | None:
    """外国人永久居留证 before 2023: country, 11 digits, check by the 7-3-1 weights of ICAO 9303."""
    if len(value) != 15 or not value[:3].isalpha() or not value[3:].isdecimal():
        return None
    total = sum((ord(c) - 55 if c.isalpha() else int(c)) * (7, 3, 1)[n % 3] for n, c in enumerate(value[:14]))
    return ("check_digit",) if total % 10 == int(value[14]) else ()


def luhn(value: str) -> tuple[str, ...] | None:
    """Bank cards, ISO/IEC 7812-1."""
    if not value.isdecimal() or len(set(value)) < 2:
        return None
    odd, even = value[-1::-2], value[-2::-2]
    return ("check_digit",) if sum(map(int, odd + even.translate(LUHN_DOUBLES))) % 10 == 0 else None


def social_credit(value: str) -> tuple[str, ...] | None:
    """统一社会信用代码: its own check and that of the organisation code inside it (one in three hundred by chance)."""
    if len(value) != 18 or any(c not in USCC_CHARACTERS for c in value):
        return None
    total = sum(USCC_CHARACTERS.index(c) * w for c, w in zip(value, USCC_WEIGHTS, strict=False))
    if USCC_CHARACTERS[(31 - total % 31) % 31] != value[17] or not organisation_code(value[8:17]):
        return None
    return ("check_digit",)


def organisation_code(value: str) -> tuple[str, ...] | None:
    """组织机构代码, eight characters and a check."""
    if len(value) != 9 or not value.isalnum():
        return None
    total = sum(
        (int(c) if c.isdecimal() else ord(c) - 55) * w for c, w in zip(value, ORGANISATION_WEIGHTS, strict=False)
    )
    return ("check_digit",) if "0123456789X0"[11 - total % 11] == value[8] else None


def vin(value: str) -> tuple[str, ...] | None:
    """车辆识别代号."""
    if len(value) != 17 or value.isdecimal() or value.isalpha():
        return None
    try:
        numbers = [int(c) if c.isdecimal() else VIN_VALUES[c] for c in value]
    except KeyError:
        return None
    check = "0123456789X"[sum(n * w for n, w in zip(numbers, VIN_WEIGHTS, strict=True)) % 11]
    return ("check_digit",) if check == value[8] else None


def entropy(value: str) -> float:
    """Shannon entropy in bits per character."""
    size = len(value)
    return -sum(n / size * math.log2(n / size) for n in Counter(value).values())


def random_looking(value: str) -> tuple[str, ...] | None:
    """A key made by a machine: many different characters, digits among letters (entropy of 3.2 bits and more)."""
    mixed = any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
    return ("entropy",) if mixed and entropy(value) >= 3.2 else None


def password_like(value: str) -> tuple[str, ...] | None:
    """A password somebody chose: at least two kinds of characters, and no placeholder of one repeated character."""
    if len(set(value)) < 4:
        return None
    kinds = sum((any(map(str.isdigit, value)), any(map(str.isalpha, value)), not value.isalnum()))
    if kinds < 2:
        return None
    return (*(("three_kinds",) if kinds == 3 else ()), *(("entropy",) if kinds == 3 or entropy(value) >= 3.0 else ()))


def distinct_digits(value: str) -> tuple[str, ...] | None:
    """A number that is not a placeholder such as 00000000 or 12345678."""
    digits = "".join(c for c in value if c.isdecimal())
    return None if len(set(digits)) < 3 or digits in "01234567890123456789" else ()


CHECKS: Mapping[str, Check] = {
    check.__name__: check
    for check in (
        resident_id,
        resident_id_15,
        permanent_residence,
        permanent_residence_old,
        luhn,
        social_credit,
        organisation_code,
        vin,
        random_looking,
        password_like,
        distinct_digits,
    )
}
