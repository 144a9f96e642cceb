"""Made-up identifiers with right check digits, and numbers that only look like them."""

from __future__ import annotations

import random
import string

REGIONS = ("110105", "310101", "440103", "330102", "510104", "420102", "320102", "610102", "350102", "210102", "370102")
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
GIVEN = "一二三明华丽强静敏军洋艳杰涛超霞"


def person(chance: random.Random) -> str:
    """A name."""
    return chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=chance.randint(1, 2)))


def resident(chance: random.Random, region: str = "") -> str:
    """居民身份证, check digit by GB 11643."""
    day = f"{chance.randint(1950, 2012)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
    seventeen = (region or chance.choice(REGIONS)) + day + f"{chance.randint(1, 999):03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(seventeen, weights, strict=True))
    return seventeen + "10X98765432"[total % 11]


def card(chance: random.Random) -> str:
    """A bank card number, 62 and Luhn."""
    digits = "62" + "".join(chance.choices(string.digits, k=16))
    total = sum(sum(divmod(int(c) * (2 - n % 2), 10)) for n, c in enumerate(reversed(digits)))
    return digits + str(-total % 10)


def mobile(chance: random.Random) -> str:
    """A mobile number."""
    return chance.choice(("138", "139", "150", "186", "177", "199")) + "".join(chance.choices(string.digits, k=8))


def passport(chance: random.Random) -> str:
    """A passport number."""
    return "E" + "".join(chance.choices(string.digits, k=8))


def key(chance: random.Random, size: int) -> str:
    """Letters and digits as a machine makes them."""
    made = "".join(chance.choices(string.ascii_letters + string.digits, k=size - 2))
    return made + chance.choice(string.digits) + chance.choice(string.ascii_letters)


def order(chance: random.Random) -> str:
    """An order number: date, time, serial."""
    return (
        f"20{chance.randint(20, 26)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}{chance.randint(0, 23):02}"
        f"{chance.randint(0, 59):02}{chance.randint(0, 59):02}{chance.randint(0, 9999):04}"
    )
