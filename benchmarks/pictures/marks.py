"""How a mark is written on papers: levels, symbols, terms, spacing."""

from __future__ import annotations

import random
from dataclasses import dataclass

from benchmarks.eval.marked import LEVELS, term

SYMBOLS = "★★★★★★★★☆*"


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark and the level that it stands for."""

    text: str
    level: str


def mark(chance: random.Random) -> Mark:
    """A state secret mark: most with a star and a term, some spaced, some with the star alone."""
    word, level = chance.choice(list(LEVELS.items()))
    symbol = chance.choice(SYMBOLS)
    until = "" if symbol == "★" and chance.random() < 0.15 else term(chance)
    text = word + symbol + until
    how = chance.random()
    if how < 0.1:
        text = " ".join(text)
    elif how < 0.2:
        text = f"{word[0]} {word[1]}{symbol}{until}"
    elif how < 0.25:
        text = f"{word}级{symbol}{until}"
    return Mark(text, level)


def bare(chance: random.Random) -> Mark:
    """A level and a term without a symbol, in the ways that papers without one write it."""
    word, level = chance.choice(list(LEVELS.items()))
    years = chance.choice((1, 3, 5, 10, 15, 20, 30))
    return Mark(chance.choice((f"{word} {years}年", f"（{word}，{years}年）", f"{word}　{years}年")), level)
