"""What a rule needs in a line before it is tried: words, pairs of characters, or the terms of a dictionary."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from classifiers.pack_fields import Fields
from classifiers.spelling import INVISIBLE

SHORTEST_TERM = 2
"""Characters; shorter terms would be met everywhere."""


class Needs(Fields):
    """Reads the fields that the sweep over a text is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path()
        self.alike: dict[str, str] = {}

    def needs(self, given: Mapping[str, Any], where: str) -> tuple[tuple[str, ...], tuple[tuple[str, str, bool], ...]]:
        """Words, and pairs of characters.

        ``[ab][cd]`` stands for four words; ``机<密`` looks for 密 and then whether 机 stands before it, ``密>级`` for
        密 and whether 级 stands after it, both with gaps and in all forms of the characters. ``S=E`` is for letters:
        both together, also in full width or with something invisible between.
        """
        words: list[str] = []
        pairs: list[tuple[str, str, bool]] = []
        for word in self.words(given.get("needs", []), f"{where}, needs"):
            if word.startswith("["):
                choices = [self.letters(one) for one in re.findall(r"\[([^\]]+)\]", word)]
                words += map("".join, itertools.product(*choices))
            elif len(word) == 3 and word[1] == "=":
                wide = [f"{one}{chr(ord(one) + 0xFEE0)}" for one in (word[0], word[2])]
                words += ("".join(one) for one in itertools.product(wide[0], ("", *INVISIBLE), wide[1]))
            elif len(word) == 3 and word[1] in "<>":
                before = word[1] == "<"
                sought, companion = (word[2], word[0]) if before else (word[0], word[2])
                pairs += itertools.product(self.forms(sought), self.forms(companion), (before,))
            else:
                words.append(word)
        if not words and not pairs and not given.get("digits") and not given.get("grouped"):
            raise self.fail(
                f"{where}, needs",
                "expected needs, digits or grouped; without them the rule would be tried on every line",
                "应写明 needs、digits 或 grouped，否则每一行都要尝试本规则",
            )
        return tuple(dict.fromkeys(words)), tuple(dict.fromkeys(pairs))

    def letters(self, choice: str) -> list[str]:
        """The characters of ``a-cx``."""
        found: list[str] = []
        for one in re.findall(r"(.)-(.)|(.)", choice):
            found += [one[2]] if one[2] else map(chr, range(ord(one[0]), ord(one[1]) + 1))
        return found

    def forms(self, one: str) -> str:
        """A character and all that is read as it."""
        return one + self.alike.get(one, "")

    def dictionary(self, value: object, where: str) -> frozenset[str]:
        """The terms of a file beside the pack, one a line; lines that begin with # are remarks."""
        lines = (self.folder / str(value)).read_text("utf-8").splitlines()
        terms = frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))
        short = next((term for term in sorted(terms) if len(term) < SHORTEST_TERM), None)
        if short or not terms:
            raise self.fail(
                where,
                f"term {short!r} is shorter than {SHORTEST_TERM} characters and would be met everywhere"
                if short
                else "no terms",
                f"词条 {short!r} 不足 {SHORTEST_TERM} 个字，会到处命中" if short else "词表为空",
            )
        return terms
