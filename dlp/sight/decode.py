"""From the bytes of a picture to pixels, within limits that hold before memory is spent."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from classifiers.model import GapReason
from dlp.read.budget import Exceeded

DECODERS = ("Png", "Jpeg", "Gif", "WebP", "Tiff", "Bmp", "Avif", "Ico", "Jpeg2K", "Ppm", "Pcx", "Tga")
"""Pillow's, that may meet a file. Of the others some run programs (EPS) and some are not kept."""
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP", "DIB", "AVIF", "ICO", "JPEG2000", "PPM", "PCX", "TGA", "HEIF")
"""What these register."""
JPEG = frozenset({"JPEG", "MPO"})
"""The same format; MPO is what phones write with a second picture behind the first."""
MOST_PIXELS = 64_000_000
"""Of one frame as it is decoded; a screenshot of 1080 × 20000 has 22 million. JPEG is decoded smaller at once."""
MOST_SIDE = 30_000
"""Pixels; the longest chat scrolls of phones end at 20,000 or so."""
MOST_FRAMES = 200
"""Pages of a TIFF, which faxes and scanners make."""
MOST_MOVING = 12
"""Frames of an animation, spread over it."""
KEPT = 2000
"""Pixels of the longer side from which a photo is decoded smaller: a page that fills it has lines of 30 and more."""
KEPT_PIXELS = 24_000_000
"""Of a frame as it is looked at: a scroll of 1080 × 20000 still has all of its own."""
THUMB = 640
"""Pixels of the longer side for a first look."""
LONG = 2.5
"""Length over width from which a picture is a scroll, whose letters are as large as on its narrow side."""


CODEC_SETTINGS = (b"hvcC", b"av1C", b"avcC", b"vvcC", b"jpgC")
"""Without one of these properties no picture of a HEIF file can be decoded (ISO/IEC 23008-12 and 14496-12)."""
_META_BYTES = 1 << 20
_DEEP = frozenset({"I", "I;16", "I;16B", "I;16L", "F"})
"""Modes of more than eight bits."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a picture, decoded."""

    pixels: Any
    """Height × width × 3, blue first."""
    number: int | None
    """From 1 where there are several."""


