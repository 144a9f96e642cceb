"""The Chinese fonts that are installed here, by style; the same fonts give the same pictures."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from functools import cache

from PIL import ImageFont

SIMPLIFIED = (" SC", " CN", "WenQuanYi")
"""Collections draw the same character in the way of several regions; only that of the mainland is of use here."""
STYLES = {"Song": ("Serif", "UMing", "SimSun", "Song"), "Kai": ("Kai",)}
"""Anything else is a 黑体."""


class NoFonts(Exception):
    """There is no Chinese font here, so that nothing can be drawn."""


@dataclass(frozen=True, slots=True, order=True)
class Face:
    """One font of a file."""

    family: str
    weight: str
    path: str
    index: int

    def at(self, px: int) -> ImageFont.FreeTypeFont:
        """The font in a size."""
        return _opened(self.path, self.index, px)

    @property
    def style(self) -> str:
        """Song, Kai or Hei."""
        return next((style for style, words in STYLES.items() if any(word in self.family for word in words)), "Hei")


@cache
def _opened(path: str, index: int, px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, px, index=index)


@cache
def faces() -> tuple[Face, ...]:
    """All that have the star, in an order that does not depend on the machine. Raises NoFonts."""
    if shutil.which("fc-list") is None:
        raise NoFonts("got no fc-list, expected fontconfig with a Chinese font; hint: apt install fonts-noto-cjk")
    asked = ["fc-list", ":lang=zh-cn:charset=2605", "-f", "%{family[0]}\t%{style[0]}\t%{file}\t%{index}\n"]
    lines = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines()
    found = {Face(f, w, path, int(n)) for f, w, path, n in (line.split("\t") for line in lines) if _wanted(f)}
    if not found:
        raise NoFonts("got no Chinese font, expected one; hint: apt install fonts-noto-cjk")
    return tuple(sorted(found))


def _wanted(family: str) -> bool:
    return "Mono" not in family and "Sharp" not in family and any(word in family + " " for word in SIMPLIFIED)


def of_style(style: str) -> tuple[Face, ...]:
    """The faces of a style, or all where there is none of it."""
    return tuple(face for face in faces() if face.style == style) or faces()
