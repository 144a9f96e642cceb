"""From the bytes of a picture to pixels, within limits that hold before memory is spent."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from classifiers.model import GapReason
from dlp.read.budget import Exceeded

FORMATS = ("PNG", "JPEG", "MPO", "GIF", "WEBP", "TIFF", "BMP", "DIB", "AVIF", "ICO", "JPEG2000", "PPM", "PCX", "TGA")
"""Decoders that may meet a file. Some of Pillow's others run programs (EPS) or are not kept."""
MOST_PIXELS = 64_000_000
"""Of one frame as it is decoded; a screenshot of 1080 × 20000 has 22 million. JPEG is decoded smaller at once."""
MOST_SIDE = 30_000
"""Pixels; the longest chat scrolls of phones end at 20,000 or so."""
MOST_FRAMES = 200
"""Pages of a TIFF, which faxes and scanners make."""
MOST_MOVING = 12
"""Frames of an animation, spread over it."""
KEPT = 2400
"""Pixels of the longer side from which a photo is decoded smaller: a page that fills it has lines of 30 and more."""
THUMB = 640
"""Pixels of the longer side for a first look."""
LONG = 3.0
"""Length over width from which a picture is a scroll, whose letters are as large as on its narrow side."""


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
        from PIL import Image

        _with_heif()
        # The limits below are ours; Pillow's own would end as an error without a name.
        Image.MAX_IMAGE_PIXELS = None
        file = io.BytesIO(content) if isinstance(content, bytes) else content
        file.seek(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._image = Image.open(file, formats=[*FORMATS, "HEIF"])
        self._file = file
        self.frames = int(getattr(self._image, "n_frames", 1))
        self.moving = self._image.format in {"GIF", "WEBP", "AVIF", "PNG"}

    @property
    def chosen(self) -> list[int]:
        """Which frames are looked at, from 0."""
        if self.moving and self.frames > MOST_MOVING:
            return [round(at * (self.frames - 1) / (MOST_MOVING - 1)) for at in range(MOST_MOVING)]
        return list(range(min(self.frames, MOST_FRAMES)))

    def thumb(self) -> Any:  # noqa: ANN401 - numpy
        """The first frame, as small as its format gives it cheaply; None where that is not cheaper."""
        if self._image.format not in {"JPEG", "MPO"} or max(self._image.size) < 2 * THUMB:
            return None
        return self._drafted(THUMB)

    def looks(self) -> Iterator[Frame]:
        """The chosen frames, decoded one after the other."""
        for number in self.chosen:
            yield self.frame(number)

    def frame(self, number: int) -> Frame:
        """One frame."""
        if self._image.format in {"JPEG", "MPO"} and not number:
            wide, high = self._image.size
            target = KEPT if max(wide, high) < LONG * min(wide, high) else max(wide, high)
            return Frame(self._drafted(target), None)
        self._image.seek(number)
        _within(self._image.size, self._image.mode)
        return Frame(_pixels(self._image), number + 1 if self.frames > 1 else None)

    def _drafted(self, longest: int) -> Any:  # noqa: ANN401
        """A JPEG decoded at a half, a quarter or an eighth, the smallest that is not below ``longest``."""
        from PIL import Image

        self._file.seek(0)
        with Image.open(self._file, formats=["JPEG", "MPO"]) as image:
            if max(image.size) > longest:
                share = longest / max(image.size)
                image.draft("RGB", (max(1, round(image.size[0] * share)), max(1, round(image.size[1] * share))))
            _within(image.size, image.mode)
            return _pixels(image)


def _within(size: tuple[int, int], mode: str) -> None:
    """Raises Exceeded where a frame has more pixels than may be held."""
    if size[0] * size[1] * (4 if mode in {"I", "F"} else 1) > MOST_PIXELS:
        raise Exceeded(GapReason.TOO_BIG, f"picture_pixels: {size[0]} x {size[1]}")
    if max(size) > MOST_SIDE:
        raise Exceeded(GapReason.TOO_BIG, f"picture_side: {size[0]} x {size[1]}")


def _pixels(image: Any) -> Any:  # noqa: ANN401
    """Blue, green, red, as the camera was held; what shines through is laid on white."""
    import numpy as np
    from PIL import ImageOps

    image.load()
    if image.mode in {"I", "I;16", "I;16B", "I;16L", "F"}:
        image = _sixteen(image)
    elif "A" in image.getbands() or "transparency" in image.info:
        image = _on_white(image)
    turned = ImageOps.exif_transpose(image)
    rgb = turned if turned.mode == "RGB" else turned.convert("RGB")
    return np.ascontiguousarray(np.asarray(rgb)[:, :, ::-1])


def _sixteen(image: Any) -> Any:  # noqa: ANN401
    """Sixteen bits of grey as eight: Pillow's own way cuts off all that is brighter than 255."""
    import numpy as np
    from PIL import Image

    grey = np.asarray(image).astype(np.float32)
    top = float(grey.max()) or 1.0
    return Image.fromarray((grey * (255.0 / top)).clip(0, 255).astype(np.uint8))


def _on_white(image: Any) -> Any:  # noqa: ANN401
    from PIL import Image

    layered = image.convert("RGBA")
    ground = Image.new("RGB", image.size, (255, 255, 255))
    ground.paste(layered, mask=layered.getchannel("A"))
    ground.info["exif"] = image.info.get("exif", b"")
    return ground


def _with_heif() -> None:
    """HEIC by its own library, where it is installed."""
    from importlib.util import find_spec

    if find_spec("pillow_heif") is None:
        return
    import pillow_heif

    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.options.THUMBNAILS = False
    pillow_heif.register_heif_opener()
