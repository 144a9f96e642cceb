"""What cameras, screens, scanners and messengers do to a picture."""

from __future__ import annotations

import random
from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.uint8]
"""Height × width × RGB."""


def _kept(values: npt.NDArray[np.floating]) -> Pixels:
    return np.clip(values, 0, 255).astype(np.uint8)


def blur(pixels: Pixels, px: int, chance: random.Random) -> Pixels:
    """Out of focus, by a share of the type's size, so that people can still read it."""
    return cv2.GaussianBlur(pixels, (0, 0), px * chance.uniform(0.025, 0.075)).astype(np.uint8)


def noise(pixels: Pixels, _px: int, chance: random.Random) -> Pixels:
    """A sensor in poor light."""
    grain = np.random.default_rng(chance.getrandbits(32)).normal(0, chance.uniform(5, 20), pixels.shape)
    return _kept(pixels + grain)


def shadow(pixels: Pixels, _px: int, chance: random.Random) -> Pixels:
    """A hand's shadow with a soft edge, and light from one side."""
    high, wide = pixels.shape[:2]
    across, down = np.meshgrid(np.linspace(-1, 1, wide), np.linspace(-1, 1, high))
    turn, at = chance.uniform(0, 2 * np.pi), chance.uniform(-0.5, 0.5)
    along = across * np.cos(turn) + down * np.sin(turn)
    dark = 1 - chance.uniform(0.25, 0.5) / (1 + np.exp(-(along - at) * chance.uniform(4, 14)))
    return _kept(pixels * (dark * (1 - 0.12 * (along + 1) / 2))[:, :, None])


def perspective(pixels: Pixels, _px: int, chance: random.Random) -> Pixels:
    """A page photographed at an angle, on a table."""
    high, wide = pixels.shape[:2]
    pad = int(min(high, wide) * 0.06)
    table = [int(one) for one in np.random.default_rng(chance.getrandbits(32)).integers(60, 170, 3)]
    laid = cv2.copyMakeBorder(pixels, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=table)
    high, wide = laid.shape[:2]
    corners = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], np.float32)
    moved = corners + np.array([(chance.uniform(-pad, pad), chance.uniform(-pad, pad)) for _ in corners], np.float32)
    return cv2.warpPerspective(
        laid, cv2.getPerspectiveTransform(corners, moved), (wide, high), borderValue=table
    ).astype(np.uint8)


def moire(pixels: Pixels, px: int, chance: random.Random) -> Pixels:
    """A photo of a screen: its grid beats against the camera's, colours fringe, the whole is a little soft."""
    high, wide = pixels.shape[:2]
    across, down = np.meshgrid(np.arange(wide, dtype=np.float32), np.arange(high, dtype=np.float32))
    bands = np.zeros((high, wide, 3), np.float32)
    for channel in range(3):
        turn, period = chance.uniform(0, np.pi), chance.uniform(6, 28)
        bands[:, :, channel] = np.sin((across * np.cos(turn) + down * np.sin(turn)) * 2 * np.pi / period)
    soft = cv2.GaussianBlur(pixels, (0, 0), max(0.4, px * 0.025))
    return _kept(soft * (1 + bands * chance.uniform(0.03, 0.1)) + chance.uniform(-15, 10))


def turned(pixels: Pixels, degrees: int) -> Pixels:
    """Counter-clockwise; what comes into view at the edges is of the colour of the corner."""
    if degrees % 90 == 0:
        return np.ascontiguousarray(np.rot90(pixels, degrees // 90))
    corner = [int(one) for one in pixels[2, 2]]
    image = Image.fromarray(pixels).rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=tuple(corner))
    return np.asarray(image)


def packed(pixels: Pixels, quality: int) -> bytes:
    """A JPEG, or a PNG where ``quality`` is 0."""
    suffix, settings = (".jpg", [cv2.IMWRITE_JPEG_QUALITY, quality]) if quality else (".png", [])
    done, raw = cv2.imencode(suffix, cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), settings)
    assert done
    return bytes(raw)


Wear = Callable[[Pixels, int, random.Random], Pixels]
CAMERA: dict[str, tuple[Wear, ...]] = {
    "none": (),
    "blur": (blur,),
    "noise": (noise,),
    "shadow": (shadow,),
    "perspective": (perspective,),
    "moire": (moire,),
    "photo of a page": (perspective, shadow, noise),
    "poor photo of a page": (perspective, blur, shadow, noise),
    "photo of a screen": (moire, perspective),
    "scan": (blur, noise),
}
"""Name to what is done, in order."""
