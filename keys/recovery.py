"""The recovery key as SLIP-39 shares for several people: any 3 of 5 open every sealed file, 2 tell nothing.

The shares are made and put together by `shamir-mnemonic`, the reference of the format. Each has 33 words of a list
whose words differ in their first four letters, and a checksum that finds any three wrong words.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, islice

from keys import age
from keys.errors import BadKey, RecoveryError

NEEDED = 3
SHARES = 5
MOST_SHARES = 16
"""The format's own limit."""
_KEY = 32
_TRIED = 200


def split(identity: str, needed: int = NEEDED, shares: int = SHARES) -> tuple[str, ...]:
    """The shares of a recovery key (``AGE-SECRET-KEY-1…``), tried before they are given out.

    Raises BadKey for what is no such key, RecoveryError for numbers that make no sense.
    """
    from shamir_mnemonic import generate_mnemonics

    secret = age.Identity.parse(identity).secret
    if not 2 <= needed <= shares <= MOST_SHARES:
        raise RecoveryError(f"got {needed} of {shares} shares; expected 2 to {MOST_SHARES}, no more needed than made")
    made: list[str] = generate_mnemonics(1, [(needed, shares)], secret)[0]
    for some in islice(combinations(made, needed), _TRIED):
        if combine(some).secret != secret:
            raise RecoveryError("the shares do not make the key again")
    return tuple(made)


def combine(shares: Sequence[str]) -> age.Identity:
    """The recovery key. Raises RecoveryError: too few, of different sets, or a wrong one among them."""
    from shamir_mnemonic import MnemonicError, combine_mnemonics

    distinct = list(dict.fromkeys(spelt(share) for share in shares))
    sets = {set_of(share) for share in distinct}
    if len(sets) > 1:
        raise RecoveryError("the shares are of different sets")
    needed = needed_for(distinct[0]) if distinct else NEEDED
    if len(distinct) < needed:
        raise RecoveryError(f"got {len(distinct)} different shares, expected {needed}")
    try:
        # More than are needed is refused by the library, and any of them do.
        secret = combine_mnemonics(distinct[:needed])
    except MnemonicError:
        # Not chained: the fault repeats words of a share.
        raise RecoveryError("the shares do not fit together") from None
    if len(secret) != _KEY:
        raise RecoveryError("the shares are of another kind of secret")
    return age.Identity(secret)


def spelt(share: str) -> str:
    """One share as the format writes it, its words and checksum checked. Raises RecoveryError, naming no other word."""
    from shamir_mnemonic import MnemonicError, Share
    from shamir_mnemonic.wordlist import WORDLIST

    words = share.lower().split()
    for place, word in enumerate(words, 1):
        if word not in WORDLIST:
            raise RecoveryError(f"word {place} of the share is none of the list's")
    try:
        Share.from_mnemonic(" ".join(words))
    except (MnemonicError, ValueError):
        raise RecoveryError(f"a word of the share is wrong, or words are missing: it has {len(words)}") from None
    return " ".join(words)


def needed_for(share: str) -> int:
    """How many shares of this one's set are needed. Raises RecoveryError."""
    from shamir_mnemonic import Share

    return int(Share.from_mnemonic(spelt(share)).member_threshold)


def set_of(share: str) -> int:
    """The random number that all shares of one set carry; it says nothing about the key. Raises RecoveryError."""
    from shamir_mnemonic import Share

    return int(Share.from_mnemonic(spelt(share)).identifier)


def secret_of(lines: Sequence[str]) -> age.Identity:
    """The recovery key from what a person gives: the key itself, or shares. Raises RecoveryError."""
    given = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    for line in given:
        if line.upper().startswith("AGE-SECRET-KEY-"):
            try:
                return age.Identity.parse(line)
            except BadKey:
                raise RecoveryError("the recovery key is misspelt") from None
    return combine(given)
