"""Ways in which the same mark or number is written, by people, by programs and by those who would get it past us."""

from __future__ import annotations

import random
from collections.abc import Callable

TRADITIONAL = str.maketrans("绝机长启级业内资传阅", "絕機長啟級業內資傳閱")
LOOK_ALIKE = str.maketrans({"秘": "祕", "密": "蜜", "0": "O", "★": "☆"})
FULL = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
ZERO = "\u200b\u200c\u200d\u2060\ufeff"
EMOJI = "😀🔒🚩🧧"


def _between(text: str, chance: random.Random, fillers: str, most: int = 3) -> str:
    """A filler at one to ``most`` places between characters."""
    places = set(chance.sample(range(1, len(text)), min(chance.randint(1, most), len(text) - 1)))
    return "".join((chance.choice(fillers) if n in places else "") + c for n, c in enumerate(text))


def width(text: str, _chance: random.Random) -> str:
    """Full width."""
    return text.translate(FULL)


def zero_width(text: str, chance: random.Random) -> str:
    """Characters that nobody sees."""
    return _between(text, chance, ZERO)


def spacing(text: str, chance: random.Random) -> str:
    """Blanks between all characters, as in spaced titles."""
    return chance.choice((" ", "\u3000", "\u00a0")).join(text)


def traditional(text: str, _chance: random.Random) -> str:
    """Traditional characters."""
    return text.translate(TRADITIONAL)


def look_alike(text: str, _chance: random.Random) -> str:
    """What OCR makes of it."""
    return text.translate(LOOK_ALIKE)


def emoji(text: str, chance: random.Random) -> str:
    """Pictures between characters."""
    return _between(text, chance, EMOJI, 2)


def line_break(text: str, chance: random.Random) -> str:
    """Broken over two lines."""
    at = chance.randint(1, len(text) - 1)
    return text[:at] + "\n" + text[at:]


MARKS: dict[str, Callable[[str, random.Random], str]] = {
    one.__name__: one for one in (width, zero_width, spacing, traditional, look_alike, emoji, line_break)
}
NUMBERS: dict[str, Callable[[str, random.Random], str]] = {one.__name__: one for one in (width, zero_width)}
"""Those that leave a number one; "split" (runs, cells, objects) comes on top for both."""
