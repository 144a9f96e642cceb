"""Which picture has which number: families, sizes, turns and wear go round; the same seed gives the same pictures."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.pictures import papers, people, wear
from benchmarks.pictures.harmless import HARMLESS
from benchmarks.pictures.label import Drawn, Label, Made, Want
from benchmarks.pictures.marks import mark
from benchmarks.pictures.screens import chat, inverted, window

SIZES = (12, 14, 16, 16, 18, 18, 20, 20, 22, 24, 28, 32, 40)
"""Pixels of type; 12 and 14 are below what must be read, and reported apart."""
TURNS = (0, 0, 0, 0, 0, 0, 0, 3, -3, 3, -3, 10, -10, 90, 180, 270)
SCROLL = 40
"""Every so many pictures of screens one is a long scroll."""
Draw = Callable[[int, random.Random], Drawn]


def quoted(px: int, chance: random.Random) -> Drawn:
    """A chat in which the head of a paper is sent as text."""
    found = mark(chance)
    says = f"{found.text}\n{papers.title(chance)}"
    image = chat([says], px, chance, chance.randint(3, 7))
    return Drawn(Label(Want.MARK, "chat", found.text, found.level, px), image, screen=True)


def scroll(px: int, chance: random.Random) -> Drawn:
    """A chat of many screens with the head of a paper somewhere in it."""
    px, found = min(px, 20), mark(chance)
    image = chat([f"{found.text}\n{papers.title(chance)}"], px, chance, chance.randint(40, 90))
    return Drawn(Label(Want.MARK, "scroll", found.text, found.level, px), image, screen=True, tall=True)


def shown(px: int, chance: random.Random) -> Drawn:
    """A paper open in a program."""
    drawn = chance.choice((papers.official, papers.report, papers.cover))(px, chance)
    drawn.image = drawn.image.crop((0, 0, drawn.image.width, min(drawn.image.height, drawn.image.width * 3 // 4)))
    drawn = window(drawn, chance)
    return inverted(drawn) if chance.random() < 0.2 else drawn


HOLDING: tuple[Draw, ...] = (
    papers.official, people.card, papers.report, people.people, papers.official, people.form, papers.cover, shown,
    people.said_in_chat, papers.secrecy_field, papers.official, people.phones, papers.slide, shown, quoted,
    papers.report,
)  # fmt: skip


def drawn(number: int, chance: random.Random) -> Drawn:
    """The clean picture of this number; the odd ones hold nothing."""
    px, turn_of = chance.choice(SIZES), number // 2
    if number % 2:
        return HARMLESS[turn_of % len(HARMLESS)](px, chance)
    if turn_of % SCROLL == SCROLL - 1:
        return scroll(px, chance)
    return HOLDING[turn_of % len(HOLDING)](px, chance)


def made(number: int, seed: int) -> Made:
    """The finished picture of this number."""
    chance = random.Random(f"{seed} picture {number}")
    clean = drawn(number, chance)
    label = clean.label
    label.number = number
    pixels = np.asarray(clean.image.convert("RGB"))
    names = [name for name in wear.CAMERA if clean.screen == ("screen" in name or name == "moire") or name == "none"]
    name = "none" if clean.tall else chance.choice(["none", "none", *names] if clean.screen else names)
    for one in wear.CAMERA[name]:
        pixels = one(pixels, label.px, chance)
    label.turn = 0 if clean.tall or (clean.screen and name == "none") else chance.choice(TURNS)
    pixels = wear.turned(pixels, label.turn) if label.turn else pixels
    quality = 0 if clean.screen and name == "none" and chance.random() < 0.4 else chance.randint(30, 90)
    label.wear += (*(() if name == "none" else (name,)), f"JPEG {quality}" if quality else "PNG")
    label.size = (pixels.shape[1], pixels.shape[0])
    return Made(label, wear.packed(pixels, quality), ".jpg" if quality else ".png")


def pictures(count: int, seed: int, first: int = 0) -> Iterator[Made]:
    """Those from ``first`` up to ``count``."""
    for number in range(first, count):
        yield made(number, seed)
