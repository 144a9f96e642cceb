"""Whether there is text in a picture at all, asked cheaply: yes for a single small line, no for leaves and grain."""

from __future__ import annotations

from typing import Any

import pytest
from drawn import line, sheet

pytest.importorskip("cv2", reason="pictures are looked at with the libraries of the extra [ocr]")

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from dlp.sight import pieces
from dlp.sight.networks import Networks, missing
from dlp.sight.texture import has_text

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"the extra ocr is not installed: {missing()}")
Pixels = Any


@pytest.fixture(scope="module")
def networks() -> Networks:
    return Networks()


def pixels(picture: Image.Image) -> Pixels:
    return np.ascontiguousarray(np.asarray(picture)[:, :, ::-1])


def clouds(wide: int = 1440, high: int = 1080) -> Image.Image:
    """Soft in every size, as a photo of a landscape is."""
    random, photo = np.random.default_rng(7), np.zeros((high, wide, 3))
    for scale in (8, 24, 80, 240):
        coarse = Image.fromarray(random.integers(0, 255, (high // scale, wide // scale, 3), np.uint8))
        photo += np.asarray(coarse.resize((wide, high), Image.Resampling.BICUBIC), np.float64) / 4
    return Image.fromarray(photo.astype(np.uint8))


def leaves(wide: int = 1280, high: int = 960) -> Image.Image:
    """Full of shapes as long as words are, and grain on all of it."""
    random = np.random.default_rng(11)
    rough = Image.fromarray(random.normal(0, 28, (high // 6, wide // 6)).astype(np.float32)).resize((wide, high))
    values = 130 + np.asarray(rough)[:, :, None] + random.normal(0, 6, (high, wide, 1))
    return Image.fromarray(np.broadcast_to(values.clip(0, 255).astype(np.uint8), (high, wide, 3)).copy())


def written(photo: Image.Image, name: str, height: int, *, standing: bool = False) -> Image.Image:
    """The photo with a line of white letters, dark around them, as cameras and people write on photos."""
    ink = ImageOps.expand(ImageOps.invert(line(name, height)), 4)
    edge = ink.filter(ImageFilter.MaxFilter(5))
    if standing:
        ink, edge = ink.rotate(90, expand=True), edge.rotate(90, expand=True)
    at = (photo.width // 3, photo.height // 2)
    photo.paste((0, 0, 0), at, edge)
    photo.paste((255, 255, 255), at, ink)
    return photo


def test_leaves_and_grain_are_no_text(networks: Networks) -> None:
    assert not has_text(networks, pixels(leaves()))
    assert not has_text(networks, pixels(leaves().rotate(10, expand=True)))
    assert not has_text(networks, pixels(clouds()))
    assert not has_text(networks, pixels(clouds(40, 30).resize((1440, 1080), Image.Resampling.BICUBIC)))


@pytest.mark.parametrize("ground", [clouds, leaves])
@pytest.mark.parametrize("standing", [False, True])
def test_one_small_line_on_a_photo_is_text(ground: Any, standing: bool, networks: Networks) -> None:
    assert has_text(networks, pixels(written(ground(), "mark", 28, standing=standing)))
    assert has_text(networks, pixels(written(ground(), "title", 22, standing=standing)))


def test_one_small_line_on_a_screen_is_text(networks: Networks) -> None:
    screen = sheet("-", "-", "-", "chat", size=(1920, 1080), height=18)
    assert has_text(networks, pixels(screen))
    assert not has_text(networks, pixels(Image.new("RGB", (1920, 1080), "white")))


def test_the_sheet_holds_the_pieces_most_like_words_at_their_own_size() -> None:
    photo = pixels(written(clouds(), "mark", 28))
    small = np.asarray(Image.fromarray(photo).resize((640, 480), Image.Resampling.BOX).convert("L"))
    import cv2

    change = cv2.morphologyEx(small, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    laid = pieces.sheet(photo, change)
    assert laid.shape[1] == pieces.CELL[0] * pieces.ACROSS
    first = laid[: pieces.CELL[1], : pieces.CELL[0]]
    # White letters with dark around them are in the first cell, as large as they were.
    assert (first.min(), first.max()) == (0, 255)
    assert pieces.sheet(photo, np.zeros_like(change)) is None
