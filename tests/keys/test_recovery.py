"""The recovery key from three of five shares, and nothing from two."""

from __future__ import annotations

import io
import os
from itertools import combinations, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys import age, recovery
from keys.errors import BadKey, RecoveryError


@pytest.fixture(scope="module")
def identity() -> age.Identity:
    return age.generate()


@pytest.fixture(scope="module")
def shares(identity: age.Identity) -> tuple[str, ...]:
    return recovery.split(str(identity))


def test_any_three_of_five_open_a_file_and_two_do_not(identity: age.Identity, shares: tuple[str, ...]) -> None:
    assert len(shares) == 5 and {len(share.split()) for share in shares} == {33}
    sealed = io.BytesIO()
    age.seal(io.BytesIO(b"content"), sealed, [str(identity.recipient)])
    for three in combinations(shares, 3):
        out = io.BytesIO()
        age.open_sealed(io.BytesIO(sealed.getvalue()), out, [recovery.combine(three)])
        assert out.getvalue() == b"content"
    for two in combinations(shares, 2):
        with pytest.raises(RecoveryError, match="got 2 different shares, expected 3"):
            recovery.combine(two)
    assert recovery.combine(shares) == identity == recovery.combine([*shares, shares[0]])


def test_order_case_and_spaces_do_not_matter(identity: age.Identity, shares: tuple[str, ...]) -> None:
    for three in permutations(shares[:3]):
        assert recovery.combine([f"  {share.upper()}\r\n".replace(" ", "  ") for share in three]) == identity


def test_the_same_share_twice_is_one(shares: tuple[str, ...]) -> None:
    with pytest.raises(RecoveryError, match="got 2 different"):
        recovery.combine([shares[0], shares[0], shares[1]])


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_wrong_word_is_found_and_no_word_is_repeated_in_the_error(
    shares: tuple[str, ...], data: st.DataObject
) -> None:
    from shamir_mnemonic.wordlist import WORDLIST

    words = shares[0].split()
    place = data.draw(st.integers(0, len(words) - 1))
    how = data.draw(st.sampled_from(["other", "unknown", "missing", "swapped"]))
    if how == "other":
        words[place] = data.draw(st.sampled_from([word for word in WORDLIST if word != words[place]]))
    elif how == "unknown":
        words[place] = "wechat"
    elif how == "missing":
        del words[place]
    elif words[place] != words[place - 1]:
        words[place], words[place - 1] = words[place - 1], words[place]
    else:
        return
    with pytest.raises(RecoveryError) as caught:
        recovery.combine([" ".join(words), shares[1], shares[2]])
    said = str(caught.value).split()
    assert not set(said) & (set(shares[0].split()) - {"of", "the", "is", "a", "or", "are", "none", "has", "it"})
    assert caught.value.__cause__ is None


def test_shares_of_two_sets_do_not_mix(identity: age.Identity, shares: tuple[str, ...]) -> None:
    other = recovery.split(str(identity))
    with pytest.raises(RecoveryError, match="different sets"):
        recovery.combine([shares[0], shares[1], other[2]])


def test_shares_of_something_else_are_refused() -> None:
    from shamir_mnemonic import generate_mnemonics

    with pytest.raises(RecoveryError, match="another kind"):
        recovery.combine(generate_mnemonics(1, [(2, 2)], os.urandom(16))[0])
    with pytest.raises(RecoveryError, match="got 0"):
        recovery.combine([])


@pytest.mark.parametrize(("needed", "made"), [(1, 5), (0, 0), (6, 5), (3, 17)])
def test_numbers_that_make_no_sense(identity: age.Identity, needed: int, made: int) -> None:
    with pytest.raises(RecoveryError, match="expected 2 to 16"):
        recovery.split(str(identity), needed, made)


def test_other_numbers(identity: age.Identity) -> None:
    two = recovery.split(str(identity), 2, 2)
    assert recovery.combine(two) == identity and recovery.needed_for(two[0]) == 2
    assert len(recovery.split(str(identity), 4, 16)) == 16


def test_what_a_person_gives_is_the_key_or_shares(identity: age.Identity, shares: tuple[str, ...]) -> None:
    assert recovery.secret_of(["# from the safe", "", f" {identity} "]) == identity
    assert recovery.secret_of(["# one", shares[4], shares[0], "", shares[2]]) == identity
    with pytest.raises(RecoveryError, match="misspelt"):
        recovery.secret_of([str(identity)[:-1] + ("Q" if str(identity)[-1] != "Q" else "P")])
    with pytest.raises(BadKey):
        recovery.split("not a key")