class Encoded:
    """A picture in a file: how large it is, and its pixels when asked for. Raises Exceeded beyond a limit."""

    def __init__(self, content: bytes | BinaryIO) -> None:
        from PIL import Image, UnidentifiedImageError

        formats = decoders()
        # The limits below are ours; Pillow's own would end as an error without a name.
        Image.MAX_IMAGE_PIXELS = None
        file = io.BytesIO(content) if isinstance(content, bytes) else content
        file.seek(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                self._image = Image.open(file, formats=formats)
            except UnidentifiedImageError:
                if _hollow(file):
                    raise Exceeded(GapReason.BROKEN, "picture_codec: none in the file") from None
                raise
        self._file = file
        self.frames = int(getattr(self._image, "n_frames", 1))
        self.moving = self._image.format in {"GIF", "WEBP", "AVIF", "PNG"}

    @property
    def pixels(self) -> int:
        """Of one frame as it lies in the file."""
        return int(self._image.size[0] * self._image.size[1])

    @property
    def chosen(self) -> list[int]:
        """Which frames are looked at, from 0."""
        if self.moving and self.frames > MOST_MOVING:
            return [round(at * (self.frames - 1) / (MOST_MOVING - 1)) for at in range(MOST_MOVING)]
        return list(range(min(self.frames, MOST_FRAMES)))

    def thumb(self) -> Any:  # noqa: ANN401 - numpy
        """The first frame, as small as its format gives it cheaply; None where that is not cheaper."""
        wide, high = self._image.size
        long = max(wide, high) >= LONG * min(wide, high)
        if long or self._image.format not in JPEG or max(wide, high) < 2 * THUMB:
            return None
        return self._drafted(THUMB)

    def looks(self) -> Iterator[Frame]:
        """The chosen frames, decoded one after the other."""
        for number in self.chosen:
            yield self.frame(number)

    def frame(self, number: int) -> Frame:
        """One frame."""
        if self._image.format in JPEG and not number:
            wide, high = self._image.size
            target = KEPT if max(wide, high) < LONG * min(wide, high) else max(wide, high)
            return Frame(self._drafted(target), None)
        self._image.seek(number)
        _within(self._image.size, self._image.mode)
        pixels = _pixels(self._image)
        if self.frames == 1:
            # What was decoded takes as much again as what is kept of it.
            self._image.close()
        return Frame(pixels, number + 1 if self.frames > 1 else None)

    def _drafted(self, longest: int) -> Any:  # noqa: ANN401
        """A JPEG decoded at a half, a quarter or an eighth, the smallest that is not below ``longest``."""
        from PIL import Image

        self._file.seek(0)
        with Image.open(self._file, formats=["JPEG"]) as image:
            if max(image.size) > longest:
                share = longest / max(image.size)
                image.draft("RGB", (max(1, round(image.size[0] * share)), max(1, round(image.size[1] * share))))
            _within(image.size, image.mode)
            return _pixels(image)


def _hollow(file: BinaryIO) -> bool:
    """Whether it is a HEIF file that lacks what decoding takes: a live photo of which only the metadata was kept."""
    file.seek(0)
    head = file.read(_META_BYTES)
    return head[4:8] == b"ftyp" and not any(name in head for name in CODEC_SETTINGS)


def _within(size: tuple[int, int], mode: str) -> None:
    """Raises Exceeded where a frame has more pixels than may be held."""
    if size[0] * size[1] * (4 if mode in _DEEP else 1) > MOST_PIXELS:
        raise Exceeded(GapReason.TOO_BIG, f"picture_pixels: {size[0]} x {size[1]}")
    if max(size) > MOST_SIDE:
        raise Exceeded(GapReason.TOO_BIG, f"picture_side: {size[0]} x {size[1]}")


def _pixels(image: Any) -> Any:  # noqa: ANN401
    """Blue, green, red, as the camera was held; what shines through is laid on a ground."""
    import numpy as np
    from PIL import ImageOps

    image.load()
    if image.mode in _DEEP:
        image = _sixteen(image)
    image = _reduced(image)
    if "A" in image.getbands() or "transparency" in image.info:
        image = _on_ground(image)
    # In place: otherwise a picture that stands upright is copied too. Blue comes first as Pillow gives the bytes:
    # turning colours around in numpy takes as long again as unpacking a screenshot.
    ImageOps.exif_transpose(image, in_place=True)
    rgb = image if image.mode == "RGB" else image.convert("RGB")
    return np.frombuffer(rgb.tobytes("raw", "BGR"), np.uint8).reshape(rgb.height, rgb.width, 3)


def _reduced(image: Any) -> Any:  # noqa: ANN401
    """A picture of more pixels than are worth keeping at a half or a third, before anything else holds it twice."""
    times = math.ceil(math.sqrt(image.size[0] * image.size[1] / KEPT_PIXELS))
    if times < 2:
        return image
    if image.mode in {"P", "1"}:
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    told = image.info
    image = image.reduce(times)
    image.info.update(told)
    return image


def _sixteen(image: Any) -> Any:  # noqa: ANN401
    """Sixteen bits of grey as eight: Pillow's own way cuts off all that is brighter than 255."""
    import numpy as np
    from PIL import Image

    grey = np.asarray(image).astype(np.float32)
    top = float(grey.max()) or 1.0
    return Image.fromarray((grey * (255.0 / top)).clip(0, 255).astype(np.uint8))


def _on_ground(image: Any) -> Any:  # noqa: ANN401
    """On white; light letters on nothing, which a dark screen shows, on black."""
    from PIL import Image, ImageStat

    layered = image.convert("RGBA")
    opaque = layered.getchannel("A")
    shown = ImageStat.Stat(layered.convert("L"), opaque.point(lambda value: 255 if value > 128 else 0))
    light = shown.count[0] > 0 and shown.mean[0] > 200
    ground = Image.new("RGB", image.size, (0, 0, 0) if light else (255, 255, 255))
    ground.paste(layered, mask=opaque)
    ground.info["exif"] = image.info.get("exif", b"")
    return ground


def decoders() -> list[str]:
    """The formats that may be opened, loaded; HEIC by its own library, where it is installed."""
    from importlib import import_module
    from importlib.util import find_spec

    from PIL import Image

    for name in DECODERS:
        import_module(f"PIL.{name}ImagePlugin")
    if find_spec("pillow_heif") is not None:
        heif = import_module("pillow_heif")
        heif.options.DECODE_THREADS = 1
        heif.options.THUMBNAILS = False
        heif.register_heif_opener()
    return [name for name in FORMATS if name in Image.OPEN]
