"""Passwords: kept with Argon2id, and refused when Chinese habits make them easy (R5.3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import passwords
from keys.passwords import Weakness, weakness

WORDS = ("王小明", "wangxiaoming", "wxm", "张伟", "zhangwei", "华兴科技", "huaxing")


def test_hash_and_verify() -> None:
    kept = passwords.hash("正确的马-battery-staple")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.verify(kept, "正确的马-battery-staple")
    assert not passwords.verify(kept, "正确的马-battery-stapel")
    assert passwords.hash("正确的马-battery-staple") != kept
    assert not passwords.is_outdated(kept)
    assert passwords.is_outdated("$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHQxMjM0NTY$" + "A" * 43)
    assert not passwords.verify(kept, "x" * 100_000)
    with pytest.raises(ValueError, match="Argon2"):
        passwords.verify("plain", "plain")


def test_full_width_typing_is_the_same_password() -> None:
    assert passwords.verify(passwords.hash("ｍａ１２３ of the sea"), "ma123 of the sea")


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("Huawei12#$", Weakness.TOO_SHORT),
        ("13800138000", Weakness.PHONE),
        ("138001380001380013", Weakness.DIGITS),
        ("19900101", Weakness.DATE),
        ("5201314", Weakness.DIGITS),
        ("４６２８９１０３７５２８４６１９", Weakness.DIGITS),
        ("11010119900307771X", Weakness.ID_NUMBER),
        ("110101199003077715", Weakness.ID_NUMBER),
        ("wangxiaoming1990", Weakness.NAME),
        ("WangXiaoMing@1990!!", Weakness.NAME),
        ("lixiaohong19880612", Weakness.NAME),
        ("zhangwei-13912345678", Weakness.PHONE),
        ("aaaaaaaaaaaaaaaa", Weakness.REPEATED),
        ("abcabcabcabcabcabc", Weakness.REPEATED),
        ("abcdefghijklmnopq", Weakness.COMMON),
        ("P@ssw0rd12345678", Weakness.COMMON),
        ("Gongsi@2026Gongsi@2026", Weakness.COMMON),
        ("qwertyuiop12345!", Weakness.COMMON),
        ("华兴科技华兴科技张伟王小明2026", Weakness.NAME),
        ("zaq12wsxcde34rfv", Weakness.KEYBOARD),
        ("poiuytrewqlkjhgf", Weakness.KEYBOARD),
        ("!QAZ2wsx#EDC4rfv", Weakness.KEYBOARD),
        ("1q2w3e4r5t6y7u8i", Weakness.COMMON),
        ("mnbvcxzlkjhgfdsapoi", Weakness.KEYBOARD),
        ("~!@#$%^&*()_+{}", Weakness.KEYBOARD),
        ("x" * 257, Weakness.TOO_LONG),
    ],
)
def test_easy_passwords_are_refused_for_the_right_reason(password: str, expected: Weakness) -> None:
    assert weakness(password, WORDS) is expected


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "我家门前有两棵树一棵是枣树另一棵",
        "kT7#vRq2pLx9mWz!",
        "purple-lantern-over-quiet-river",
        "woxihuanzaishanshanghecha-suibian",
        "the 2026 harvest smelled of wet clay",
        "her sweater was dressed in powder",
        "were trees asked to free a desert",
    ],
)
def test_long_and_unusual_passwords_are_taken_without_rules_about_signs(password: str) -> None:
    assert weakness(password, WORDS) is None


def test_the_least_length_is_a_setting() -> None:
    assert weakness("kT7#vRq2pLx9", WORDS) is Weakness.TOO_SHORT
    assert weakness("kT7#vRq2pLx9", WORDS, shortest=12) is None


@given(st.text(max_size=300), st.lists(st.text(max_size=20), max_size=5))
def test_any_text_is_answered(password: str, words: list[str]) -> None:
    assert weakness(password, words) in {None, *Weakness}
